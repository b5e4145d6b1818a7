// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>

#include "core/base/result.h"

namespace secateur {

/// Zero-based number of a decoder block. A type of its own, so that it cannot be swapped with a row or a count.
struct LayerIndex {
    std::uint32_t value = 0;
    friend auto operator<=>(const LayerIndex &, const LayerIndex &) = default;
};

/// One prunable weight matrix: layer and sublayer name within the block, e.g. {12, "self_attn.q_proj"}.
struct MatrixId {
    LayerIndex layer;
    std::string sublayer;
    friend auto operator<=>(const MatrixId &, const MatrixId &) = default;
};

/// The matrix's name in a Hugging Face checkpoint: "model.layers.12.self_attn.q_proj.weight".
[[nodiscard]] std::string tensorName(const MatrixId &id);
/// For labels: "q_proj" of "self_attn.q_proj", "experts.3.up_proj" of "mlp.experts.3.up_proj".
[[nodiscard]] std::string shortSublayer(const std::string &sublayer);

/// Share of weights to prune in each row (Wanda) or matrix (magnitude), in [0, 1).
class Sparsity
{
public:
    Sparsity() = default; ///< 0: nothing is pruned
    /// InvalidArgument unless 0 <= ratio < 1.
    [[nodiscard]] static Result<Sparsity> fromRatio(double ratio);
    [[nodiscard]] double ratio() const { return m_ratio; }
    friend bool operator==(const Sparsity &, const Sparsity &) = default;

private:
    explicit Sparsity(double ratio) : m_ratio(ratio) { }
    double m_ratio = 0.0;
};

/// Semi-structured sparsity: of each group of m consecutive weights of a row, n are pruned.
/// As in the reference, "2:4" prunes 2 of 4 and "4:8" prunes 4 of 8 (wanda lib/prune.py, prune_n and prune_m).
class NmPattern
{
public:
    /// InvalidArgument unless 0 < n < m <= 256.
    [[nodiscard]] static Result<NmPattern> fromCounts(int n, int m);
    /// Reads "2:4".
    [[nodiscard]] static Result<NmPattern> fromText(const std::string &text);
    [[nodiscard]] int n() const { return m_n; }
    [[nodiscard]] int m() const { return m_m; }
    [[nodiscard]] double ratio() const { return double(m_n) / m_m; }
    friend bool operator==(const NmPattern &, const NmPattern &) = default;

private:
    NmPattern(int n, int m) : m_n(n), m_m(m) { }
    int m_n;
    int m_m;
};

/// How many weights to prune, and in what structure.
using PruneTarget = std::variant<Sparsity, NmPattern>;

/// "0.5" or "2:4": the form used in manifests and on the command line.
[[nodiscard]] std::string targetText(const PruneTarget &target);
[[nodiscard]] double targetRatio(const PruneTarget &target);

enum class PruneMethod {
    Wanda, ///< |W| * sqrt(scaler_row), per output row (paper section 3; wanda lib/prune.py, prune_wanda)
    WandaVariant, ///< the same score; per row a share alpha of the score sum, alpha by bisection (use_variant)
    Magnitude, ///< |W|, one threshold per matrix (wanda lib/prune.py, prune_magnitude)
    Random, ///< by chance, the same share of each row: the control that shows what a choice is worth
};
inline constexpr PruneMethod allPruneMethods[] = {PruneMethod::Wanda, PruneMethod::WandaVariant, PruneMethod::Magnitude,
                                                  PruneMethod::Random};

/// "wanda", "wanda-variant", "magnitude", "random"
[[nodiscard]] std::string methodName(PruneMethod method);
/// Whether the method needs a calibration set, and leaves activation norms.
[[nodiscard]] bool usesActivations(PruneMethod method);
[[nodiscard]] Result<PruneMethod> methodFromName(const std::string &name);

/// Which model's activations the statistics come from.
enum class StatisticsMode {
    Pruned, ///< sequential: layer i sees the output of the pruned layers before it (the reference)
    Dense, ///< one pass of the unpruned model; makes resparsify exact
};

[[nodiscard]] std::string statisticsName(StatisticsMode mode); ///< "pruned", "dense"
[[nodiscard]] Result<StatisticsMode> statisticsFromName(const std::string &name);

/// Whether the beginning-of-sequence token is put before a text.
enum class BosPolicy {
    Auto, ///< as the tokenizer itself does it
    Always, ///< exactly one; an error when the tokenizer has none
    Never,
};

[[nodiscard]] std::string bosName(BosPolicy policy); ///< "auto", "always", "never"
[[nodiscard]] Result<BosPolicy> bosFromName(const std::string &name);

} // namespace secateur
