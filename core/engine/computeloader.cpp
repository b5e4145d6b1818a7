// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/compute.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <dlfcn.h>

namespace secateur::engine {
namespace {

constexpr const char *moduleName = "libsecateur-compute.so";
using Factory = Compute *();

/// Beside the executable as built, or where an installation puts it; the name alone when neither is there, so that
/// the loader's own message tells what it tried.
std::filesystem::path modulePath()
{
    std::error_code ignored;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const auto &candidate : {folder / moduleName, folder.parent_path() / "lib/secateur" / moduleName})
        if (std::filesystem::exists(candidate, ignored))
            return candidate;
    return moduleName;
}

Error loadError(const std::filesystem::path &path)
{
    const char *const reason = ::dlerror();
    return {ErrorCode::Internal,
            "cannot open the compute module " + path.string() + ": " + (reason ? reason : "unknown reason")
                + ". It needs libtorch (Debian: libtorch1.13); commands that do not compute "
                  "work without it"};
}

} // namespace

Result<Compute *> loadCompute()
{
    // Read by libgomp as it is loaded. Its threads would otherwise spin while they wait, which costs a factor of two
    // and more as soon as anything else runs. What the user has set stays.
    ::setenv("OMP_WAIT_POLICY", "passive", 0);
    const auto path = modulePath();
    // The loader counts references, so a second call gives the same module; it is never closed, because libtorch
    // does not survive that.
    void *const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return tl::make_unexpected(loadError(path));
    auto *const factory = reinterpret_cast<Factory *>(::dlsym(handle, "secateurCompute"));
    if (!factory)
        return tl::make_unexpected(loadError(path));
    Compute *const compute = factory();
    if (!compute)
        return failure(ErrorCode::Internal, "the compute module " + path.string() + " gave nothing to compute with");
    return compute;
}

} // namespace secateur::engine
