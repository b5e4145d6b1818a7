// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace secateur {

void parallelFor(std::size_t count, int threads, const std::function<void(std::size_t)> &body)
{
    std::atomic<std::size_t> next = 0;
    std::exception_ptr thrown;
    std::mutex thrownMutex;
    const auto work = [&] {
        try {
            for (std::size_t index = next++; index < count; index = next++)
                body(index);
        } catch (...) {
            next = count;
            const std::lock_guard lock(thrownMutex);
            if (!thrown)
                thrown = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> helpers;
        const auto wanted = std::min<std::size_t>(count, std::size_t(std::max(threads, 1)));
        for (std::size_t i = 1; i < wanted; ++i)
            helpers.emplace_back(work);
        work();
    }
    if (thrown)
        std::rethrow_exception(thrown);
}

} // namespace secateur
