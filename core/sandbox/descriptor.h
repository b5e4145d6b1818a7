// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <utility>

#include "core/base/result.h"

namespace secateur::sandbox {

/// Owns a file descriptor.
class Descriptor
{
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : m_fd(fd) { }
    ~Descriptor() { reset(); }
    Descriptor(Descriptor &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)) { }
    Descriptor &operator=(Descriptor &&other) noexcept
    {
        if (this != &other) {
            reset();
            m_fd = std::exchange(other.m_fd, -1);
        }
        return *this;
    }
    [[nodiscard]] int get() const { return m_fd; }
    [[nodiscard]] bool isOpen() const { return m_fd >= 0; }
    void reset() noexcept;

private:
    int m_fd = -1;
};

/// Everything below is close-on-exec and numbered 10 or above, so that it never stands where a child wants its own.
struct Pipe {
    Descriptor read;
    Descriptor write;
};
[[nodiscard]] Result<Pipe> makePipe();
/// A file in memory with these bytes, at its start.
[[nodiscard]] Result<Descriptor> memoryFile(std::string_view bytes);
[[nodiscard]] Result<Descriptor> openNull();

[[nodiscard]] Result<void> setNonBlocking(const Descriptor &descriptor);
[[nodiscard]] Result<void> writeAll(const Descriptor &descriptor, std::string_view bytes);

} // namespace secateur::sandbox
