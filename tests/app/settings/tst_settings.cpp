// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest/QTest>

#include "app/settings/settings.h"

using secateur::app::Settings;

class TestSettings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void init() { QFile::remove(file()); }

    void defaults()
    {
        const Settings settings(file());
        QCOMPARE(settings.theme.value(), QStringLiteral("system"));
        QVERIFY(settings.restoreSession.value());
        QVERIFY(settings.recent.value().isEmpty());
        QCOMPARE(settings.threads.value(), 0);
    }

    void keepsValues()
    {
        {
            Settings settings(file());
            settings.theme.setValue(QStringLiteral("dark"));
            settings.threads.setValue(3);
            settings.restoreSession.setValue(false);
        }
        const Settings settings(file());
        QCOMPARE(settings.theme.value(), QStringLiteral("dark"));
        QCOMPARE(settings.threads.value(), 3);
        QVERIFY(!settings.restoreSession.value());
    }

    void tellsOfChangesOnly()
    {
        Settings settings(file());
        QSignalSpy changed(&settings.theme, &secateur::app::SettingBase::changed);
        settings.theme.setValue(QStringLiteral("system"));
        QCOMPARE(changed.count(), 0);
        settings.theme.setValue(QStringLiteral("light"));
        QCOMPARE(changed.count(), 1);
        settings.theme.setValue(QStringLiteral("light"));
        QCOMPARE(changed.count(), 1);
    }

    void recentKeepsTheLatestFirst()
    {
        Settings settings(file());
        for (int i = 0; i < Settings::recentLimit + 5; ++i)
            settings.addRecent(QString::number(i));
        QCOMPARE(settings.recent.value().size(), Settings::recentLimit);
        settings.addRecent(QStringLiteral("10"));
        QCOMPARE(settings.recent.value().first(), QStringLiteral("10"));
        QCOMPARE(settings.recent.value().count(QStringLiteral("10")), 1);
        QCOMPARE(settings.recent.value().size(), Settings::recentLimit);
    }

    void keysDiffer()
    {
        const Settings settings(file());
        const QStringList keys = {settings.theme.key(), settings.restoreSession.key(), settings.recent.key(),
                                  settings.threads.key()};
        QCOMPARE(QSet<QString>(keys.begin(), keys.end()).size(), keys.size());
    }

private:
    [[nodiscard]] QString file() const { return m_folder.filePath(QStringLiteral("settings.ini")); }
    QTemporaryDir m_folder;
};

QTEST_MAIN(TestSettings)
#include "tst_settings.moc"
