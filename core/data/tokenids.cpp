// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>
#include <span>

#include "core/base/sha256.h"
#include "core/data/calibration.h"
#include "core/format/safetensors.h"

namespace secateur::data {

namespace {

using format::DType;
using format::SafetensorsFile;
using format::TensorInfo;
using tokenizer::TokenId;

Result<const TensorInfo *> findIds(const SafetensorsFile &file, const std::string &name)
{
    const std::string where = file.path().string() + ", tensor \"" + name + "\": ";
    const TensorInfo *const tensor = file.find(name);
    if (!tensor) {
        constexpr std::size_t mostNames = 8;
        std::string names;
        for (std::size_t i = 0; i < file.tensors().size() && i < mostNames; ++i)
            names += (i ? ", " : "") + file.tensors()[i].name;
        return failure(ErrorCode::NotFound,
                       where + "is not in the file, which has " + (names.empty() ? "no tensors" : names)
                           + (file.tensors().size() > mostNames ? ", …" : ""));
    }
    if (tensor->type != DType::I32 && tensor->type != DType::I64)
        return failure(ErrorCode::BadInput,
                       where + "is " + std::string(dtypeName(tensor->type)) + "; token ids must be I32 or I64");
    if (tensor->shape.size() != 2 || tensor->elements() == 0)
        return failure(ErrorCode::BadInput,
                       where + "has " + std::to_string(tensor->shape.size())
                           + " dimensions or no elements; [samples, length] is expected");
    return tensor;
}

/// A little-endian signed number of 4 or 8 bytes.
std::int64_t numberAt(std::span<const std::byte> bytes)
{
    std::uint64_t bits = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        bits = bits << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return bytes.size() == 4 ? std::int64_t(std::int32_t(std::uint32_t(bits))) : std::int64_t(bits);
}

Result<std::vector<TokenId>> readRow(const SafetensorsFile &file, const TensorInfo &tensor, std::uint64_t row,
                                     std::size_t length, std::uint64_t vocabSize)
{
    const std::size_t width = tensor.type == DType::I32 ? 4 : 8;
    std::vector<std::byte> bytes(length * width);
    SECATEUR_CHECK(file.read(tensor, row * tensor.shape[1] * width, bytes));
    std::vector<TokenId> ids(length);
    for (std::size_t column = 0; column < length; ++column) {
        const std::int64_t id = numberAt(std::span(bytes).subspan(column * width, width));
        if (id < 0 || std::uint64_t(id) >= vocabSize || id > INT32_MAX)
            return failure(ErrorCode::BadInput,
                           file.path().string() + ", tensor \"" + tensor.name + "\", row " + std::to_string(row)
                               + ", column " + std::to_string(column) + ": token id " + std::to_string(id)
                               + " is not in the model's vocabulary of " + std::to_string(vocabSize));
        ids[column] = TokenId(id);
    }
    return ids;
}

} // namespace

Result<CalibrationSet> calibrationFromTokenIds(const std::filesystem::path &path, const std::string &tensor,
                                               std::optional<std::uint64_t> samples, std::uint64_t vocabSize,
                                               std::uint64_t length, const RunContext &context)
{
    SECATEUR_TRY(file, SafetensorsFile::open(path));
    SECATEUR_TRY(found, findIds(file, tensor));
    const std::uint64_t rows = found->shape[0];
    const std::uint64_t wanted = samples.value_or(rows);
    if (wanted == 0)
        return failure(ErrorCode::InvalidArgument, "0 samples were asked for; at least 1 is needed");
    if (wanted > rows)
        return failure(ErrorCode::BadInput,
                       path.string() + ", tensor \"" + tensor + "\": has " + std::to_string(rows) + " rows, but "
                           + std::to_string(wanted) + " samples were asked for");
    if (length > found->shape[1])
        return failure(ErrorCode::BadInput,
                       path.string() + ", tensor \"" + tensor + "\": has rows of " + std::to_string(found->shape[1])
                           + " ids, but " + std::to_string(length) + " were asked for");
    const std::uint64_t used = length == 0 ? found->shape[1] : length;
    CalibrationSet set;
    for (std::uint64_t row = 0; row < wanted; ++row) {
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_TRY(ids, readRow(file, *found, row, std::size_t(used), vocabSize));
        set.sequences.push_back(std::move(ids));
        set.provenance.sampleIndices.push_back(row);
        set.provenance.tokenCounts.push_back(used);
    }
    SECATEUR_TRY(digest, sha256File(path, context));
    set.provenance.files.push_back({path.filename().string(), file.size(), digest, rows, {}});
    set.provenance.length = used;
    set.provenance.samplesRequested = wanted;
    return set;
}

} // namespace secateur::data
