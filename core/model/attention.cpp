// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/attention.h"

#include <algorithm>
#include <limits>

#include <ATen/core/Tensor.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/from_blob.h>

#include "core/model/kernels.h"
#include "core/model/rowwise.h"

namespace secateur::model {

namespace {

/// Queries are taken in blocks of this many, so that keys after a block's last query are never multiplied: about half
/// of the products of a long sequence.
constexpr std::int64_t queryBlock = 128;

/// Keys that some query in [first, last) of absolute positions sees: [from, to).
struct KeyRange {
    std::int64_t from;
    std::int64_t to;
};

KeyRange visibleKeys(std::int64_t first, std::int64_t last, std::int64_t window)
{
    return {window > 0 ? std::max<std::int64_t>(0, first - window + 1) : 0, last};
}

/// Puts -inf where the query at absolute position `first + row` may not look.
void maskScores(const MatrixView &scores, std::int64_t first, const KeyRange &keys, std::int64_t window)
{
    constexpr float minusInfinity = -std::numeric_limits<float>::infinity();
    for (std::int64_t row = 0; row < scores.rows; ++row) {
        const std::int64_t position = first + row;
        float *const line = scores.data + row * scores.stride;
        std::fill(line + (position + 1 - keys.from), line + scores.cols, minusInfinity);
        if (window > 0 && position - window + 1 > keys.from)
            std::fill(line, line + (position - window + 1 - keys.from), minusInfinity);
    }
}

ConstMatrixView headOf(const ConstMatrixView &matrix, std::int64_t head, std::int64_t headDim, std::int64_t firstRow,
                       std::int64_t rows)
{
    return {matrix.data + firstRow * matrix.stride + head * headDim, rows, headDim, matrix.stride};
}

/// `part` of the segments' positions [keys.from, keys.to) that lies in one segment, which begins at `begin`.
ConstMatrixView part(const ConstMatrixView &segment, std::int64_t kvHead, std::int64_t headDim, std::int64_t begin,
                     const KeyRange &keys)
{
    const std::int64_t from = std::max(keys.from, begin);
    const std::int64_t to = std::min(keys.to, begin + segment.rows);
    return headOf(segment, kvHead, headDim, from - begin, std::max<std::int64_t>(0, to - from));
}

/// Softmax over the keys that each row sees, 0 for the others. `sharing` rows after another are the same position.
void softmaxVisible(const MatrixView &scores, std::int64_t sharing, std::int64_t first, const KeyRange &keys,
                    std::int64_t window)
{
    for (std::int64_t row = 0; row < scores.rows; ++row) {
        const std::int64_t position = first + row / sharing;
        const auto visible = visibleKeys(position, position + 1, window);
        float *const line = scores.data + row * scores.stride;
        std::fill(line, line + (visible.from - keys.from), 0.0F);
        std::fill(line + (visible.to - keys.from), line + scores.cols, 0.0F);
        softmaxRow({line + (visible.from - keys.from), std::size_t(visible.to - visible.from)});
    }
}

/// Queries of the heads that share a key-value head as rows of their own, scaled: [rows * sharing, headDim].
void gatherQueries(const ConstMatrixView &q, std::int64_t firstHead, std::int64_t sharing, std::int64_t headDim,
                   float scale, float *to)
{
    for (std::int64_t row = 0; row < q.rows; ++row) {
        const float *const from = q.data + row * q.stride + firstHead * headDim;
        for (std::int64_t i = 0; i < sharing * headDim; ++i)
            *to++ = from[i] * scale;
    }
}

} // namespace

void attendRows(const AttentionShape &shape, std::int64_t kvHead, const ConstMatrixView &q,
                std::span<const KeyValues> segments, const MatrixView &out, std::vector<float> &scratch)
{
    std::int64_t positions = 0;
    for (const auto &segment : segments)
        positions += segment.keys.rows;
    const std::int64_t first = positions - q.rows;
    const auto keys = visibleKeys(first, positions, shape.slidingWindow);
    const std::int64_t sharing = shape.heads / shape.kvHeads;
    const std::int64_t rows = q.rows * sharing;
    const std::int64_t count = keys.to - keys.from;
    scratch.resize(std::max(scratch.size(), std::size_t(rows * (count + 2 * shape.headDim))));
    const MatrixView queries{scratch.data(), rows, shape.headDim, shape.headDim};
    const MatrixView sums{queries.data + rows * shape.headDim, rows, shape.headDim, shape.headDim};
    const MatrixView scores{sums.data + rows * shape.headDim, rows, count, count};

    gatherQueries(q, kvHead * sharing, sharing, shape.headDim, shape.scale, queries.data);
    const auto eachPart = [&](auto view, auto use) {
        std::int64_t begin = 0;
        for (const auto &segment : segments) {
            const auto some = part(segment.*view, kvHead, shape.headDim, begin, keys);
            if (some.rows > 0)
                use(some, std::max(keys.from, begin) - keys.from);
            begin += segment.keys.rows;
        }
    };
    eachPart(&KeyValues::keys, [&](const ConstMatrixView &some, std::int64_t column) {
        multiplyRows(queries, some, {scores.data + column, rows, some.rows, count});
    });
    softCap(scores.data, rows * count, shape.softcap);
    softmaxVisible(scores, sharing, first, keys, shape.slidingWindow);
    std::fill_n(sums.data, rows * shape.headDim, 0.0F);
    eachPart(&KeyValues::values, [&](const ConstMatrixView &some, std::int64_t column) {
        addWeightedRows({scores.data + column, rows, some.rows, count}, some, sums);
    });
    const std::int64_t width = sharing * shape.headDim;
    for (std::int64_t row = 0; row < q.rows; ++row)
        std::copy_n(sums.data + row * width, width, out.data + row * out.stride + kvHead * width);
}

void causalAttention(const AttentionShape &shape, const ConstMatrixView &q, const ConstMatrixView &k,
                     const ConstMatrixView &v, const MatrixView &out, std::vector<float> &scratch,
                     const std::stop_token &stop)
{
    const std::int64_t past = k.rows - q.rows;
    const std::int64_t rowsAtOnce = std::min(queryBlock, q.rows);
    scratch.resize(std::size_t(2 * rowsAtOnce * k.rows));
    const std::int64_t sharing = shape.heads / shape.kvHeads;

    for (std::int64_t first = 0; first < q.rows; first += rowsAtOnce) {
        const std::int64_t rows = std::min(rowsAtOnce, q.rows - first);
        const auto keys = visibleKeys(past + first, past + first + rows, shape.slidingWindow);
        const std::int64_t count = keys.to - keys.from;
        const MatrixView scores{scratch.data(), rows, count, count};
        const MatrixView weights{scratch.data() + rows * count, rows, count, count};
        auto scoresTensor = at::from_blob(scores.data, {rows, count});
        auto weightsTensor = at::from_blob(weights.data, {rows, count});
        for (std::int64_t head = 0; head < shape.heads; ++head) {
            // Not per block of queries: with 100 000 keys, all heads of a block take seconds.
            if (stop.stop_requested())
                return;
            const std::int64_t kvHead = head / sharing;
            multiplyTransposed(headOf(q, head, shape.headDim, first, rows),
                               headOf(k, kvHead, shape.headDim, keys.from, count), scores, shape.scale);
            softCap(scores.data, rows * count, shape.softcap);
            maskScores(scores, past + first, keys, shape.slidingWindow);
            at::_softmax_out(weightsTensor, scoresTensor, 1, false);
            multiply(weights, headOf(v, kvHead, shape.headDim, keys.from, count),
                     {out.data + first * out.stride + head * shape.headDim, rows, shape.headDim, out.stride});
        }
    }
}

} // namespace secateur::model
