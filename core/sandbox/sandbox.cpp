// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/sandbox.h"

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>

#include <sys/stat.h>

#include "core/base/file.h"
#include "core/base/system.h"
#include "core/sandbox/drivers.h"
#include "core/sandbox/judge.h"
#include "core/sandbox/runner.h"
#include "core/sandbox/seccompfilter.h"
#include "core/sandbox/selftest.h"

namespace secateur::sandbox {

namespace {

/// A new folder that nobody else can look into; where we are root, nobody (the user) can pass through it.
Result<std::filesystem::path> makeFolder(std::filesystem::path scratch)
{
    std::error_code error;
    if (scratch.empty())
        scratch = std::filesystem::temp_directory_path(error);
    std::string name = (scratch / "secateur-sandbox-XXXXXX").string();
    if (error || mkdtemp(name.data()) == nullptr)
        return tl::make_unexpected(errnoError(errno, "making a folder for programs in", scratch));
    if (isRoot() && chmod(name.c_str(), 0711) != 0)
        return tl::make_unexpected(errnoError(errno, "opening the folder", name));
    return std::filesystem::path(name);
}

/// From the runner's thread to the one that waits.
class Mailbox
{
public:
    struct Letter {
        std::size_t index = 0;
        BoxResult result;
    };
    void put(Letter letter)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_letters.push_back(std::move(letter));
        }
        m_arrived.notify_one();
    }
    /// None when a stop was requested before one came.
    std::optional<Letter> take(const std::stop_token &stop)
    {
        std::unique_lock lock(m_mutex);
        if (!m_arrived.wait(lock, stop, [&] { return !m_letters.empty(); }))
            return std::nullopt;
        Letter letter = std::move(m_letters.front());
        m_letters.pop_front();
        return letter;
    }

private:
    std::mutex m_mutex;
    std::condition_variable_any m_arrived;
    std::deque<Letter> m_letters;
};

} // namespace

/// One call of run().
class Sandbox::Batch
{
public:
    Batch(Sandbox &sandbox, std::span<const Program> programs,
          const std::function<void(std::size_t, const Verdict &)> &onVerdict)
        : m_sandbox(sandbox), m_programs(programs), m_onVerdict(onVerdict), m_group(sandbox.m_runner->newGroup()),
          m_secrets(programs.size())
    {
    }

    Result<void> run(const RunContext &context)
    {
        m_context = &context;
        for (std::size_t i = 0; i < m_programs.size(); ++i)
            SECATEUR_CHECK(begin(i));
        std::stop_token stop = context.stopToken();
        while (m_waitingFor > 0) {
            auto letter = m_mailbox->take(stop);
            if (!letter) {
                m_sandbox.m_runner->cancel(m_group);
                stop = {}; // those that were cancelled still report
                m_cancelled = true;
                continue;
            }
            --m_waitingFor;
            if (!m_cancelled)
                SECATEUR_CHECK(receive(letter->index, letter->result));
        }
        return context.checkpoint();
    }

    ~Batch()
    {
        if (m_waitingFor > 0)
            m_sandbox.m_runner->cancel(m_group);
    }

private:
    struct Secret {
        std::string nonce;
        std::string token;
        bool retried = false;
    };

    Result<void> begin(std::size_t index)
    {
        const auto &program = m_programs[index];
        const auto tool = missingTool(program.language, m_sandbox.m_options.tools);
        if (!tool.empty()) {
            Verdict verdict;
            verdict.status = Status::ToolMissing;
            verdict.detail = tool + " is not there";
            tell(index, verdict);
            return {};
        }
        SECATEUR_TRY(request, requestOf(program, m_sandbox.m_options));
        m_secrets[index].nonce = request.nonce;
        m_secrets[index].token = request.token;
        ++m_waitingFor;
        m_sandbox.m_runner->submit(m_group, std::move(request), [index, mailbox = m_mailbox](BoxResult result) {
            mailbox->put({index, std::move(result)});
        });
        return {};
    }

    Result<void> receive(std::size_t index, const BoxResult &result)
    {
        auto &secret = m_secrets[index];
        Verdict verdict = judge(m_programs[index], secret.nonce, secret.token, result);
        verdict.retried = secret.retried;
        if (verdict.status == Status::Timeout && result.overloaded && !secret.retried) {
            secret.retried = true;
            return begin(index);
        }
        tell(index, verdict);
        return {};
    }

    void tell(std::size_t index, const Verdict &verdict)
    {
        m_onVerdict(index, verdict);
        m_context->report({"run programs", ++m_told, m_programs.size(), "programs", 0.0});
    }

    Sandbox &m_sandbox;
    std::span<const Program> m_programs;
    const std::function<void(std::size_t, const Verdict &)> &m_onVerdict;
    std::uint64_t m_group;
    std::vector<Secret> m_secrets;
    std::shared_ptr<Mailbox> m_mailbox = std::make_shared<Mailbox>();
    const RunContext *m_context = nullptr;
    std::size_t m_waitingFor = 0;
    std::uint64_t m_told = 0;
    bool m_cancelled = false;
};

Result<std::unique_ptr<Sandbox>> Sandbox::start(const Options &options)
{
    std::unique_ptr<Sandbox> sandbox(new Sandbox);
    sandbox->m_options = options;
    SECATEUR_TRY(filter, seccompFilter());
    SECATEUR_TRY(folder, makeFolder(options.scratch));
    sandbox->m_folder = folder;
    const int parallel = options.parallel > 0 ? options.parallel : physicalCores();
    SECATEUR_TRY(runner, Runner::start({options, folder, filter}, parallel));
    sandbox->m_runner = std::move(runner);
    return sandbox;
}

Sandbox::~Sandbox()
{
    m_runner.reset();
    std::error_code ignored;
    if (!m_folder.empty())
        std::filesystem::remove_all(m_folder, ignored);
}

Result<BoxResult> Sandbox::runBox(BoxRequest request, const RunContext &context)
{
    const auto mailbox = std::make_shared<Mailbox>();
    const auto group = m_runner->newGroup();
    m_runner->submit(group, std::move(request), [mailbox](BoxResult result) { mailbox->put({0, std::move(result)}); });
    auto letter = mailbox->take(context.stopToken());
    if (!letter) {
        m_runner->cancel(group);
        letter = mailbox->take({});
    }
    SECATEUR_CHECK(context.checkpoint());
    return std::move(letter->result);
}

Result<SelfTestReport> Sandbox::selfTest(const RunContext &context)
{
    m_tested = false;
    SelfTest test(*this, context);
    SECATEUR_TRY(report, test.all());
    m_report = report;
    m_bwrapVersion = test.bwrapVersion();
    m_tested = true;
    return report;
}

Result<void> Sandbox::run(std::span<const Program> programs,
                          const std::function<void(std::size_t, const Verdict &)> &onVerdict, const RunContext &context)
{
    if (m_tested) {
        m_tested = false;
        SECATEUR_CHECK(SelfTest(*this, context).isolation());
        m_tested = true;
    } else {
        SECATEUR_CHECK(selfTest(context));
    }
    return Batch(*this, programs, onVerdict).run(context);
}

std::map<std::string, std::string> Sandbox::description() const
{
    const auto &limits = m_options.limits;
    std::map<std::string, std::string> values = {
        {"bwrap", m_bwrapVersion},
        {"limit_compile_ms", std::to_string(limits.compile.count())},
        {"limit_memory_bytes", std::to_string(limits.memory)},
        {"limit_address_space_bytes", std::to_string(limits.addressSpace)},
        {"limit_file_bytes", std::to_string(limits.fileSize)},
        {"limit_files_bytes", std::to_string(limits.workFolder)},
        {"limit_output_bytes", std::to_string(limits.output)},
        {"limit_processes", std::to_string(limits.processes)},
        {"limit_open_files", std::to_string(limits.openFiles)},
        {"parallel", std::to_string(m_options.parallel > 0 ? m_options.parallel : physicalCores())}};
    for (const auto &[language, version] : m_report.versions)
        values[std::string(languageName(language))] = version;
    for (const auto &[language, tool] : m_report.missing)
        values[std::string(languageName(language))] = "missing: " + tool;
    return values;
}

} // namespace secateur::sandbox
