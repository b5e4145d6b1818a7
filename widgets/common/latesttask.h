// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

#include <QFutureWatcher>
#include <QObject>
#include <QPromise>

#include "widgets/common/backgroundpool.h"

namespace secateur::widgets {

/// Work of a second or so on the background pool, of which only the latest counts: starting it again, or destroying this,
/// asks what runs to stop, and its result is dropped. `Out` comes back as std::shared_ptr<const Out>, on the thread of
/// whoever started it. The function given must capture by value only: it may outlive the widget that started it.
template <typename Out>
class LatestTask : public QObject
{
public:
    using Value = std::shared_ptr<const Out>;

    using QObject::QObject;
    ~LatestTask() override { cancel(); }

    void start(std::function<Out(std::stop_token)> work, std::function<void(Value)> done)
    {
        cancel();
        m_stop = std::stop_source();
        auto promise = std::make_shared<QPromise<Value>>();
        m_watcher = std::make_unique<QFutureWatcher<Value>>();
        auto *const watcher = m_watcher.get();
        connect(watcher, &QFutureWatcher<Value>::finished, this, [watcher, done = std::move(done)] {
            if (watcher->future().resultCount() > 0)
                done(watcher->result());
        });
        watcher->setFuture(promise->future());
        backgroundPool().start([promise, work = std::move(work), token = m_stop.get_token()] {
            promise->start();
            promise->addResult(std::make_shared<const Out>(work(token)));
            promise->finish();
        });
    }

    void cancel()
    {
        m_stop.request_stop();
        if (m_watcher) {
            m_watcher->disconnect(this);
            m_watcher.release()->deleteLater(); // may be the sender of what is being handled
        }
    }

    [[nodiscard]] bool isRunning() const { return m_watcher && !m_watcher->isFinished(); }

private:
    std::stop_source m_stop;
    std::unique_ptr<QFutureWatcher<Value>> m_watcher;
};

} // namespace secateur::widgets
