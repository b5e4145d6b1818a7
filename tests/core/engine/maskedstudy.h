// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/mask/bitmatrix.h"

namespace secateur::test {

/// A study of one model with a finished run of made-up masks, by tensor name. Made through the store, without pruning.
struct MaskedStudy {
    std::filesystem::path folder;
    std::string run;
    std::map<std::string, mask::BitMatrix> kept;
};

/// Throws std::runtime_error with the store's error.
[[nodiscard]] MaskedStudy writeMaskedStudy(const std::filesystem::path &folder, const std::filesystem::path &model,
                                           std::uint64_t seed = 1);

} // namespace secateur::test
