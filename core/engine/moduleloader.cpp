// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/moduleloader.h"

#include <filesystem>
#include <system_error>

#include <dlfcn.h>

namespace secateur::engine {
namespace {

using Factory = void *();

/// Beside the executable as built, or where an installation puts it; the name alone when neither is there, so that
/// the loader's own message tells what it tried.
std::filesystem::path modulePath(const char *name)
{
    std::error_code ignored;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const auto &candidate : {folder / name, folder.parent_path() / "lib/secateur" / name})
        if (std::filesystem::exists(candidate, ignored))
            return candidate;
    return name;
}

Error loadError(const Module &module, const std::filesystem::path &path)
{
    const char *const reason = ::dlerror();
    return {ErrorCode::Internal,
            "cannot open the " + std::string(module.task) + " module " + path.string() + ": "
                + (reason ? reason : "unknown reason") + ". " + module.needs};
}

} // namespace

Result<void *> openModule(const Module &module)
{
    const auto path = modulePath(module.file);
    // The loader counts references, so a second call gives the same module; it is never closed, because neither
    // libtorch nor Qt survives that.
    void *const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return tl::make_unexpected(loadError(module, path));
    auto *const factory = reinterpret_cast<Factory *>(::dlsym(handle, module.symbol));
    if (!factory)
        return tl::make_unexpected(loadError(module, path));
    void *const service = factory();
    if (!service)
        return failure(ErrorCode::Internal,
                       "the " + std::string(module.task) + " module " + path.string() + " gave nothing to work with");
    return service;
}

} // namespace secateur::engine
