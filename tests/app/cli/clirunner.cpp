// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/clirunner.h"

#include <algorithm>
#include <csignal>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QThread>
#include <QtCore/QtEndian>

#include "tests/support/tinymodel.h"

namespace secateur::test {

nlohmann::json CliResult::json() const
{
    auto value = nlohmann::json::parse(output, nullptr, false);
    return value.is_object() ? value : nlohmann::json();
}

std::string CliResult::told() const
{
    // The end of what it said first: Qt Test cuts long messages.
    return "exit status " + std::to_string(status) + "\n--- standard error\n"
        + errors.substr(errors.size() - std::min<std::size_t>(errors.size(), 1200)) + "\n--- standard output\n"
        + output.substr(0, 600);
}

std::string tensorBytes(const std::filesystem::path &path)
{
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray bytes = file.readAll();
    const auto header = bytes.size() < 8 ? quint64(bytes.size()) : qFromLittleEndian<quint64>(bytes.constData());
    return bytes.mid(qsizetype(8 + header)).toStdString();
}

std::unique_ptr<QProcess> CliRunner::start(const std::vector<std::string> &arguments) const
{
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_DATA_HOME"), QString::fromStdString(m_home.path().string()));
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    process->setProcessEnvironment(environment);
    QStringList words;
    for (const auto &argument : arguments)
        words << QString::fromStdString(argument);
    process->start(QStringLiteral(SECATEUR_BIN_DIR "/secateur-cli"), words);
    return process;
}

CliResult CliRunner::killedAfter(const std::vector<std::string> &arguments, double seconds) const
{
    const auto process = start(arguments);
    if (!QTest::qVerify(process->waitForStarted(), "process->waitForStarted()", "", __FILE__, __LINE__))
        return {};
    QThread::usleep(static_cast<unsigned long>(seconds * 1e6));
    ::kill(pid_t(process->processId()), SIGKILL);
    return collect(*process);
}

void addKillMoments(std::uint64_t seed)
{
    QTest::addColumn<double>("share");
    TinyRandom random(seed);
    for (int i = 0; i < 50; ++i) {
        const double share = i < 8 ? random.uniform() * 0.5 : 0.3 + random.uniform() * 0.7;
        QTest::addRow("%d: after %.3f of the run", i, share) << share;
    }
}

CliResult CliRunner::collect(QProcess &process, int secondsAllowed)
{
    CliResult result;
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(secondsAllowed * 1000)) {
        process.kill();
        process.waitForFinished();
    } else if (process.exitStatus() == QProcess::NormalExit && process.error() != QProcess::FailedToStart) {
        result.status = process.exitCode();
    }
    result.output = process.readAllStandardOutput().toStdString();
    result.errors = process.readAllStandardError().toStdString();
    return result;
}

CliResult CliRunner::run(const std::vector<std::string> &arguments, int secondsAllowed) const
{
    QElapsedTimer timer;
    timer.start();
    const auto process = start(arguments);
    CliResult result = collect(*process, secondsAllowed);
    result.seconds = double(timer.nsecsElapsed()) * 1e-9;
    return result;
}

bool CliRunner::canCompute()
{
    return QFileInfo::exists(QStringLiteral(SECATEUR_BIN_DIR "/libsecateur-compute.so"));
}

std::vector<std::string> shownCommands()
{
    return {"inspect", "tokenize",   "chat",   "score",  "generate", "prune",  "compare", "masks",
            "norms",   "resparsify", "export", "figure", "runs",     "delete", "verify",  "completion"};
}

} // namespace secateur::test
