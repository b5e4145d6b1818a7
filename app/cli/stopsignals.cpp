// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/stopsignals.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace secateur::cli {

StopSignals::StopSignals()
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
    m_signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    m_end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (m_signals < 0 || m_end < 0)
        throw std::system_error(errno, std::generic_category(), "cannot watch for signals");
    m_thread = std::thread([this] { watch(); });
}

StopSignals::~StopSignals()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(m_end, &one, sizeof one);
    m_thread.join();
    ::close(m_signals);
    ::close(m_end);
}

void StopSignals::watch()
{
    std::array<pollfd, 2> descriptors = {{{m_signals, POLLIN, 0}, {m_end, POLLIN, 0}}};
    while (true) {
        if (::poll(descriptors.data(), descriptors.size(), -1) < 0 && errno != EINTR)
            return;
        if (descriptors[1].revents != 0)
            return;
        signalfd_siginfo info;
        while (::read(m_signals, &info, sizeof info) == ssize_t(sizeof info))
            if (!m_source.request_stop())
                ::_exit(128 + SIGINT);
    }
}

} // namespace secateur::cli
