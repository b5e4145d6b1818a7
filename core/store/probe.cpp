// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/probe.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/store/evaluationfile.h"
#include "core/store/layerfile.h"

namespace secateur::store {

namespace {

namespace fs = std::filesystem;

constexpr rlim_t helperMemory = rlim_t(2) << 30;
constexpr rlim_t helperSeconds = 60; ///< of processor time
constexpr auto helperPatience = std::chrono::seconds(120);
constexpr const char *helperName = "secateur-cli";

Result<fs::path> findHelper()
{
    std::error_code failed;
    const fs::path self = fs::read_symlink("/proc/self/exe", failed);
    const fs::path helper = self.parent_path() / helperName;
    if (failed || ::access(helper.c_str(), X_OK) != 0)
        return failure(ErrorCode::Internal,
                       helper.string()
                           + ": is needed to examine files that were made elsewhere, "
                             "but is not there; install it beside this program");
    return helper;
}

void limit(__rlimit_resource_t resource, rlim_t most)
{
    const struct rlimit limits = {most, most};
    ::setrlimit(resource, &limits);
}

/// Only calls that are allowed between fork and exec of a program with threads.
[[noreturn]] void becomeHelper(const char *program, const char *file)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // their shadow memory is terabytes of addresses
    limit(RLIMIT_AS, helperMemory);
    limit(RLIMIT_FSIZE, 0); // the thread sanitizer starts by writing a file
#endif
    limit(RLIMIT_CPU, helperSeconds);
    limit(RLIMIT_CORE, 0);
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; ++fd)
        ::dup2(nowhere, fd);
    for (int fd = 3; fd < 1024; ++fd)
        ::close(fd);
    ::execl(program, helperName, "probe-h5", "--", file, static_cast<char *>(nullptr));
    ::_exit(127);
}

/// The wait status of the helper, which is killed when it takes too long. Io when nobody can say how it ended, as where
/// SIGCHLD is ignored: that is no pass.
Result<int> awaitHelper(pid_t helper, const fs::path &program)
{
    const auto deadline = std::chrono::steady_clock::now() + helperPatience;
    int status = 0;
    auto pause = std::chrono::milliseconds(1);
    pid_t ended = 0;
    while ((ended = ::waitpid(helper, &status, WNOHANG)) == 0) {
        if (std::chrono::steady_clock::now() > deadline)
            ::kill(helper, SIGKILL);
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds(20));
    }
    if (ended != helper)
        return failure(ErrorCode::Io, errnoError(errno, "learn how it ended", program).detail);
    return status;
}

/// Signals by which a program ends of its own fault, and here because of what it read.
bool isCrash(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGFPE || signal == SIGILL;
}

Result<void> probeMatrix(const LayerFile &layer, const LayerFile::Shape &shape)
{
    SECATEUR_TRY(kept, layer.mask(shape.sublayer, shape.rows, shape.cols));
    SECATEUR_CHECK(layer.alpha(shape.sublayer));
    SECATEUR_CHECK(layer.norm(shape.sublayer, shape.cols));
    SECATEUR_TRY(density, layer.density(shape.sublayer, shape.rows, shape.cols));
    if (density && density->values != mask::DensityPyramid::build(kept).levels().front().values)
        return failure(ErrorCode::BadInput, "the density of " + shape.sublayer + " is not that of its mask");
    return {};
}

} // namespace

Result<void> probeLayerFile(const fs::path &file)
{
    SECATEUR_TRY(isItems, isItemsFile(file));
    if (isItems)
        return readItems(file).map([](const EvaluationItems &) {});
    SECATEUR_TRY(layer, LayerFile::open(file));
    SECATEUR_TRY(shapes, layer.shapes());
    for (const LayerFile::Shape &shape : shapes)
        if (auto done = probeMatrix(layer, shape); !done)
            return tl::make_unexpected(withContext(std::move(done).error(), file.string()));
    return {};
}

Result<void> probeInHelper(const fs::path &file)
{
    SECATEUR_TRY(program, findHelper());
    const std::string programText = program.string();
    const std::string fileText = fs::absolute(file).string();
    const pid_t helper = ::fork();
    if (helper < 0)
        return tl::make_unexpected(errnoError(errno, "start", program));
    if (helper == 0)
        becomeHelper(programText.c_str(), fileText.c_str());
    SECATEUR_TRY(status, awaitHelper(helper, program));
    return probeVerdict(status, file);
}

Result<void> probeVerdict(int status, const fs::path &file)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return {};
    const bool crashed = WIFSIGNALED(status) && isCrash(WTERMSIG(status));
    const std::string how = WIFSIGNALED(status) ? "killed by signal " + std::to_string(WTERMSIG(status))
                                                : "exit status " + std::to_string(WEXITSTATUS(status));
    if (crashed || (WIFEXITED(status) && WEXITSTATUS(status) == exitStatus(ErrorCode::BadInput)))
        return failure(ErrorCode::BadInput,
                       file.string() + ": was made elsewhere and did not pass the examination (" + how
                           + "); run `secateur-cli probe-h5` on it to see why");
    const bool memory = WIFEXITED(status) && WEXITSTATUS(status) == exitStatus(ErrorCode::OutOfMemory);
    return failure(memory ? ErrorCode::OutOfMemory : ErrorCode::Io,
                   file.string() + ": was made elsewhere and could not be examined (" + how
                       + "); it stays closed: try again, or run `secateur-cli probe-h5` on it to see why");
}

} // namespace secateur::store
