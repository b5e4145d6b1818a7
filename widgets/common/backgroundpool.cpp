// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/backgroundpool.h"

#include <QCoreApplication>

namespace secateur::widgets {

QThreadPool &backgroundPool()
{
    const QString name = QStringLiteral("secateur.background");
    auto *const application = QCoreApplication::instance();
    if (auto *const pool = application->findChild<QThreadPool *>(name, Qt::FindDirectChildrenOnly))
        return *pool;
    auto *const pool = new QThreadPool(application);
    pool->setObjectName(name);
    return *pool;
}

} // namespace secateur::widgets
