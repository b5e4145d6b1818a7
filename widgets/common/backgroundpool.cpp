// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/backgroundpool.h"

#include <QCoreApplication>
#include <QThread>

namespace secateur::widgets {

QThreadPool &backgroundPool()
{
    const QString name = QStringLiteral("secateur.background");
    auto *const application = QCoreApplication::instance();
    if (auto *const pool = application->findChild<QThreadPool *>(name, Qt::FindDirectChildrenOnly))
        return *pool;
    auto *const pool = new QThreadPool(application);
    pool->setObjectName(name);
    pool->setMaxThreadCount(QThread::idealThreadCount() + 2); // a look at a file must not wait behind all comparisons
    return *pool;
}

} // namespace secateur::widgets
