// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <QtTest/QTest>

#include "core/base/file.h"
#include "tests/support/testsupport.h"

using namespace secateur;

namespace {

std::string contents(const std::filesystem::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Result<std::string> read(const ReadFile &file, std::uint64_t offset, std::size_t length)
{
    std::string text(length, '?');
    SECATEUR_CHECK(file.readAt(offset, std::as_writable_bytes(std::span(text))));
    return text;
}

std::size_t entries(const std::filesystem::path &folder)
{
    return std::size_t(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// For the scope's time no file may grow beyond `bytes`: writing more fails as on a full disk, with EFBIG.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit = {bytes, m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    FileSizeLimit(const FileSizeLimit &) = delete;
    FileSizeLimit &operator=(const FileSizeLimit &) = delete;

private:
    rlimit m_before = {};
    void (*m_handler)(int) = SIG_DFL;
};

} // namespace

class TestFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsByOffset();
    void readPastTheEnd();
    void truncatedWhileOpen();
    void refusesWhatIsNotAFile();
    void missing();
    void moves();
    void textFileLimit();
    void writesAtomically();
    void uncommittedLeavesTheOldFile();
    void failedWriteLeavesTheOldFile();
    void failedCommitLeavesNoPart();
    void createFails();
    void partIsNotFollowed();
    void stalePartIsReplaced();
    void renames();
    void freeSpaceAndSync();
    void errnoCodes_data();
    void errnoCodes();
};

void TestFile::readsByOffset()
{
    const test::TemporaryFolder folder;
    const auto file = ReadFile::open(test::writeFile(folder.path() / "x", "0123456789"));
    VERIFY_RESULT(file);
    QCOMPARE(file->size(), std::uint64_t(10));
    QCOMPARE(file->path(), folder.path() / "x");
    QCOMPARE(read(*file, 0, 10).value(), std::string("0123456789"));
    QCOMPARE(read(*file, 7, 3).value(), std::string("789"));
    QCOMPARE(read(*file, 10, 0).value(), std::string());
    QCOMPARE(read(*file, 3, 2).value(), std::string("34"));
}

void TestFile::readPastTheEnd()
{
    const test::TemporaryFolder folder;
    const auto file = ReadFile::open(test::writeFile(folder.path() / "x", "0123456789"));
    VERIFY_RESULT(file);
    const auto over = read(*file, 8, 3);
    VERIFY_ERROR(over, ErrorCode::BadInput);
    QVERIFY2(over.error().detail.find("ends at byte 10") != std::string::npos, over.error().detail.c_str());
    VERIFY_ERROR(read(*file, 11, 1), ErrorCode::BadInput);
    VERIFY_ERROR(read(*file, std::uint64_t(1) << 62, 1), ErrorCode::BadInput);
    const auto negative = read(*file, ~std::uint64_t(0), 1); // no file offset: an error, whatever its kind
    QVERIFY(!negative.has_value());
}

void TestFile::truncatedWhileOpen()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "x", std::string(100'000, 'x'));
    const auto file = ReadFile::open(path);
    VERIFY_RESULT(file);
    std::filesystem::resize_file(path, 50'000);
    VERIFY_RESULT(read(*file, 0, 50'000));
    VERIFY_ERROR(read(*file, 0, 100'000), ErrorCode::BadInput);
    VERIFY_ERROR(read(*file, 60'000, 1), ErrorCode::BadInput);
}

void TestFile::refusesWhatIsNotAFile()
{
    const test::TemporaryFolder folder;
    VERIFY_ERROR(ReadFile::open(folder.path()), ErrorCode::BadInput);

    const auto fifo = folder.path() / "fifo";
    QCOMPARE(::mkfifo(fifo.c_str(), 0600), 0);
    VERIFY_ERROR(ReadFile::open(fifo), ErrorCode::BadInput); // without O_NONBLOCK the test would hang here
    VERIFY_ERROR(ReadFile::open("/dev/zero"), ErrorCode::BadInput);

    const auto loop = folder.path() / "loop";
    std::filesystem::create_symlink(loop, loop);
    VERIFY_ERROR(ReadFile::open(loop), ErrorCode::BadInput);

    const auto address = folder.path() / "socket";
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un name = {};
    name.sun_family = AF_UNIX;
    QVERIFY(address.string().size() < sizeof name.sun_path);
    address.string().copy(name.sun_path, sizeof name.sun_path - 1);
    QCOMPARE(::bind(fd, reinterpret_cast<const sockaddr *>(&name), sizeof name), 0);
    const auto opened = ReadFile::open(address);
    ::close(fd);
    VERIFY_ERROR(opened, ErrorCode::BadInput);
}

void TestFile::missing()
{
    const test::TemporaryFolder folder;
    const auto absent = ReadFile::open(folder.path() / "absent");
    VERIFY_ERROR(absent, ErrorCode::NotFound);
    QVERIFY2(absent.error().detail.find("absent") != std::string::npos, absent.error().detail.c_str());
    test::writeFile(folder.path() / "file", "x");
    VERIFY_ERROR(ReadFile::open(folder.path() / "file" / "below"), ErrorCode::NotFound);
    VERIFY_ERROR(ReadFile::open(""), ErrorCode::NotFound);
}

void TestFile::moves()
{
    const test::TemporaryFolder folder;
    auto first = ReadFile::open(test::writeFile(folder.path() / "a", "aaa"));
    auto second = ReadFile::open(test::writeFile(folder.path() / "b", "bbbb"));
    VERIFY_RESULT(first);
    VERIFY_RESULT(second);
    ReadFile moved = std::move(*first);
    QCOMPARE(read(moved, 0, 3).value(), std::string("aaa"));
    moved = std::move(*second);
    QCOMPARE(moved.size(), std::uint64_t(4));
    QCOMPARE(read(moved, 0, 4).value(), std::string("bbbb"));
}

void TestFile::textFileLimit()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "x", std::string("a\0b", 3));
    QCOMPARE(readTextFile(path, 3).value(), std::string("a\0b", 3));
    VERIFY_ERROR(readTextFile(path, 2), ErrorCode::BadInput);
    QCOMPARE(readTextFile(test::writeFile(folder.path() / "empty", ""), 0).value(), std::string());
}

void TestFile::writesAtomically()
{
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "x";
    auto file = AtomicFile::create(path);
    VERIFY_RESULT(file);
    VERIFY_RESULT(file->write("one "));
    QVERIFY(!std::filesystem::exists(path));
    QVERIFY(std::filesystem::exists(path.string() + ".part"));
    VERIFY_RESULT(file->write(std::as_bytes(std::span("two", 3))));
    AtomicFile moved = std::move(*file);
    const auto committed = moved.commit();
    VERIFY_RESULT(committed);
    QCOMPARE(contents(path), std::string("one two"));
    QCOMPARE(entries(folder.path()), std::size_t(1));

    const auto again = writeFileAtomically(path, "new");
    VERIFY_RESULT(again);
    QCOMPARE(contents(path), std::string("new"));
    QCOMPARE(entries(folder.path()), std::size_t(1));

    const auto unflushed = writeFileAtomically(path, "newest", Survives::ProcessDeath);
    VERIFY_RESULT(unflushed);
    QCOMPARE(contents(path), std::string("newest"));
    QCOMPARE(entries(folder.path()), std::size_t(1));
    VERIFY_ERROR(writeFileAtomically(folder.path(), "x", Survives::ProcessDeath), ErrorCode::InvalidArgument);
    VERIFY_ERROR(writeFileAtomically(folder.path() / "no" / "x", "x", Survives::ProcessDeath), ErrorCode::NotFound);
}

void TestFile::uncommittedLeavesTheOldFile()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "x", "old");
    {
        auto file = AtomicFile::create(path);
        VERIFY_RESULT(file);
        VERIFY_RESULT(file->write("new"));
        QCOMPARE(contents(path), std::string("old"));
    }
    QCOMPARE(contents(path), std::string("old"));
    QCOMPARE(entries(folder.path()), std::size_t(1));
}

void TestFile::failedWriteLeavesTheOldFile()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "x", "old");
    {
        const FileSizeLimit limit(1000);
        const auto done = writeFileAtomically(path, std::string(5000, 'x'));
        VERIFY_ERROR(done, ErrorCode::Io);
        QVERIFY2(done.error().detail.find("cannot write") != std::string::npos, done.error().detail.c_str());
    }
    QCOMPARE(contents(path), std::string("old"));
    QCOMPARE(entries(folder.path()), std::size_t(1));
}

void TestFile::failedCommitLeavesNoPart()
{
    // A folder that is not empty cannot be replaced by a file, so the rename fails at the very end.
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "x";
    auto file = AtomicFile::create(path);
    VERIFY_RESULT(file);
    VERIFY_RESULT(file->write("new"));
    std::filesystem::create_directory(path); // by somebody else, meanwhile
    test::writeFile(path / "inside", "old");
    VERIFY_ERROR(file->commit(), ErrorCode::Io);
    QCOMPARE(contents(path / "inside"), std::string("old"));
    QCOMPARE(entries(folder.path()), std::size_t(1));
}

void TestFile::createFails()
{
    const test::TemporaryFolder folder;
    VERIFY_ERROR(AtomicFile::create(folder.path() / "absent" / "x"), ErrorCode::NotFound);
    const std::string ofFolder = folder.path().string();
    for (const std::string &path : {ofFolder, ofFolder + "/", ofFolder + "/new/", ofFolder + "/.", std::string()}) {
        const auto refused = AtomicFile::create(path);
        VERIFY_ERROR(refused, ErrorCode::InvalidArgument);
        QVERIFY2(refused.error().detail.find("\"" + path + "\"") == 0, refused.error().detail.c_str());
    }
    QVERIFY(std::filesystem::is_empty(folder.path()));
    VERIFY_ERROR(AtomicFile::create("/proc/self/x"), ErrorCode::NotFound);
}

void TestFile::partIsNotFollowed()
{
    // Someone else's link at the part's name must not lead the writing elsewhere.
    const test::TemporaryFolder folder;
    const auto victim = test::writeFile(folder.path() / "victim", "precious");
    std::filesystem::create_symlink(victim, folder.path() / "x.part");
    VERIFY_ERROR(AtomicFile::create(folder.path() / "x"), ErrorCode::BadInput);
    QCOMPARE(contents(victim), std::string("precious"));
}

void TestFile::stalePartIsReplaced()
{
    const test::TemporaryFolder folder;
    test::writeFile(folder.path() / "x.part", "left by a crash, and longer");
    const auto done = writeFileAtomically(folder.path() / "x", "new");
    VERIFY_RESULT(done);
    QCOMPARE(contents(folder.path() / "x"), std::string("new"));
    QCOMPARE(entries(folder.path()), std::size_t(1));
}

void TestFile::renames()
{
    const test::TemporaryFolder folder;
    const auto from = test::writeFile(folder.path() / "a", "a");
    const auto done = renameDurably(from, folder.path() / "b");
    VERIFY_RESULT(done);
    QCOMPARE(contents(folder.path() / "b"), std::string("a"));
    VERIFY_ERROR(renameDurably(from, folder.path() / "b"), ErrorCode::NotFound);
}

void TestFile::freeSpaceAndSync()
{
    const test::TemporaryFolder folder;
    const auto space = freeSpace(folder.path());
    VERIFY_RESULT(space);
    QVERIFY(*space > 0);
    VERIFY_ERROR(freeSpace(folder.path() / "absent"), ErrorCode::NotFound);
    VERIFY_RESULT(syncPath(folder.path()));
    VERIFY_RESULT(syncPath(test::writeFile(folder.path() / "x", "x")));
    VERIFY_ERROR(syncPath(folder.path() / "absent"), ErrorCode::NotFound);
}

void TestFile::errnoCodes_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("code");

    QTest::newRow("ENOSPC") << ENOSPC << int(ErrorCode::OutOfDisk);
    QTest::newRow("EDQUOT") << EDQUOT << int(ErrorCode::OutOfDisk);
    QTest::newRow("ENOENT") << ENOENT << int(ErrorCode::NotFound);
    QTest::newRow("ENOTDIR") << ENOTDIR << int(ErrorCode::NotFound);
    QTest::newRow("ENOMEM") << ENOMEM << int(ErrorCode::OutOfMemory);
    QTest::newRow("ELOOP") << ELOOP << int(ErrorCode::BadInput);
    QTest::newRow("EACCES") << EACCES << int(ErrorCode::Io);
    QTest::newRow("EIO") << EIO << int(ErrorCode::Io);
}

void TestFile::errnoCodes()
{
    QFETCH(int, number);
    QFETCH(int, code);
    const Error error = errnoError(number, "read", "/some/file");
    QCOMPARE(int(error.code), code);
    QVERIFY2(error.detail.starts_with("/some/file: cannot read: "), error.detail.c_str());
}

QTEST_GUILESS_MAIN(TestFile)
#include "tst_file.moc"
