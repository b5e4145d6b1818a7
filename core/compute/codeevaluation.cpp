// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/codeevaluation.h"

#include "core/base/sha256.h"
#include "core/data/dataset.h"

namespace secateur::compute {

using nlohmann::json;

Result<void> CodeEvaluation::prepare(const std::shared_ptr<const tokenizer::Tokenizer> &tokenizer)
{
    const auto &code = dynamic_cast<const eval::CodeTask &>(task());
    const auto &request = session().request();
    if (!request.allowCodeExecution && !request.generationsOnly && !request.verdicts)
        return failure(ErrorCode::InvalidArgument,
                       info().name
                           + ": its answers are programs, written by the model, that have to be run. They run in "
                             "a sandbox without network, home or rights, but on the same kernel (it is no "
                             "virtual machine). Allow it with --allow-code-execution, or write them to a file "
                             "with --generations-only --details FILE");
    SECATEUR_CHECK(readItems()); // for the sum of the file, whose problems are read by eval/code
    SECATEUR_TRY(problems, eval::readCodeProblems(itemsFile(), code.preset(), session().context()));
    if (problems.front().language != code.language())
        return failure(ErrorCode::BadInput,
                       itemsFile().string() + ": its problems are in "
                           + std::string(sandbox::languageName(problems.front().language)) + ", and " + info().name
                           + " takes " + info().items);
    if (session().request().limit && *session().request().limit < problems.size())
        problems.resize(std::size_t(*session().request().limit));
    m_problems = std::move(problems);
    m_protocol = m_problems.front().protocol;
    std::vector<Prompt> prompts;
    for (const auto &problem : m_problems)
        prompts.push_back({{}, problem.prompt, problem.stops, {}});
    settings()["time limit ms"] = std::to_string(m_problems.front().timeLimit.count());
    return setPrompts(std::move(prompts), code.settings(), tokenizer);
}

Result<void> CodeEvaluation::measure(const EvaluatedRun &run, Findings &findings, const Progress &progress)
{
    // Writing takes most of the time; judging the last tenth.
    m_versions.clear();
    SECATEUR_CHECK(generate(run, findings,
                            [&progress](std::uint64_t done, std::uint64_t total) { progress(done * 9, total * 10); }));
    if (session().request().verdicts)
        return importVerdicts(*session().request().verdicts, run, findings);
    return session().request().generationsOnly ? Result<void>() : judge(findings, progress);
}

/// Verdicts of elsewhere: lines of --details with another "status". A line of a program that is not the one generated
/// here is refused, because its verdict would be about something else.
Result<void> CodeEvaluation::importVerdicts(const std::filesystem::path &file, const EvaluatedRun &run,
                                            Findings &findings)
{
    SECATEUR_TRY(sum, sha256File(file, session().context()));
    const std::string name = file.filename().string() + ", SHA-256 " + sum;
    std::vector<store::JournalEntry> entries;
    SECATEUR_CHECK(data::forEachRecord(
        file,
        [&](const data::Record &record) -> Result<void> {
            const json &line = record.fields;
            if (line.value("run", json()) != run.name || line.value("task", json()) != info().name)
                return {};
            const json item = line.value("index", json());
            const json sample = line.value("sample", json());
            const auto status = line.value("status", json());
            const auto known = status.is_string() ? sandbox::statusFromName(status.get<std::string>()) : std::nullopt;
            if (!item.is_number_unsigned() || !sample.is_number_unsigned() || !known)
                return failure(ErrorCode::BadInput,
                               record.origin
                                   + ": has no \"index\", \"sample\" and \"status\" (passed, failed_assert, …)");
            const store::EvaluationJournal::Key key(item.get<std::uint64_t>(), sample.get<std::uint64_t>());
            const auto found = findings.found().find(key);
            if (found == findings.found().end()
                || found->second.value("output", json()) != line.value("output", json()))
                return failure(ErrorCode::Conflict,
                               record.origin + ": is about another program than the one generated here for this item");
            // What was judged here stays.
            if (sandbox::isScored(*known) && !isJudged(findings, key.first, key.second))
                entries.push_back(
                    {key.first, key.second, {{"status", status}, {"detail", "judged elsewhere"}, {"elsewhere", name}}});
            return {};
        },
        session().context()));
    return findings.add(entries);
}

/// A status that says something about the program; anything else in a journal does not count.
bool CodeEvaluation::isJudged(const Findings &findings, std::size_t item, std::uint64_t sample)
{
    if (!findings.has(item, sample, "status"))
        return false;
    const auto status = sandbox::statusFromName(findings.found().at({item, sample}).at("status").get<std::string>());
    return status && sandbox::isScored(*status);
}

sandbox::Program CodeEvaluation::programFor(const Findings &findings, std::size_t item, std::uint64_t sample) const
{
    const auto output = findings.found().at({item, sample}).at("output").get<std::string>();
    return eval::programOf(m_problems[item], eval::completionOf(m_problems[item], output).text);
}

Result<void> CodeEvaluation::judge(Findings &findings, const Progress &progress)
{
    std::vector<sandbox::Program> programs;
    std::vector<store::EvaluationJournal::Key> keys;
    for (std::size_t item = 0; item < m_problems.size(); ++item)
        for (std::uint64_t sample = 0; sample < samples(); ++sample)
            if (!isJudged(findings, item, sample)) {
                programs.push_back(programFor(findings, item, sample));
                keys.emplace_back(item, sample);
            }
    if (programs.empty())
        return {};
    if (!m_sandbox) {
        SECATEUR_TRY(started, sandbox::Sandbox::start());
        m_sandbox = std::move(started);
    }
    Result<void> kept;
    std::uint64_t judged = 0;
    const auto run = [this](const std::vector<sandbox::Program> &wanted, const sandbox::TakeVerdict &take) {
        return m_sandbox->run(wanted, take, session().context());
    };
    SECATEUR_CHECK(m_verdicts.judge(programs, run, [&](std::size_t number, const sandbox::Verdict &verdict) {
        // What the sandbox could not judge is asked again the next time.
        const auto &[item, sample] = keys[number];
        const store::JournalEntry entry{item,
                                        sample,
                                        {{sandbox::isScored(verdict.status) ? "status" : "unscored",
                                          std::string(sandbox::statusName(verdict.status))},
                                         {"detail", verdict.detail},
                                         {"flags", verdict.flags}}};
        if (auto added = findings.add({&entry, 1}); !added && kept)
            kept = std::move(added);
        progress(programs.size() * 9 + ++judged, programs.size() * 10);
    }));
    m_versions = m_sandbox->description();
    return kept;
}

Result<store::EvaluationItems> CodeEvaluation::items(const Findings &findings) const
{
    store::EvaluationItems items;
    for (std::size_t item = 0; item < m_problems.size(); ++item)
        for (std::uint64_t sample = 0; sample < samples(); ++sample) {
            const json &found = findings.found().at({item, sample});
            const bool scored = isJudged(findings, item, sample);
            const std::string status =
                scored ? found.at("status").get<std::string>() : found.value("unscored", std::string("not run"));
            std::string flags;
            for (const auto &flag : found.value("flags", json::array()))
                if (flag.is_string())
                    flags += (flags.empty() ? "" : ", ") + flag.get<std::string>();
            items.counts["index"].push_back(item);
            items.counts["sample"].push_back(sample);
            items.counts["passed"].push_back(status == sandbox::statusName(sandbox::Status::Passed) ? 1 : 0);
            items.counts["scored"].push_back(scored ? 1 : 0);
            items.texts["id"].push_back(m_problems[item].id);
            items.texts["prompt"].push_back(m_problems[item].prompt);
            items.texts["output"].push_back(found.at("output").get<std::string>());
            items.texts["status"].push_back(status);
            items.texts["detail"].push_back(found.value("detail", std::string()));
            items.texts["flags"].push_back(flags);
            items.texts["elsewhere"].push_back(found.value("elsewhere", std::string()));
        }
    return items;
}

} // namespace secateur::compute
