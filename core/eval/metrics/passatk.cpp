// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/metrics/passatk.h"

namespace secateur::eval {

std::optional<double> passAtK(std::uint64_t n, std::uint64_t c, std::uint64_t k)
{
    if (k == 0 || n < k || c > n)
        return std::nullopt;
    if (n - c < k)
        return 1.0;
    double allFail = 1.0;
    for (std::uint64_t i = n - c + 1; i <= n; ++i)
        allFail *= 1.0 - double(k) / double(i);
    return 1.0 - allFail;
}

} // namespace secateur::eval
