// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

namespace secateur::app {

/// How worker processes are started: which program, with what in front of and behind a job's own arguments, and with
/// which environment.
struct Worker {
    QString program;
    QStringList before;
    QStringList after;
    QProcessEnvironment environment;
    int graceMs = 8000; ///< between the request to stop and the kill; a worker stops within about a second
    std::size_t tailLines = 200; ///< of standard error that a job keeps

    /// `secateur-cli … --json --progress json`, from beside this executable, where an installation has it too.
    [[nodiscard]] static Worker secateurCli();
};

/// The variables of ours that a worker gets to see: where things are, the language, and those of OpenMP and of this
/// program. Whatever else a desktop session has set has no say in what a job computes.
[[nodiscard]] QProcessEnvironment workerEnvironment();

} // namespace secateur::app
