// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/verdictmemory.h"

#include "core/base/sha256.h"

namespace secateur::sandbox {
namespace {

/// All that decides the verdict of a program, each part with its length so that no two run together.
std::string keyOf(const Program &program)
{
    std::string parts(languageName(program.language));
    const auto add = [&parts](const std::string &part) { parts += "\n" + std::to_string(part.size()) + "\n" + part; };
    for (const auto *const part :
         {&program.prompt, &program.completion, &program.separator, &program.tests, &program.entry})
        add(*part);
    for (const auto &file : program.support) {
        add(file.path);
        add(file.text);
    }
    add(std::to_string(program.timeLimit.count()));
    return sha256Hex(parts);
}

bool lasts(Status status)
{
    return status == Status::Passed || status == Status::FailedAssert || status == Status::RuntimeError
        || status == Status::CompileError;
}

} // namespace

Result<void> VerdictMemory::judge(const std::vector<Program> &programs, const Run &run, const TakeVerdict &take)
{
    std::map<std::string, std::vector<std::size_t>> numbersOf;
    std::vector<std::string> keys;
    std::vector<Program> wanted;
    for (std::size_t number = 0; number < programs.size(); ++number) {
        const std::string key = keyOf(programs[number]);
        if (const auto known = m_known.find(key); known != m_known.end()) {
            take(number, known->second);
            continue;
        }
        auto &numbers = numbersOf[key];
        numbers.push_back(number);
        if (numbers.size() == 1) {
            keys.push_back(key);
            wanted.push_back(programs[number]);
        }
    }
    if (wanted.empty())
        return {};
    return run(wanted, [&](std::size_t which, const Verdict &verdict) {
        if (lasts(verdict.status))
            m_known.emplace(keys[which], verdict);
        for (const std::size_t number : numbersOf.at(keys[which]))
            take(number, verdict);
    });
}

} // namespace secateur::sandbox
