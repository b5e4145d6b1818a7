// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hdf5session.h"

#include <type_traits>

#include <hdf5.h>

namespace secateur::store {

static_assert(std::is_same_v<Hdf5Id, hid_t>, "HDF5 changed its identifiers: Hdf5Id has to follow");

namespace {

/// HDF5 is one instance per process, so is what guards it.
std::recursive_mutex &libraryMutex()
{
    static std::recursive_mutex mutex;
    return mutex;
}

herr_t keepDescription(unsigned, const H5E_error2_t *error, void *target)
{
    if (error->desc && *error->desc)
        *static_cast<std::string *>(target) = error->desc;
    return 0;
}

} // namespace

Hdf5Session::Hdf5Session() : m_lock(libraryMutex())
{
    // Both are cheap, and the first is kept per thread by a thread-safe build, so each session says it anew.
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);
}

std::string Hdf5Session::lastProblem()
{
    std::string description;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keepDescription, &description);
    return description.empty() ? "HDF5 gives no reason" : "HDF5: " + description;
}

} // namespace secateur::store
