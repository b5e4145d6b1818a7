// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <system_error>

#include "core/architecture/modelarchive.h"
#include "core/base/file.h"
#include "core/engine/light.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::engine {

namespace {

constexpr std::uint64_t usualSamples = 128;
constexpr std::uint64_t usualLength = 2048;

/// A model without a tokenizer, or with one of another kind, can still be pruned from token ids, so that is not an
/// error; a broken one is.
Result<void> describeTokenizer(const std::filesystem::path &model, InspectReport &report)
{
    const auto tokenizer = tokenizer::Tokenizer::forModel(model);
    if (!tokenizer && tokenizer.error().code == ErrorCode::NotFound) {
        report.tokenizerKind = "none";
        return {};
    }
    if (!tokenizer && tokenizer.error().code == ErrorCode::Unsupported) {
        report.tokenizerKind = "unsupported";
        report.notices.push_back(tokenizer.error().detail + "; prune from token ids (--token-ids)");
        return {};
    }
    if (!tokenizer)
        return tl::make_unexpected(tokenizer.error());
    report.tokenizerKind = (*tokenizer)->kind();
    report.vocabSize = (*tokenizer)->vocabSize();
    report.bos = (*tokenizer)->bosId();
    report.eos = (*tokenizer)->eosId();
    return {};
}

Result<std::uint64_t> weightFileBytes(const architecture::ModelArchive &model)
{
    std::uint64_t sum = 0;
    for (const auto &file : model.weightFiles()) {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(file, error);
        if (error)
            return tl::make_unexpected(errnoError(error.value(), "examine", file));
        sum += bytes;
    }
    return sum;
}

} // namespace

Result<InspectReport> inspect(const std::filesystem::path &model, int threads)
{
    SECATEUR_TRY(archive, architecture::ModelArchive::open(model));
    const auto &config = archive->config();
    SECATEUR_TRY(fileBytes, weightFileBytes(*archive));
    InspectReport report;
    report.architecture = config.architecture;
    report.family = config.family;
    report.parameters = archive->parameters();
    report.prunableParameters = archive->prunableParameters();
    report.layers = config.layers;
    report.hiddenSize = config.hiddenSize;
    report.dtype = std::string(format::dtypeName(archive->weightType()));
    report.fileBytes = fileBytes;
    report.sublayers = archive->sublayers();
    report.experts = config.experts;
    const std::uint64_t length = std::min<std::uint64_t>(usualLength, std::uint64_t(config.maxPositions));
    const PruneDemand usual{
        .tokens = usualSamples * length, .sequences = usualSamples, .longest = length, .threads = threads};
    report.prunePeakBytes = forecastPruneBytes(config, usual);
    report.pruneSeconds = forecastPruneSeconds(config, usual);
    SECATEUR_CHECK(describeTokenizer(model, report));
    return report;
}

} // namespace secateur::engine
