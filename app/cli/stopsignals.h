// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <thread>

namespace secateur::cli {

/// Turns SIGINT and SIGTERM into a stop request for as long as it lives; a second one ends the process at once with
/// status 130. It blocks both signals in the calling thread and so in all threads started later, and takes them from a
/// descriptor in a thread of its own: no code runs inside a signal handler. To be made before any other thread.
class StopSignals
{
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals &) = delete;
    StopSignals &operator=(const StopSignals &) = delete;

    [[nodiscard]] std::stop_token token() const { return m_source.get_token(); }
    /// For a stop that does not come from a signal.
    void requestStop() { m_source.request_stop(); }

private:
    void watch();

    std::stop_source m_source;
    int m_signals = -1; ///< signalfd
    int m_end = -1; ///< eventfd: the destructor wakes the thread
    std::thread m_thread;
};

} // namespace secateur::cli
