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
constexpr const char *columnEncoding = "secateur-column";
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
    return writeColumns(file, numbersGroup, H5T_IEEE_F64LE, items.numbers);
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
