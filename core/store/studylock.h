// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "core/base/result.h"

namespace secateur::store {

/// The right to write to a study: an flock on its file `lock`, held while this lives and released by the kernel when
/// the process ends in any way. The file stays, with the process id of the last holder in it.
class StudyLock
{
public:
    /// Locked names the process that holds it; Io.
    [[nodiscard]] static Result<std::shared_ptr<const StudyLock>> take(const std::filesystem::path &study);
    ~StudyLock();
    StudyLock(const StudyLock &) = delete;
    StudyLock &operator=(const StudyLock &) = delete;

private:
    explicit StudyLock(int fd) : m_fd(fd) { }
    int m_fd;
};

} // namespace secateur::store
