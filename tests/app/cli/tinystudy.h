// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace secateur::test {

struct TinyRun {
    std::string name;
    std::string domain;
    std::uint64_t seed = 0; ///< of the norms; also recorded as the calibration's seed
};

/// Makes a study of a tiny model whose runs were pruned to 50 % by Wanda from made-up norms, so that the commands that
/// need no forward pass can be tested without one. Throws std::runtime_error.
void writeTinyStudy(const std::filesystem::path &study, const std::filesystem::path &model,
                    const std::vector<TinyRun> &runs);

} // namespace secateur::test
