// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/analysis/distance.h"
#include "core/base/parallel.h"

namespace secateur::analysis {

namespace {

using mask::BitMatrix;
using mask::OverlapCounts;

/// A run's mask of the matrix at hand.
struct ResidentMask {
    std::size_t run = 0;
    BitMatrix kept;
};

/// Two resident masks and where their counts go.
struct PairTask {
    const BitMatrix *a = nullptr;
    const BitMatrix *b = nullptr;
    std::size_t pair = 0;
};

/// The index of the pair (a, b), a < b, in the order (0,1), (0,2), …, (1,2), …
std::size_t pairIndex(std::size_t a, std::size_t b, std::size_t runs)
{
    return a * (2 * runs - a - 1) / 2 + (b - a - 1);
}

/// Overlaps of all pairs of runs for one matrix at a time.
class MatrixComparer
{
public:
    MatrixComparer(std::size_t runs, const MaskLoader &load, int threads, std::size_t maxResident)
        : m_runs(runs), m_load(load), m_threads(std::max(threads, 1))
          // Beyond maxResident runs two blocks are in memory at a time, each half as large.
          ,
          m_blockSize(runs <= maxResident ? runs : std::max<std::size_t>(1, maxResident / 2))
    {
    }

    /// One count per pair, in the order of pairIndex.
    [[nodiscard]] Result<std::vector<OverlapCounts>> compare(const MatrixId &id, const RunContext &context) const
    {
        std::vector<OverlapCounts> counts(m_runs * (m_runs - 1) / 2);
        for (std::size_t first = 0; first < m_runs; first += m_blockSize) {
            SECATEUR_TRY(block, loadBlock(first, id, context));
            SECATEUR_CHECK(countPairs(tasksWithin(block), id, counts));
            for (std::size_t other = first + m_blockSize; other < m_runs; other += m_blockSize) {
                SECATEUR_TRY(otherBlock, loadBlock(other, id, context));
                SECATEUR_CHECK(countPairs(tasksBetween(block, otherBlock), id, counts));
            }
        }
        return counts;
    }

private:
    [[nodiscard]] Result<std::vector<ResidentMask>> loadBlock(std::size_t first, const MatrixId &id,
                                                              const RunContext &context) const
    {
        std::vector<ResidentMask> block;
        for (std::size_t run = first; run < std::min(m_runs, first + m_blockSize); ++run) {
            SECATEUR_CHECK(context.checkpoint());
            SECATEUR_TRY(kept, m_load(run, id));
            block.push_back({run, std::move(kept)});
        }
        return block;
    }

    [[nodiscard]] std::vector<PairTask> tasksWithin(const std::vector<ResidentMask> &block) const
    {
        std::vector<PairTask> tasks;
        for (std::size_t a = 0; a < block.size(); ++a)
            for (std::size_t b = a + 1; b < block.size(); ++b)
                tasks.push_back({&block[a].kept, &block[b].kept, pairIndex(block[a].run, block[b].run, m_runs)});
        return tasks;
    }

    [[nodiscard]] std::vector<PairTask> tasksBetween(const std::vector<ResidentMask> &block,
                                                     const std::vector<ResidentMask> &later) const
    {
        std::vector<PairTask> tasks;
        for (const ResidentMask &a : block)
            for (const ResidentMask &b : later)
                tasks.push_back({&a.kept, &b.kept, pairIndex(a.run, b.run, m_runs)});
        return tasks;
    }

    /// In parallel over pairs, and over bands of rows where there are fewer pairs than threads.
    [[nodiscard]] Result<void> countPairs(const std::vector<PairTask> &tasks, const MatrixId &id,
                                          std::vector<OverlapCounts> &counts) const
    {
        if (tasks.empty())
            return {};
        // Below this starting threads costs more than they save.
        constexpr std::size_t bitsWorthThreads = std::size_t(1) << 25;
        const int threads = tasks.size() * tasks.front().a->size() < bitsWorthThreads ? 1 : m_threads;
        const std::size_t bands = (std::size_t(threads) + tasks.size() - 1) / tasks.size();
        std::vector<Result<OverlapCounts>> parts(tasks.size() * bands);
        parallelFor(parts.size(), threads, [&](std::size_t part) {
            const PairTask &task = tasks[part / bands];
            const std::size_t band = part % bands;
            const std::size_t rows = task.a->rows();
            parts[part] = overlapRows(*task.a, *task.b, rows * band / bands, rows * (band + 1) / bands);
        });
        for (std::size_t part = 0; part < parts.size(); ++part) {
            if (!parts[part])
                return tl::make_unexpected(withContext(parts[part].error(), tensorName(id)));
            counts[tasks[part / bands].pair] += *parts[part];
        }
        return {};
    }

    std::size_t m_runs;
    const MaskLoader &m_load;
    int m_threads;
    std::size_t m_blockSize;
};

double shareOf(std::uint64_t kept, std::uint64_t total, SetKind set)
{
    if (total == 0)
        return 0.0;
    return double(set == SetKind::Kept ? kept : total - kept) / double(total);
}

/// Fills what is known once all matrices of a pair have been counted.
void finishPair(PairDistance &pair, const OverlapCounts &whole, SetKind set)
{
    pair.whole = jaccardDistance(whole, set);
    pair.hamming = hammingDistance(whole);
    pair.random = randomBaseline(shareOf(whole.inA, whole.total, set), shareOf(whole.inB, whole.total, set));
}

std::vector<PairDistance> allPairs(std::size_t runs)
{
    std::vector<PairDistance> pairs;
    for (std::size_t a = 0; a < runs; ++a)
        for (std::size_t b = a + 1; b < runs; ++b)
            pairs.push_back({a, b, 0.0, {}, {}, 0.0, 0.0});
    return pairs;
}

} // namespace

Result<std::vector<PairDistance>> comparePairs(std::size_t runs, std::size_t layers,
                                               const std::vector<std::string> &sublayers, SetKind set,
                                               const MaskLoader &load, int threads, const RunContext &context,
                                               std::size_t maxResident)
{
    std::vector<PairDistance> pairs = allPairs(runs);
    if (pairs.empty())
        return pairs;
    const MatrixComparer comparer(runs, load, threads, maxResident);
    std::vector<OverlapCounts> whole(pairs.size());
    for (std::size_t layer = 0; layer < layers; ++layer) {
        context.report({"compare", layer, layers, "layers"});
        std::vector<OverlapCounts> ofLayer(pairs.size());
        for (std::size_t index = 0; index < sublayers.size(); ++index) {
            const MatrixId id{LayerIndex{std::uint32_t(layer)}, sublayers[index]};
            SECATEUR_TRY(counts, comparer.compare(id, context));
            for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
                pairs[pair].perSublayer[id.sublayer].push_back(jaccardDistance(counts[pair], set));
                pairs[pair].counts[id.sublayer].push_back(counts[pair]);
                ofLayer[pair] += counts[pair];
            }
        }
        for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
            pairs[pair].perLayer.push_back(jaccardDistance(ofLayer[pair], set));
            whole[pair] += ofLayer[pair];
        }
    }
    for (std::size_t pair = 0; pair < pairs.size(); ++pair)
        finishPair(pairs[pair], whole[pair], set);
    context.report({"compare", layers, layers, "layers"});
    return pairs;
}

} // namespace secateur::analysis
