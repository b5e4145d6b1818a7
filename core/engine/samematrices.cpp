// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/samematrices.h"

#include <algorithm>
#include <utility>

namespace secateur::engine {

Result<void> checkSameMatrices(const std::vector<store::RunManifest> &runs)
{
    const auto same = [](const store::SublayerInfo &a, const store::SublayerInfo &b) {
        return a.id == b.id && a.rows == b.rows && a.cols == b.cols;
    };
    for (const store::RunManifest &run : runs)
        if (!std::ranges::equal(run.sublayers, runs.front().sublayers, same))
            return failure(ErrorCode::BadInput,
                           "runs \"" + runs.front().recipe.name + "\" and \"" + run.recipe.name
                               + "\" do not have the same matrices, though they should be of one model; run `verify`");
    return {};
}

Result<RunReaders> openRuns(const store::Study &study, const std::vector<store::RunManifest> &runs)
{
    RunReaders readers;
    for (const store::RunManifest &run : runs) {
        SECATEUR_TRY(reader, study.read(run.id));
        readers.push_back(std::move(reader));
    }
    return readers;
}

Result<std::vector<mask::BitMatrix>> masksOf(const RunReaders &readers, const MatrixId &id)
{
    std::vector<mask::BitMatrix> masks;
    for (const auto &reader : readers) {
        SECATEUR_TRY(kept, reader->mask(id));
        masks.push_back(std::move(kept));
    }
    return masks;
}

} // namespace secateur::engine
