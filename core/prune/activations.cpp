// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prune/activations.h"

#include <cstdint>

namespace secateur::prune {

Result<Activations> Activations::embed(model::Decoder &decoder, const data::CalibrationSet &calibration,
                                       const RunContext &context)
{
    std::vector<model::TokenId> ids;
    std::vector<std::int64_t> lengths;
    for (const auto &sequence : calibration.sequences) {
        ids.insert(ids.end(), sequence.begin(), sequence.end());
        lengths.push_back(std::int64_t(sequence.size()));
    }
    const std::int64_t width = decoder.config().hiddenSize;
    Activations activations;
    activations.hidden.resize(ids.size() * std::size_t(width));
    activations.groups = model::groupSequences(lengths, activations.hidden, width);
    SECATEUR_CHECK(decoder.embed(ids, activations.groups, context));
    return activations;
}

} // namespace secateur::prune
