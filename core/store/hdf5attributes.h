// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/store/hdf5session.h"

namespace secateur::store {

/// Attributes of one HDF5 object, with fixed little-endian types: UTF-8 text of fixed length, u64, f64. Used inside a
/// Hdf5Session. Reading trusts nothing: kind, size, order and number of values must be exactly these.
/// `where` names file and object in errors.

[[nodiscard]] Result<void> writeText(Hdf5Id object, const char *name, const std::string &value);
[[nodiscard]] Result<void> writeCounts(Hdf5Id object, const char *name, const std::vector<std::uint64_t> &values);
[[nodiscard]] Result<void> writeNumber(Hdf5Id object, const char *name, double value);

/// BadInput when it is missing, of another type, or longer than 4096 bytes.
[[nodiscard]] Result<std::string> readText(Hdf5Id object, const char *name, const std::string &where);
[[nodiscard]] Result<std::vector<std::uint64_t>> readCounts(Hdf5Id object, const char *name, std::size_t values,
                                                            const std::string &where);
[[nodiscard]] Result<double> readNumber(Hdf5Id object, const char *name, const std::string &where);
[[nodiscard]] Result<bool> hasAttribute(Hdf5Id object, const char *name, const std::string &where);

/// Whether a type is exactly this one: class, size, byte order, sign.
[[nodiscard]] bool sameType(Hdf5Id type, Hdf5Id wanted);

/// An Error of the library: `code` with `action`, and what HDF5 says.
[[nodiscard]] tl::unexpected<Error> hdf5Failure(ErrorCode code, const std::string &action);

} // namespace secateur::store
