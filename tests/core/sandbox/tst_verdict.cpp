// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include <QTest>

#include "core/sandbox/verdict.h"

using namespace secateur::sandbox;

/// The names of the ten statuses.
class TestVerdict : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyStatusHasItsOwnName()
    {
        std::set<std::string_view> names;
        for (int i = 0; i <= int(Status::ToolMissing); ++i) {
            const auto name = statusName(Status(i));
            QVERIFY(!name.empty());
            QVERIFY(names.insert(name).second);
            QVERIFY(statusFromName(name) == Status(i));
        }
        QCOMPARE(names.size(), std::size_t(10));
        QVERIFY(!statusFromName("PASSED"));
        QVERIFY(!statusFromName(""));
    }

    void failuresOfTheSandboxAreNoWrongAnswers()
    {
        QVERIFY(!isScored(Status::SandboxError));
        QVERIFY(!isScored(Status::ToolMissing));
        QVERIFY(isScored(Status::NoVerdict));
        QVERIFY(isScored(Status::Passed));
    }
};

QTEST_APPLESS_MAIN(TestVerdict)
#include "tst_verdict.moc"
