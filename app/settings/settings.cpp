// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/settings.h"

#include <QCoreApplication>
#include <QStandardPaths>

namespace secateur::app {
namespace {

QString label(const char *text)
{
    return QCoreApplication::translate("Settings", text);
}

QString configurationFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + QStringLiteral("/secateur.ini");
}

} // namespace

void SettingBase::store(const QVariant &value)
{
    m_store.setValue(m_key, value);
    Q_EMIT changed();
}

Settings::Settings() : Settings(configurationFile()) { }

Settings::Settings(const QString &file)
    : m_store(file, QSettings::IniFormat),
      theme(m_store, QStringLiteral("appearance/theme"), label("Theme"), QStringLiteral("system")),
      restoreSession(m_store, QStringLiteral("session/restore"), label("Reopen the last study at start"), true),
      recent(m_store, QStringLiteral("session/recent"), label("Recent studies"), {}),
      threads(m_store, QStringLiteral("jobs/threads"), label("Threads for jobs (0: all)"), 0),
      figureStyle(m_store, QStringLiteral("figures/style"), label("Size and looks of figures"), {}),
      taskFiles(m_store, QStringLiteral("accuracy/taskFiles"), label("Files with the items of tasks"), {}),
      demoFolder(m_store, QStringLiteral("demo/folder"), label("Folder of the demo study"), {}),
      guide(m_store, QStringLiteral("guide/state"), label("Guided first run"), {})
{
}

void Settings::addRecent(const QString &folder)
{
    QStringList folders = recent.value();
    folders.removeAll(folder);
    folders.prepend(folder);
    recent.setValue(folders.mid(0, recentLimit));
}

} // namespace secateur::app
