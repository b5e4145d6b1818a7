// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace secateur::eval {

/// The unbiased estimate of pass@k from n samples of a problem of which c passed, 1 - C(n-c, k) / C(n, k), as a product
/// that neither overflows nor cancels (Chen et al. 2021, "Evaluating Large Language Models Trained on Code", figure 3).
/// None where n < k, c > n or k = 0, for which it is not defined.
[[nodiscard]] std::optional<double> passAtK(std::uint64_t n, std::uint64_t c, std::uint64_t k);

} // namespace secateur::eval
