// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/mask/bitmatrix.h"
#include "core/mask/maskset.h"
#include "core/store/hdf5file.h"
#include "core/store/layerformat.h"

namespace secateur::store {

/// A layer file opened for reading, trusting nothing (design/safety.md B.6): only hard links to objects of this very
/// file, only chunked datasets of the expected type and shape with the filters deflate, shuffle and fletcher32, no
/// more bytes declared than the shape needs, and every value checked against its popcount and SHA-256.
/// The library itself is fragile, so hand it only files whose SHA-256 is known or that probeLayerFile() accepted.
/// Calls from several threads are serialised.
class LayerFile
{
public:
    /// BadInput names the file and what is wrong; Unsupported for a newer format; NotFound, Io.
    [[nodiscard]] static Result<LayerFile> open(const std::filesystem::path &path);

    [[nodiscard]] const LayerHeader &header() const { return m_header; }

    /// The mask of a sublayer, which must have this shape.
    [[nodiscard]] Result<mask::BitMatrix> mask(const std::string &sublayer, std::uint64_t rows,
                                               std::uint64_t cols) const;
    /// The norm of the sublayer's input [cols]; nothing for a run without norms.
    [[nodiscard]] Result<std::optional<std::vector<float>>> norm(const std::string &sublayer, std::uint64_t cols) const;
    /// How many tokens reached the expert whose input has a norm of this name; nothing for inputs that all reach.
    [[nodiscard]] Result<std::optional<std::uint64_t>> normTokens(const std::string &name) const;
    [[nodiscard]] Result<std::optional<double>> alpha(const std::string &sublayer) const;
    /// Level 0 of the mask's density pyramid; nothing when the file has none.
    [[nodiscard]] Result<std::optional<mask::DensityPyramid::Level>>
    density(const std::string &sublayer, std::uint64_t rows, std::uint64_t cols) const;

    struct Shape {
        std::string sublayer;
        std::uint64_t rows = 0;
        std::uint64_t cols = 0;
    };
    /// All masks as the file declares them, sorted by name.
    [[nodiscard]] Result<std::vector<Shape>> shapes() const;
    /// Names of the norms, sorted.
    [[nodiscard]] Result<std::vector<std::string>> normNames() const;

private:
    LayerFile() = default;
    [[nodiscard]] std::string where(const char *group, const std::string &name) const
    {
        return m_file.where(group, name);
    }
    [[nodiscard]] Result<void> readHeader();
    [[nodiscard]] Result<void> readOrigin();
    [[nodiscard]] Result<Hdf5Handle> findEncoded(const char *group, const std::string &name,
                                                 const char *encoding) const;
    [[nodiscard]] Result<Hdf5Handle> openEncoded(const char *group, const std::string &name,
                                                 const char *encoding) const;

    Hdf5File m_file;
    LayerHeader m_header;
};

} // namespace secateur::store
