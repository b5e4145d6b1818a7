// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/result.h"
#include "core/store/layerformat.h"
#include "core/store/study.h"

namespace secateur::store {

/// The bytes of a layer's file, built in memory: HDF5 never writes to the disk itself, because a full disk would leave
/// it with a file that it can neither finish nor close. A layer of a 7B model has 25 MB.
/// The same layer gives the same bytes. InvalidArgument for empty matrices and impossible or repeated names.
[[nodiscard]] Result<std::vector<std::byte>> layerImage(const LayerHeader &header, const LayerResult &result);

} // namespace secateur::store
