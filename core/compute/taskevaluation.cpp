// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/taskevaluation.h"

#include "core/base/sha256.h"
#include "core/compute/choiceevaluation.h"
#include "core/compute/codeevaluation.h"
#include "core/compute/generationevaluation.h"

namespace secateur::compute {

bool Findings::has(std::uint64_t item, std::uint64_t sample, const char *field) const
{
    const auto place = found().find({item, sample});
    if (place == found().end())
        return false;
    const auto value = place->second.find(field);
    return value != place->second.end() && value->is_string();
}

Result<void> Findings::add(std::span<const store::JournalEntry> entries)
{
    if (entries.empty())
        return {};
    const double seconds = sinceAdded();
    if (m_journal)
        SECATEUR_CHECK(m_journal->append(entries, seconds));
    else
        for (const auto &entry : entries)
            store::EvaluationJournal::addTo(m_memory, entry);
    m_spent += m_journal ? 0.0 : seconds;
    m_added = Clock::now();
    return {};
}

double Findings::seconds() const
{
    return (m_journal ? m_journal->seconds() : m_spent) + sinceAdded();
}

Result<void> Findings::discard()
{
    return m_journal ? m_journal->remove() : Result<void>();
}

Result<std::vector<data::Record>> TaskEvaluation::readItems()
{
    SECATEUR_TRY(items, engine::taskItems(m_task, m_session.request().limit, m_session.context()));
    Sha256 digest;
    for (const auto &record : items.records) {
        const std::string text = record.fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        if (text.find("\\u0000") != std::string::npos) // the study's files end texts with it
            return failure(ErrorCode::BadInput, record.origin + ": has a 0 byte in a text; remove it");
        digest.update(std::to_string(text.size()) + ":" + text);
    }
    m_itemsSha256 = digest.finishHex();
    m_file = std::move(items.file);
    return std::move(items.records);
}

BosPolicy TaskEvaluation::bos() const
{
    const auto &request = m_session.request();
    const bool paper = request.paper && info().kind == eval::TaskKind::Choice;
    return paper && request.bos == BosPolicy::Auto ? BosPolicy::Never : request.bos;
}

store::EvaluationRecipe TaskEvaluation::recipeOf(const EvaluatedRun &run) const
{
    store::EvaluationRecipe recipe = m_session.recipeOf(run);
    recipe.task = info().name;
    recipe.taskVersion = info().version;
    recipe.protocol = protocol();
    recipe.domain = info().domain;
    recipe.files = {m_file};
    recipe.itemsSha256 = m_itemsSha256;
    recipe.bos = bosName(bos());
    recipe.limit = m_session.request().limit.value_or(0);
    recipe.settings = m_settings;
    return recipe;
}

Result<std::unique_ptr<TaskEvaluation>> makeTaskEvaluation(EvaluationSession &session,
                                                           const engine::RequestedTask &task)
{
    switch (task.task->info().kind) {
    case eval::TaskKind::Choice: return std::make_unique<ChoiceEvaluation>(session, task);
    case eval::TaskKind::Generation: return std::make_unique<GenerationEvaluation>(session, task);
    case eval::TaskKind::Code: return std::make_unique<CodeEvaluation>(session, task);
    case eval::TaskKind::Windows: break; // measured with the other perplexities
    }
    return failure(ErrorCode::Internal, task.task->info().name + ": is a perplexity");
}

} // namespace secateur::compute
