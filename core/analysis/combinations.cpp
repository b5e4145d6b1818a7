// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/combinations.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <span>

#include "core/mask/bitkernels.h"
#include "core/mask/maskalgebra.h"

namespace secateur::analysis {

namespace {

using mask::BitMatrix;
using Words = std::span<const std::uint64_t>;

/// Small enough that the intersections of all depths stay in the first-level cache.
constexpr std::size_t blockWords = 128;

/// Counts, for every set of runs, the cells that all of them keep (whatever the others do).
class IntersectionCounter
{
public:
    explicit IntersectionCounter(const std::vector<const BitMatrix *> &kept)
        : m_kept(kept), m_scratch(kept.size() * blockWords), m_counts(std::size_t(1) << kept.size(), 0)
    {
    }

    [[nodiscard]] std::vector<std::uint64_t> count()
    {
        const std::size_t words = m_kept.front()->words().size();
        m_counts[0] = m_kept.front()->size();
        for (m_first = 0; m_first < words; m_first += blockWords) {
            m_length = std::min(blockWords, words - m_first);
            for (std::size_t run = 0; run < m_kept.size(); ++run)
                descend(run, std::size_t(1) << run, m_kept[run]->words().subspan(m_first, m_length), 0);
        }
        return std::move(m_counts);
    }

private:
    /// `common`: the cells of this block that all runs in `set` keep; `last` is the greatest of them.
    void descend(std::size_t last, std::size_t set, Words common, std::size_t depth)
    {
        m_counts[set] += mask::kernels::countOnes(common);
        std::uint64_t *next = m_scratch.data() + depth * blockWords;
        for (std::size_t run = last + 1; run < m_kept.size(); ++run) {
            const Words other = m_kept[run]->words().subspan(m_first, m_length);
            for (std::size_t i = 0; i < m_length; ++i)
                next[i] = common[i] & other[i];
            descend(run, set | (std::size_t(1) << run), Words(next, m_length), depth + 1);
        }
    }

    const std::vector<const BitMatrix *> &m_kept;
    std::vector<std::uint64_t> m_scratch;
    std::vector<std::uint64_t> m_counts;
    std::size_t m_first = 0;
    std::size_t m_length = 0;
};

/// From "all of these, whatever the others" to "all of these and no other": inclusion and exclusion, run by run.
void excludeSupersets(std::vector<std::uint64_t> &counts, std::size_t runs)
{
    for (std::size_t run = 0; run < runs; ++run)
        for (std::size_t set = 0; set < counts.size(); ++set)
            if ((set >> run & 1U) == 0)
                counts[set] -= counts[set | (std::size_t(1) << run)];
}

} // namespace

std::uint64_t CombinationCounts::total() const
{
    return std::accumulate(exactly.begin(), exactly.end(), std::uint64_t(0));
}

std::uint64_t CombinationCounts::inExactly(std::size_t count) const
{
    std::uint64_t sum = 0;
    for (std::size_t set = 0; set < exactly.size(); ++set)
        sum += std::size_t(std::popcount(set)) == count ? exactly[set] : 0;
    return sum;
}

std::uint64_t CombinationCounts::ofRun(std::size_t run) const
{
    std::uint64_t sum = 0;
    for (std::size_t set = 0; set < exactly.size(); ++set)
        sum += (set >> run & 1U) != 0 ? exactly[set] : 0;
    return sum;
}

CombinationCounts CombinationCounts::complement() const
{
    // Pruned by exactly these runs means kept by exactly the others, whose index is the mirror image.
    return {runs, {exactly.rbegin(), exactly.rend()}};
}

CombinationCounts &CombinationCounts::operator+=(const CombinationCounts &other)
{
    if (exactly.empty()) {
        *this = other;
        return *this;
    }
    for (std::size_t set = 0; set < std::min(exactly.size(), other.exactly.size()); ++set)
        exactly[set] += other.exactly[set];
    return *this;
}

double chanceOf(std::size_t index, const std::vector<double> &shares)
{
    double chance = 1.0;
    for (std::size_t run = 0; run < shares.size(); ++run)
        chance *= (index >> run & 1U) != 0 ? shares[run] : 1.0 - shares[run];
    return chance;
}

Result<CombinationCounts> countCombinations(const std::vector<const BitMatrix *> &kept)
{
    if (kept.empty() || kept.size() > maxCombinationRuns)
        return failure(ErrorCode::InvalidArgument,
                       "combinations are counted for 1 to " + std::to_string(maxCombinationRuns) + " runs, not for "
                           + std::to_string(kept.size()));
    for (const BitMatrix *mask : kept)
        if (mask->rows() != kept.front()->rows() || mask->cols() != kept.front()->cols())
            return failure(ErrorCode::Internal, "masks of different shapes have no common cells");
    CombinationCounts counts{kept.size(), IntersectionCounter(kept).count()};
    excludeSupersets(counts.exactly, counts.runs);
    return counts;
}

Result<CombinationTable> combineRuns(std::size_t runs, std::size_t layers, const std::vector<std::string> &sublayers,
                                     const MaskLoader &load, const RunContext &context)
{
    CombinationTable table;
    for (std::size_t layer = 0; layer < layers; ++layer) {
        context.report({"combine", layer, layers, "layers"});
        for (const std::string &sublayer : sublayers) {
            const MatrixId id{LayerIndex{std::uint32_t(layer)}, sublayer};
            std::vector<BitMatrix> masks;
            for (std::size_t run = 0; run < runs; ++run) {
                SECATEUR_CHECK(context.checkpoint());
                SECATEUR_TRY(kept, load(run, id));
                masks.push_back(std::move(kept));
            }
            auto counts = countCombinations(mask::pointersTo(masks));
            if (!counts)
                return tl::make_unexpected(withContext(counts.error(), tensorName(id)));
            table[sublayer].push_back(std::move(*counts));
        }
    }
    context.report({"combine", layers, layers, "layers"});
    return table;
}

} // namespace secateur::analysis
