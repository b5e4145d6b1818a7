// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/model/gemm.h"

namespace secateur::model {

/// Shape of the attention of one layer.
struct AttentionShape {
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0; ///< grouped-query attention: heads / kvHeads query heads share a key-value head
    std::int64_t headDim = 0;
    std::int64_t slidingWindow = 0; ///< 0: all positions before
    float scale = 1.0F;
    double softcap = 0.0; ///< of the scaled scores (kernels.h, softCap)
};

/// Causal attention of one sequence. `q` [queries, heads * headDim]; `k` and `v` [keys, kvHeads * headDim];
/// the queries are the last positions of the keys (queries == keys without a cache). `out` has the shape of `q`.
/// `scratch` is reused between calls. Gives up between two heads once a stop is requested; `out` is then unfinished.
void causalAttention(const AttentionShape &shape, const ConstMatrixView &q, const ConstMatrixView &k,
                     const ConstMatrixView &v, const MatrixView &out, std::vector<float> &scratch,
                     const std::stop_token &stop = {});

/// Keys and values [rows, kvHeads * headDim] of some positions that follow each other.
struct KeyValues {
    ConstMatrixView keys;
    ConstMatrixView values;
};

/// The same row by row (rowwise.h), for the query heads that share key-value head `kvHead` only. `segments` hold the
/// positions in order; the queries are the last of them. Neither where one segment ends and the next begins nor which
/// queries are computed together changes a bit.
void attendRows(const AttentionShape &shape, std::int64_t kvHead, const ConstMatrixView &q,
                std::span<const KeyValues> segments, const MatrixView &out, std::vector<float> &scratch);

} // namespace secateur::model
