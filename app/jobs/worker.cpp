// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/worker.h"

#include <QCoreApplication>

namespace secateur::app {

QProcessEnvironment workerEnvironment()
{
    const auto ours = QProcessEnvironment::systemEnvironment();
    QProcessEnvironment theirs;
    const QStringList wanted = {QStringLiteral("PATH"),   QStringLiteral("HOME"),   QStringLiteral("USER"),
                                QStringLiteral("LANG"),   QStringLiteral("TZ"),     QStringLiteral("LD_LIBRARY_PATH"),
                                QStringLiteral("TMPDIR"), QStringLiteral("LOGNAME")};
    const QStringList prefixes = {QStringLiteral("LC_"), QStringLiteral("XDG_"), QStringLiteral("OMP_"),
                                  QStringLiteral("SECATEUR_")};
    const auto names = ours.keys();
    for (const auto &name : names) {
        bool keep = wanted.contains(name);
        for (const auto &prefix : prefixes)
            keep = keep || name.startsWith(prefix);
        if (keep)
            theirs.insert(name, ours.value(name));
    }
    return theirs;
}

Worker Worker::secateurCli()
{
    Worker worker;
    worker.program = QCoreApplication::applicationDirPath() + QStringLiteral("/secateur-cli");
    worker.after = {QStringLiteral("--json"), QStringLiteral("--progress"), QStringLiteral("json")};
    worker.environment = workerEnvironment();
    return worker;
}

} // namespace secateur::app
