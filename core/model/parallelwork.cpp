// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parallelwork.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/parallel.h"

namespace secateur::model {

Result<void> parallelTry(std::size_t count, int threads, const std::stop_token &stop,
                         const std::function<Result<void>(std::size_t)> &body)
{
    std::atomic<bool> failed = false;
    std::mutex mutex;
    std::optional<Error> error;
    parallelFor(count, threads, [&](std::size_t index) {
        if (failed || stop.stop_requested())
            return;
        if (auto done = body(index); !done) {
            const std::lock_guard lock(mutex);
            if (!error)
                error = std::move(done).error();
            failed = true;
        }
    });
    if (error)
        return tl::make_unexpected(std::move(*error));
    if (stop.stop_requested())
        return failure(ErrorCode::Cancelled, "cancelled");
    return {};
}

} // namespace secateur::model
