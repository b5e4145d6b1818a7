// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/application.h"

#include <memory>

#include <QApplication>
#include <QCommandLineParser>
#include <QTemporaryDir>

#include "app/window/mainwindow.h"

namespace secateur::app {

int runApplication(int argc, char **argv)
{
    const QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("secateur"));
    QApplication::setApplicationDisplayName(QStringLiteral("Secateur"));
    QApplication::setApplicationVersion(QStringLiteral(SECATEUR_VERSION));
    QCommandLineParser parser;
    parser.setApplicationDescription(QCoreApplication::translate("Application", "Sub-models of language models"));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("STUDY|MODEL"),
                                 QCoreApplication::translate("Application", "What to open"), QStringLiteral("[PATH]"));
    const QCommandLineOption safeMode(
        QStringLiteral("safe-mode"),
        QCoreApplication::translate("Application", "Restore nothing and use no settings; nothing is written down"));
    parser.addOption(safeMode);
    parser.process(application);
    const bool isSafe = parser.isSet(safeMode);
    const QTemporaryDir scratch;
    Settings ordinary;
    Settings untouched(scratch.filePath(QStringLiteral("settings.ini")));
    WindowOptions options;
    options.stateFolder = MainWindow::defaultStateFolder();
    options.safeMode = isSafe;
    MainWindow window(isSafe ? untouched : ordinary, std::move(options));
    const auto paths = parser.positionalArguments();
    window.restore();
    if (!paths.isEmpty())
        window.openPath(paths.first().toStdString());
    window.show();
    return QApplication::exec();
}

} // namespace secateur::app
