// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include <QByteArray>
#include <QString>

namespace secateur::app {

/// One progress line of `secateur-cli --progress json`.
struct WorkerProgress {
    QString stage;
    std::uint64_t done = 0;
    std::uint64_t total = 0; ///< 0: unknown
    QString unit;
    double elapsed = 0.0; ///< seconds
    std::optional<double> remaining; ///< seconds
    std::optional<double> tokensPerSecond;
};

struct WorkerNotice {
    QString text;
};

struct WorkerError {
    QString code; ///< errorCodeName(), "out-of-memory"; or one of Job's own, "killed", "crashed"
    QString detail;
};

/// A piece of what a model just wrote, of `generate` with a study.
struct WorkerPiece {
    QString run;
    QString text;
};

/// Which of its many steps a long command is at, of `demo`.
struct WorkerStep {
    QString text;
};

/// What a worker wrote on a line of standard error that is none of the above: a library's warning, say.
struct WorkerText {
    QString text;
};

using WorkerLine = std::variant<WorkerProgress, WorkerNotice, WorkerError, WorkerPiece, WorkerStep, WorkerText>;

/// Never fails: a line that is not what it should be is text.
[[nodiscard]] WorkerLine parseWorkerLine(const QByteArray &line);

} // namespace secateur::app
