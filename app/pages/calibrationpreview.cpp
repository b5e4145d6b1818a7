// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/calibrationpreview.h"

#include <algorithm>

#include "core/tokenizer/tokenizer.h"

namespace secateur::app {

Result<CalibrationPreview> previewCalibration(const std::filesystem::path &model,
                                              const data::CalibrationRequest &request, const RunContext &context)
{
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(model));
    SECATEUR_TRY(set, data::buildCalibrationSet(request, *tokenizer, context));
    CalibrationPreview preview;
    for (const auto &sequence : set.sequences) {
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_TRY(text, tokenizer->decode(sequence, false));
        preview.samples.push_back({sequence.size(), QString::fromStdString(text)});
    }
    preview.tokens = set.tokens();
    preview.longest = set.longest();
    preview.provenance = std::move(set.provenance);
    return preview;
}

std::vector<int> lengthHistogram(const std::vector<CalibrationPreview::Sample> &samples, std::uint64_t longest,
                                 std::size_t bins)
{
    std::vector<int> counts(bins, 0);
    if (bins == 0)
        return counts;
    for (const auto &sample : samples) {
        const auto bin = longest == 0 ? 0 : std::size_t(sample.tokens * bins / (longest + 1));
        ++counts[std::min(bin, bins - 1)];
    }
    return counts;
}

} // namespace secateur::app
