// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/attention.h"

#include <algorithm>
#include <limits>

#include <ATen/core/Tensor.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/from_blob.h>

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

} // namespace

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
            maskScores(scores, past + first, keys, shape.slidingWindow);
            at::_softmax_out(weightsTensor, scoresTensor, 1, false);
            multiply(weights, headOf(v, kvHead, shape.headDim, keys.from, count),
                     {out.data + first * out.stride + head * shape.headDim, rows, shape.headDim, out.stride});
        }
    }
}

} // namespace secateur::model
