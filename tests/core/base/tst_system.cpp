// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "core/base/system.h"
#include "tests/support/testsupport.h"

using namespace secateur;
namespace fs = std::filesystem;

/// The memory that control groups leave, from a made-up /proc and /sys.
class TestSystem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_root = std::make_unique<test::TemporaryFolder>();
        put("proc/meminfo", "MemTotal:  9000 kB\nMemAvailable:   8000 kB\n");
    }

    void withoutGroups() { QCOMPARE(available(), std::uint64_t(8000 * 1024)); }

    void unlimited()
    {
        put("proc/self/cgroup", "0::/box\n");
        put("sys/fs/cgroup/box/memory.max", "max\n");
        put("sys/fs/cgroup/box/memory.current", "123456789\n");
        QCOMPARE(available(), std::uint64_t(8000 * 1024));
    }

    void cachedFilesAreNotUsed()
    {
        put("proc/self/cgroup", "0::/box\n");
        put("sys/fs/cgroup/box/memory.max", "1000000\n");
        put("sys/fs/cgroup/box/memory.current", "900000\n");
        QCOMPARE(available(), std::uint64_t(100000));
        put("sys/fs/cgroup/box/memory.stat", "anon 100000\ninactive_file 500000\nactive_file 200000\nslab 7\n");
        QCOMPARE(available(), std::uint64_t(800000));
        put("sys/fs/cgroup/box/memory.stat", "inactive_file 5000000\n"); // read at another moment
        QCOMPARE(available(), std::uint64_t(1000000));
    }

    void nothingIsLeft()
    {
        put("proc/self/cgroup", "0::/box\n");
        put("sys/fs/cgroup/box/memory.max", "1000\n");
        put("sys/fs/cgroup/box/memory.current", "2000\n");
        QCOMPARE(available(), std::uint64_t(0));
    }

    void theNarrowestOfAllLevels()
    {
        put("proc/self/cgroup", "0::/outer/inner\n");
        put("sys/fs/cgroup/outer/memory.max", "3000\n");
        put("sys/fs/cgroup/outer/memory.current", "1000\n");
        put("sys/fs/cgroup/outer/inner/memory.max", "5000\n");
        put("sys/fs/cgroup/outer/inner/memory.current", "500\n");
        QCOMPARE(available(), std::uint64_t(2000));
        put("sys/fs/cgroup/outer/memory.max", "max\n");
        QCOMPARE(available(), std::uint64_t(4500));
    }

    void aContainerSeesItsGroupAtTheMountPoint_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::newRow("own name space") << QByteArray("/");
        QTest::newRow("path outside") << QByteArray("/system.slice/docker-0123.scope");
        QTest::newRow("above the name space") << QByteArray("/../../other");
    }

    void aContainerSeesItsGroupAtTheMountPoint()
    {
        QFETCH(QByteArray, path);
        put("proc/self/cgroup", "0::" + path.toStdString() + "\n");
        put("sys/fs/cgroup/memory.max", "4000\n");
        put("sys/fs/cgroup/memory.current", "1000\n");
        QCOMPARE(available(), std::uint64_t(3000));
    }

    void versionOne()
    {
        put("proc/self/cgroup", "12:cpuset:/x\n4:cpu,memory:/box\n1:name=systemd:/y\n0::/z\n");
        put("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "10000\n");
        put("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "9000\n");
        put("sys/fs/cgroup/memory/box/memory.stat",
            "active_file 1\ntotal_inactive_file 3000\ntotal_active_file 2000\n");
        QCOMPARE(available(), std::uint64_t(6000));
        put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        put("sys/fs/cgroup/memory/memory.usage_in_bytes", "99999\n");
        QCOMPARE(available(), std::uint64_t(6000));
    }

    void hostHasAName() { QVERIFY(!hostName().empty()); }

private:
    void put(const std::string &path, const std::string &text)
    {
        const fs::path file = m_root->path() / path;
        fs::create_directories(file.parent_path());
        test::writeFile(file, text);
    }
    [[nodiscard]] std::uint64_t available() const { return availableMemory(m_root->path()); }

    std::unique_ptr<test::TemporaryFolder> m_root;
};

QTEST_APPLESS_MAIN(TestSystem)
#include "tst_system.moc"
