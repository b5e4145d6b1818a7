// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/store/hdf5session.h"

namespace secateur::store {

/// An array to be written: chunked, with checksums, little-endian.
struct Hdf5Array {
    Hdf5Id type = -1; ///< in the file and in memory
    std::vector<std::uint64_t> shape;
    std::vector<std::uint64_t> chunk;
    const void *values = nullptr;
    bool deflate = false;
};

/// Both without times, so that equal contents are equal bytes. Used inside a Hdf5Session.
[[nodiscard]] Result<Hdf5Handle> createGroup(Hdf5Id file, const char *name);
[[nodiscard]] Result<Hdf5Handle> writeArray(Hdf5Id parent, const std::string &name, const Hdf5Array &array);

/// The attributes by which a reader knows a dataset, with the SHA-256 of its values.
[[nodiscard]] Result<void> writeEncoding(Hdf5Id dataset, const char *encoding, std::span<const std::byte> values);

} // namespace secateur::store
