// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sandbox/sandboxsupport.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

namespace secateur::test {

TestedSandbox testedSandbox(sandbox::Options options)
{
    TestedSandbox tested;
    auto started = sandbox::Sandbox::start(options);
    if (!started) {
        tested.reason = describe(started.error());
        return tested;
    }
    auto report = (*started)->selfTest({});
    if (!report) {
        tested.reason = describe(report.error());
        return tested;
    }
    tested.sandbox = std::move(*started);
    tested.report = std::move(*report);
    return tested;
}

std::string whyNoBoxes()
{
    static const std::string why = [] {
        std::string command =
            "bwrap --unshare-user --unshare-pid --unshare-net --disable-userns --ro-bind / / true 2>&1";
        if (getuid() == 0)
            command = "setpriv --reuid=65534 --regid=65534 --clear-groups " + command;
        FILE *const pipe = popen(command.c_str(), "r");
        std::string said;
        for (int c = pipe ? fgetc(pipe) : EOF; c != EOF; c = fgetc(pipe))
            said += char(c);
        const bool works = pipe && pclose(pipe) == 0;
        return works ? std::string() : said.empty() ? std::string("no reason given") : said;
    }();
    return why;
}

std::vector<int> processesIn(const std::filesystem::path &scratch)
{
    std::vector<int> found;
    std::error_code ignored;
    for (const auto &entry : std::filesystem::directory_iterator("/proc", ignored)) {
        std::ifstream file(entry.path() / "mountinfo");
        std::stringstream text;
        text << file.rdbuf();
        if (text.str().find(scratch.filename().string() + "/secateur-sandbox-") == std::string::npos)
            continue;
        const int process = std::atoi(entry.path().filename().c_str());
        if (process > 0)
            found.push_back(process);
    }
    return found;
}

sandbox::Options optionsIn(const std::filesystem::path &folder)
{
    chmod(folder.c_str(), 0711);
    sandbox::Options options;
    options.scratch = folder;
    options.parallel = 3; // most of a hostile program's life is spent waiting
    return options;
}

std::vector<sandbox::Verdict> verdictsOf(sandbox::Sandbox &sandbox, const std::vector<sandbox::Program> &programs)
{
    std::vector<sandbox::Verdict> verdicts(programs.size());
    std::size_t told = 0;
    const auto done = sandbox.run(programs,
                                  [&](std::size_t index, const sandbox::Verdict &verdict) {
                                      verdicts[index] = verdict;
                                      ++told;
                                  },
                                  {});
    if (!done || told != programs.size()) {
        qWarning("%s", done ? "not every program was told" : describe(done.error()).c_str());
        verdicts.clear();
    }
    return verdicts;
}

} // namespace secateur::test
