// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/derivedrun.h"

#include "core/base/system.h"

namespace secateur::engine {

Result<void> checkMemoryFor(std::uint64_t needed)
{
    const std::uint64_t available = availableMemory();
    if (needed > available)
        return failure(ErrorCode::OutOfMemory,
                       "this needs about " + bytesText(needed) + " of memory, and " + bytesText(available)
                           + " are available; close other programs");
    return {};
}

Result<void> checkPatternFits(const NmPattern &pattern, const store::RunManifest &run)
{
    for (const store::SublayerInfo &matrix : run.sublayers)
        if (matrix.cols % std::uint64_t(pattern.m()) != 0)
            return failure(ErrorCode::InvalidArgument,
                           matrix.id.sublayer + " has " + std::to_string(matrix.cols) + " columns, which groups of "
                               + std::to_string(pattern.m()) + " do not divide; choose another pattern");
    return {};
}

std::uint64_t layerBytes(const store::RunManifest &parent)
{
    return parent.total() / parent.layers() / 8 * 5 / 4 + (std::uint64_t(1) << 16);
}

Error withKeptLayers(Error error, const store::RunWriter &writer, std::size_t layers)
{
    if (error.code == ErrorCode::Cancelled)
        error.detail = "cancelled; " + std::to_string(writer.finishedLayers()) + " of " + std::to_string(layers)
            + " layers of \"" + writer.recipe().name + "\" are kept: run the same command again to go on";
    return error;
}

store::RunOutcome derivedOutcome(double load, double total, int threads)
{
    store::RunOutcome outcome;
    outcome.seconds = {{"load", load}, {"calibrate", 0.0}, {"prune", total - load}, {"total", total}};
    outcome.peakResidentBytes = peakResidentBytes();
    outcome.threads = threads;
    outcome.versions = {{"secateur", SECATEUR_VERSION}};
    return outcome;
}

} // namespace secateur::engine
