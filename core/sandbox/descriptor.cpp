// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/descriptor.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/file.h"

namespace secateur::sandbox {

namespace {

constexpr int lowest = 10;

tl::unexpected<Error> refused(std::string_view action)
{
    return tl::make_unexpected(errnoError(errno, action, "(a descriptor of the sandbox)"));
}

Result<Descriptor> moved(Descriptor from)
{
    Descriptor high(fcntl(from.get(), F_DUPFD_CLOEXEC, lowest));
    if (!high.isOpen())
        return refused("duplicating");
    return high;
}

} // namespace

void Descriptor::reset() noexcept
{
    if (m_fd >= 0)
        close(m_fd);
    m_fd = -1;
}

Result<Pipe> makePipe()
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return refused("making a pipe");
    Descriptor first(ends[0]);
    Descriptor second(ends[1]);
    SECATEUR_TRY(read, moved(std::move(first)));
    SECATEUR_TRY(write, moved(std::move(second)));
    return Pipe{std::move(read), std::move(write)};
}

Result<Descriptor> memoryFile(std::string_view bytes)
{
    Descriptor file(memfd_create("secateur-sandbox", MFD_CLOEXEC));
    if (!file.isOpen())
        return refused("making a file in memory");
    SECATEUR_CHECK(writeAll(file, bytes));
    if (lseek(file.get(), 0, SEEK_SET) != 0)
        return refused("rewinding a file in memory");
    return moved(std::move(file));
}

Result<Descriptor> openNull()
{
    Descriptor file(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!file.isOpen())
        return refused("opening /dev/null");
    return moved(std::move(file));
}

Result<void> setNonBlocking(const Descriptor &descriptor)
{
    const int flags = fcntl(descriptor.get(), F_GETFL);
    if (flags < 0 || fcntl(descriptor.get(), F_SETFL, flags | O_NONBLOCK) != 0)
        return refused("setting up a pipe");
    return {};
}

Result<void> writeAll(const Descriptor &descriptor, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto count = write(descriptor.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return refused("writing");
        bytes.remove_prefix(std::size_t(count));
    }
    return {};
}

} // namespace secateur::sandbox
