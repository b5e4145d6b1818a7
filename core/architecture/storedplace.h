// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace secateur::architecture {

/// Where a tensor of the model lies in a folder: under which name, and as which rows of the tensor of that name, where
/// several are kept as one. Rows of a vector are its elements.
struct StoredPlace {
    std::string tensor; ///< as the folder calls it
    std::uint64_t rows = 0; ///< of that tensor; 0: it is this one alone, and what follows does not matter
    std::uint64_t first = 0; ///< the row that is row 0
    std::uint64_t run = 0; ///< this many rows follow each other; 0: all
    std::uint64_t stride = 0; ///< from the first row of one run to that of the next

    [[nodiscard]] std::uint64_t storedRow(std::uint64_t row) const
    {
        return run == 0 ? first + row : first + row / run * stride + row % run;
    }
    /// Rows from `row` on that lie there without a gap, at most `count`.
    [[nodiscard]] std::uint64_t together(std::uint64_t row, std::uint64_t count) const
    {
        return run == 0 ? count : std::min(count, run - row % run);
    }
};

/// A tensor of the model that is (a part of) a stored one.
struct StoredPart {
    std::string tensor; ///< under its Hugging Face name of a Llama model, as everywhere in this program
    std::vector<std::uint64_t> shape;
    StoredPlace place;

    [[nodiscard]] std::uint64_t rows() const { return shape.front(); }
    /// Which row of this tensor a stored row is; none: another part's.
    [[nodiscard]] std::optional<std::uint64_t> ownRow(std::uint64_t stored) const
    {
        if (stored < place.first)
            return std::nullopt;
        const std::uint64_t offset = stored - place.first;
        const std::uint64_t row = place.run == 0 ? offset : offset / place.stride * place.run + offset % place.stride;
        const bool between = place.run != 0 && offset % place.stride >= place.run;
        return between || row >= rows() ? std::nullopt : std::optional(row);
    }
};

/// What the names of a family's folders have in common.
struct FolderNames {
    std::string root = "model."; ///< folders that were saved from the bare decoder leave it out
    std::string blocks = "model.layers."; ///< tensors of the blocks begin so
    std::vector<std::string> tables = {"rotary_emb.inv_freq"}; ///< what ends so can be computed, and is not read
};

} // namespace secateur::architecture
