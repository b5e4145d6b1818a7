// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/evaluationfile.h"

#include <algorithm>
#include <span>
#include <utility>

#include <hdf5.h>

#include "core/store/hdf5arrays.h"
#include "core/store/hdf5attributes.h"
#include "core/store/hdf5dataset.h"
#include "core/store/hdf5file.h"
#include "core/store/jsonfields.h"
#include "core/store/memoryfile.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

constexpr const char *schemaAttribute = "secateur_schema";
constexpr const char *countsGroup = "counts";
constexpr const char *numbersGroup = "numbers";
constexpr const char *textsGroup = "texts";
constexpr const char *columnEncoding = "secateur-column";
constexpr const char *bytesAttribute = "bytes";
constexpr std::uint64_t mostTextBytes = std::uint64_t(1) << 30;
constexpr std::uint64_t chunkItems = 8192;

tl::unexpected<Error> refuse(const std::string &name, const char *why)
{
    return failure(ErrorCode::InvalidArgument, "items of an evaluation: column \"" + name + "\" " + why);
}

template <typename T>
Result<void> checkColumns(const std::map<std::string, std::vector<T>> &columns, std::uint64_t rows)
{
    for (const auto &[name, values] : columns) {
        if (!isSublayerName(name))
            return refuse(name, "has an impossible name");
        if (values.empty() || values.size() != rows || values.size() > mostItems)
            return refuse(name, "is empty, or not as long as the others");
    }
    return {};
}

template <typename T>
Result<void> writeColumns(Hdf5Id file, const char *group, Hdf5Id type,
                          const std::map<std::string, std::vector<T>> &columns)
{
    SECATEUR_TRY(parent, createGroup(file, group));
    for (const auto &[name, values] : columns) {
        const std::uint64_t size = values.size();
        SECATEUR_TRY(dataset,
                     writeArray(parent.id(), name, {type, {size}, {std::min(size, chunkItems)}, values.data(), true}));
        SECATEUR_CHECK(writeEncoding(dataset.id(), columnEncoding, std::as_bytes(std::span(values))));
    }
    return {};
}

/// One text behind the other, a 0 byte behind each.
std::string joinTexts(const std::vector<std::string> &texts)
{
    std::string joined;
    for (const auto &text : texts) {
        joined += text;
        joined += '\0';
    }
    return joined;
}

Result<std::vector<std::string>> splitTexts(std::span<const std::uint8_t> bytes, std::uint64_t rows,
                                            const std::string &where)
{
    std::vector<std::string> texts(1);
    for (const std::uint8_t byte : bytes)
        if (byte == 0)
            texts.emplace_back();
        else
            texts.back() += char(byte);
    if (!texts.back().empty() || texts.size() != rows + 1)
        return failure(ErrorCode::BadInput, where + ": does not hold " + std::to_string(rows) + " texts");
    texts.pop_back();
    return texts;
}

Result<void> checkTexts(const EvaluationItems &items)
{
    SECATEUR_CHECK(checkColumns(items.texts, items.rows()));
    for (const auto &[name, texts] : items.texts) {
        std::uint64_t bytes = texts.size();
        for (const auto &text : texts) {
            bytes += text.size();
            if (text.find('\0') != std::string::npos)
                return refuse(name, "has a text with a 0 byte");
        }
        if (bytes > mostTextBytes)
            return refuse(name, "holds more than 1 GiB of text");
    }
    return {};
}

Result<void> writeTextColumns(Hdf5Id file, const std::map<std::string, std::vector<std::string>> &columns)
{
    SECATEUR_TRY(parent, createGroup(file, textsGroup));
    for (const auto &[name, values] : columns) {
        const std::string joined = joinTexts(values);
        const std::uint64_t size = joined.size();
        SECATEUR_TRY(dataset,
                     writeArray(parent.id(), name,
                                {H5T_STD_U8LE, {size, 1}, {std::min(size, 8 * chunkItems), 1}, joined.data(), true}));
        SECATEUR_CHECK(writeEncoding(dataset.id(), columnEncoding, std::as_bytes(std::span(joined))));
        SECATEUR_CHECK(writeCounts(dataset.id(), bytesAttribute, {size}));
    }
    return {};
}

Result<std::map<std::string, std::vector<std::string>>> readTextColumns(const Hdf5File &file, std::uint64_t rows)
{
    std::map<std::string, std::vector<std::string>> columns;
    if (H5Lexists(file.root(), textsGroup, H5P_DEFAULT) <= 0) // written before there were texts
        return columns;
    SECATEUR_TRY(names, file.names(textsGroup));
    for (const std::string &name : names) {
        const std::string place = file.where(textsGroup, name);
        if (!isSublayerName(name))
            return failure(ErrorCode::BadInput, place + ": is no name of a column");
        SECATEUR_TRY(dataset, file.openDataset(textsGroup, name, columnEncoding));
        SECATEUR_TRY(size, readCounts(dataset.id(), bytesAttribute, 1, place));
        if (size[0] < rows || size[0] > mostTextBytes)
            return failure(ErrorCode::BadInput, place + ": has an impossible size");
        SECATEUR_TRY(bytes, readBytes(dataset.id(), size[0], 1, place));
        SECATEUR_CHECK(checkStoredSum(dataset.id(), std::as_bytes(std::span(bytes)), place));
        SECATEUR_TRY(texts, splitTexts(bytes, rows, place));
        columns.emplace(name, std::move(texts));
    }
    return columns;
}

Result<void> writeContents(Hdf5Id file, const EvaluationManifest &manifest, const EvaluationItems &items)
{
    const Hdf5Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
    const std::pair<const char *, std::string> texts[] = {
        {schemaAttribute, itemsSchema}, {"secateur_schema_version", formatVersion},
        {"creator", "Secateur"},        {"evaluation", manifest.id},
        {"task", manifest.recipe.task}, {"protocol", manifest.recipe.protocol},
        {"run", manifest.recipe.run},
    };
    for (const auto &[name, value] : texts)
        SECATEUR_CHECK(writeText(root.id(), name, value));
    SECATEUR_CHECK(writeCounts(root.id(), "rows", {items.rows()}));
    SECATEUR_CHECK(writeColumns(file, countsGroup, H5T_STD_U64LE, items.counts));
    SECATEUR_CHECK(writeColumns(file, numbersGroup, H5T_IEEE_F64LE, items.numbers));
    return items.texts.empty() ? Result<void>() : writeTextColumns(file, items.texts);
}

template <typename T, typename Read>
Result<std::map<std::string, std::vector<T>>> readColumns(const Hdf5File &file, const char *group, std::uint64_t rows,
                                                          const Read &read)
{
    std::map<std::string, std::vector<T>> columns;
    SECATEUR_TRY(names, file.names(group));
    for (const std::string &name : names) {
        const std::string place = file.where(group, name);
        if (!isSublayerName(name))
            return failure(ErrorCode::BadInput, place + ": is no name of a column");
        SECATEUR_TRY(dataset, file.openDataset(group, name, columnEncoding));
        SECATEUR_TRY(values, read(dataset.id(), rows, place));
        SECATEUR_CHECK(checkStoredSum(dataset.id(), std::as_bytes(std::span(values)), place));
        columns.emplace(name, std::move(values));
    }
    return columns;
}

} // namespace

Result<std::vector<std::byte>> itemsImage(const EvaluationManifest &manifest, const EvaluationItems &items)
{
    SECATEUR_CHECK(checkColumns(items.counts, items.rows()));
    SECATEUR_CHECK(checkColumns(items.numbers, items.rows()));
    SECATEUR_CHECK(checkTexts(items));
    if (items.rows() == 0)
        return refuse("", "was not given");
    const Hdf5Session session;
    SECATEUR_TRY(memory, MemoryFile::create("items.h5"));
    SECATEUR_CHECK(writeContents(memory.id(), manifest, items));
    return memory.close();
}

Result<EvaluationItems> readItems(const std::filesystem::path &path)
{
    const Hdf5Session session;
    const std::string where = path.string();
    SECATEUR_TRY(file, Hdf5File::open(path));
    SECATEUR_CHECK(expectText(file.root(), schemaAttribute, itemsSchema, where));
    SECATEUR_TRY(version, readText(file.root(), "secateur_schema_version", where));
    SECATEUR_CHECK(checkVersion(version, where));
    SECATEUR_TRY(rows, readCounts(file.root(), "rows", 1, where));
    if (rows[0] == 0 || rows[0] > mostItems)
        return failure(ErrorCode::BadInput, where + ": has an impossible number of items");
    EvaluationItems items;
    SECATEUR_TRY(counts, readColumns<std::uint64_t>(file, countsGroup, rows[0], readWords));
    SECATEUR_TRY(numbers, readColumns<double>(file, numbersGroup, rows[0], readDoubles));
    items.counts = std::move(counts);
    items.numbers = std::move(numbers);
    SECATEUR_TRY(texts, readTextColumns(file, rows[0]));
    items.texts = std::move(texts);
    return items;
}

Result<bool> isItemsFile(const std::filesystem::path &path)
{
    const Hdf5Session session;
    SECATEUR_TRY(file, Hdf5File::open(path));
    SECATEUR_TRY(schema, readText(file.root(), schemaAttribute, path.string()));
    return schema == itemsSchema;
}

} // namespace secateur::store
