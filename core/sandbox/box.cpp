// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/box.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"

namespace secateur::sandbox {

namespace {

using namespace std::chrono_literals;

/// How long the kernel may take to clear a namespace away whose first process has ended.
constexpr auto clearing = 5s;

/// How long bwrap may take to name the first process of a box that is to be ended.
constexpr auto naming = 1s;

/// Appends what can be read now, to at most `limit` bytes. True when there was more than that; an end closes it.
bool drain(Descriptor &from, std::string &text, std::uint64_t limit)
{
    std::array<char, 16384> buffer{};
    while (from.isOpen()) {
        const auto count = read(from.get(), buffer.data(), buffer.size());
        if (count > 0) {
            const auto room = limit - text.size();
            text.append(buffer.data(), std::min<std::uint64_t>(std::uint64_t(count), room));
            if (std::uint64_t(count) > room)
                return true;
        } else if (count == 0) {
            from.reset();
        } else if (errno != EINTR) {
            return false;
        }
    }
    return false;
}

bool isOverloaded()
{
    double load = 0.0;
    return getloadavg(&load, 1) == 1 && load > 1.5 * std::max(1U, std::thread::hardware_concurrency());
}

Result<void> writeSource(const std::filesystem::path &path, const std::string &text)
{
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file.isOpen())
        return tl::make_unexpected(errnoError(errno, "writing", path));
    return writeAll(file, text);
}

} // namespace

Box::Box(BoxRequest request, const BoxSettings &settings, std::filesystem::path input)
    : m_request(std::move(request)), m_settings(settings), m_input(std::move(input))
{
}

Box::~Box()
{
    m_child.reset(); // which kills what is left of it
    std::error_code ignored;
    std::filesystem::remove_all(m_input, ignored);
}

Result<std::unique_ptr<Box>> Box::start(BoxRequest request, const BoxSettings &settings, std::uint64_t number)
{
    std::unique_ptr<Box> box(new Box(std::move(request), settings, settings.folder / std::to_string(number)));
    SECATEUR_CHECK(box->fillInput());
    SECATEUR_CHECK(box->launchBox());
    return box;
}

/// Readable for nobody where we are root; the name of the folder above cannot be guessed.
Result<void> Box::fillInput() const
{
    if (mkdir(m_input.c_str(), isRoot() ? 0755 : 0700) != 0)
        return tl::make_unexpected(errnoError(errno, "making the folder", m_input));
    for (const auto &file : m_request.files)
        SECATEUR_CHECK(writeSource(m_input / file.path, file.text));
    return {};
}

Result<void> Box::launchBox()
{
    std::string options;
    for (const auto &argument : boxArguments(m_settings, m_input))
        options += argument + '\0';
    SECATEUR_TRY(arguments, memoryFile(options));
    SECATEUR_TRY(filter, memoryFile(m_settings.filter));
    SECATEUR_TRY(in, makePipe());
    SECATEUR_TRY(out, makePipe());
    SECATEUR_TRY(err, makePipe());
    SECATEUR_TRY(status, makePipe());
    SECATEUR_CHECK(writeAll(in.write, m_request.token + "\n" + m_request.nonce + "\n"));

    std::vector<std::string> command = {"--args", "3", "--"};
    const auto &limits = m_settings.options.limits;
    const auto limited = limitCommand(limits, m_request.builds ? limits.compile : m_request.timeLimit);
    command.insert(command.end(), limited.begin(), limited.end());
    command.insert(command.end(), m_request.command.begin(), m_request.command.end());

    m_started = Clock::now();
    m_deadline = m_started + (m_request.builds ? limits.compile : m_request.timeLimit);
    SECATEUR_TRY(
        child,
        launch(m_settings.options.bwrap, command,
               {in.read.get(), out.write.get(), err.write.get(), arguments.get(), filter.get(), status.write.get()}));
    m_child.emplace(std::move(child));
    m_out = std::move(out.read);
    m_err = std::move(err.read);
    m_status = std::move(status.read);
    for (const auto *pipe : {&m_out, &m_err, &m_status})
        SECATEUR_CHECK(setNonBlocking(*pipe));
    return {};
}

std::vector<int> Box::descriptors() const
{
    std::vector<int> all;
    for (const auto *descriptor : {&m_out, &m_err, &m_status})
        if (descriptor->isOpen())
            all.push_back(descriptor->get());
    if (!m_exited)
        all.push_back(m_child->pollHandle());
    return all;
}

bool Box::step(Clock::time_point now)
{
    // Asked before reading: what it wrote before its end is then read for certain.
    const auto ended = m_exited ? std::nullopt : m_child->reap();
    readAll();
    noticeBuilt(now);
    if (ended)
        noticeEnd(*ended);
    if (!m_exited && now >= m_deadline) {
        m_result.overloaded = m_result.overloaded || (m_result.killed == Killed::No && isOverloaded());
        kill(m_request.builds && !m_built ? Killed::BuildTimeout : Killed::Timeout);
    }
    if (m_exited || m_result.killed != Killed::No)
        endNow();
    if (!m_exited)
        return false;
    const bool silent = !m_out.isOpen() && !m_err.isOpen() && !m_status.isOpen();
    if (silent && (m_empty || m_namespaceInode == 0))
        return true;
    if (now < m_exitTime + clearing)
        return false;
    m_result.trouble += "something of the program was still there after its box had ended";
    return true;
}

void Box::readAll()
{
    const auto limit = m_settings.options.limits.output;
    const bool tooMuch = drain(m_out, m_result.out, limit) || drain(m_err, m_result.err, limit);
    if (tooMuch)
        kill(Killed::OutputLimit);
    if (tooMuch && m_exited) { // nobody is left to be told, and nobody reads any more
        m_out.reset();
        m_err.reset();
    }
    readStatus();
}

/// bwrap writes one JSON object a line: the namespaces first, the exit code last.
void Box::readStatus()
{
    drain(m_status, m_statusText, 65536);
    for (auto end = m_statusText.find('\n'); end != std::string::npos; end = m_statusText.find('\n')) {
        const auto line = nlohmann::json::parse(m_statusText.substr(0, end), nullptr, false);
        m_statusText.erase(0, end + 1);
        if (!line.is_object())
            continue;
        if (const auto code = line.find("exit-code"); code != line.end() && code->is_number_integer())
            m_result.exitCode = code->get<int>();
        const auto inode = line.find("pid-namespace");
        const auto process = line.find("child-pid");
        if (inode != line.end() && inode->is_number_unsigned() && process != line.end() && process->is_number_integer())
            openNamespace(process->get<int>(), inode->get<std::uint64_t>());
    }
}

/// Holding it open keeps its number from being given to another namespace.
void Box::openNamespace(int process, std::uint64_t expected)
{
    struct stat own = {};
    if (stat("/proc/self/ns/pid", &own) != 0 || own.st_ino == expected) {
        m_result.trouble = "bwrap says that the program shares our process namespace";
        m_child->kill();
        return;
    }
    m_firstProcess = process;
    // In this order: what is seen of the number afterwards is then true of the process that is held.
    Descriptor handle(int(syscall(SYS_pidfd_open, process, 0)));
    Descriptor file(open(("/proc/" + std::to_string(process) + "/ns/pid").c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info = {};
    if (!file.isOpen() || fstat(file.get(), &info) != 0 || info.st_ino != expected)
        return; // already over
    m_namespace = std::move(file);
    m_namespaceInode = expected;
    if (handle.isOpen() && syscall(SYS_pidfd_send_signal, handle.get(), 0, nullptr, 0) == 0)
        m_first = std::move(handle);
}

void Box::noticeBuilt(Clock::time_point now)
{
    if (!m_request.builds || m_built || m_result.out.find("\nV1 " + m_request.token + " BUILT\n") == std::string::npos)
        return;
    m_built = true;
    m_deadline = now + m_request.timeLimit;
}

void Box::noticeEnd(int status)
{
    m_exited = true;
    m_exitTime = Clock::now();
    m_result.seconds = std::chrono::duration<double>(m_exitTime - m_started).count();
    readAll();
    if (m_result.killed != Killed::No || !m_result.trouble.empty())
        return;
    if (WIFSIGNALED(status))
        m_result.trouble = "bwrap was ended by signal " + std::to_string(WTERMSIG(status));
    else if (!m_result.exitCode)
        m_result.trouble = "bwrap ended with status " + std::to_string(WEXITSTATUS(status))
            + " before it ran the program" + (m_result.err.empty() ? "" : ": " + m_result.err.substr(0, 500));
    else if (m_firstProcess == 0)
        m_result.trouble = "bwrap did not say in which namespace the program ran";
}

void Box::kill(Killed reason)
{
    if (m_result.killed == Killed::No)
        m_result.killed = reason;
    endNow();
}

/// bwrap's child asks to die with it only after a while (bubblewrap issue 700). So bwrap is not ended before it has
/// named that child, which is then ended as well, and with it, being number 1, all in its namespace.
void Box::endNow()
{
    const bool named = m_first.isOpen();
    if (!m_exited && (named || Clock::now() >= m_started + naming))
        m_child->kill();
    if (named && (m_exited || m_result.killed != Killed::No))
        syscall(SYS_pidfd_send_signal, m_first.get(), SIGKILL, nullptr, 0);
}

/// Unmapped files of its two file systems in memory count as well; those pages belong to no process.
std::uint64_t Box::filesSize() const
{
    std::uint64_t bytes = 0;
    for (const char *folder : {"/work", "/dev/shm"}) {
        struct statvfs info = {};
        const std::string path = "/proc/" + std::to_string(m_firstProcess) + "/root" + folder;
        if (statvfs(path.c_str(), &info) == 0)
            bytes += (info.f_blocks - info.f_bfree) * info.f_frsize;
    }
    return bytes;
}

void Box::judgeMemory(std::uint64_t resident)
{
    const auto limit = m_settings.options.limits.memory;
    if (resident > limit || (resident + (144ULL << 20) > limit && resident + filesSize() > limit))
        kill(Killed::Memory);
}

/// Nothing is killed by its number here: the kernel clears the namespace, and a wrong number would hit someone else.
void Box::tellLeft(std::size_t processes)
{
    m_empty = processes == 0;
}

BoxResult Box::result()
{
    return std::move(m_result);
}

} // namespace secateur::sandbox
