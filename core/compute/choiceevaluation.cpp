// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/choiceevaluation.h"

#include <algorithm>
#include <cmath>

#include "core/compute/jobs.h"

namespace secateur::compute {

using nlohmann::json;

namespace {

/// Little is lost when the work is stopped, and where weights are read anew for each batch, computing it takes far
/// longer than reading them.
constexpr std::uint64_t batchTokens = 8192;

std::size_t largest(const std::vector<double> &values)
{
    return std::size_t(std::ranges::max_element(values) - values.begin());
}

} // namespace

Result<void> ChoiceEvaluation::prepare(const std::shared_ptr<const tokenizer::Tokenizer> &tokenizer)
{
    const auto &choiceTask = dynamic_cast<const eval::ChoiceTask &>(task());
    SECATEUR_TRY(records, readItems());
    for (const auto &record : records) {
        SECATEUR_CHECK(session().context().checkpoint());
        SECATEUR_TRY(item, choiceTask.item(record));
        model::ScoringItem sequences;
        for (const auto &choice : item.choices) {
            auto sequence = encode(*tokenizer, choice);
            if (!sequence)
                return tl::make_unexpected(withContext(std::move(sequence).error(), record.origin));
            m_longest = std::max<std::uint64_t>(m_longest, sequence->ids.size());
            m_tokens += sequence->ids.size();
            sequences.sequences.push_back(std::move(*sequence));
        }
        m_items.push_back(std::move(item));
        m_sequences.push_back(std::move(sequences));
    }
    makeBatches();
    return checkMemory();
}

/// Of the batch that takes most.
Result<void> ChoiceEvaluation::checkMemory()
{
    model::DecoderOptions options;
    options.threads = session().request().threads;
    options.precision = precisionOf(session().request().compute);
    options.keepWeights = true;
    model::PassShape largest;
    std::uint64_t most = 0;
    for (const auto &batch : m_batches) {
        const auto shape = model::continuationsShape(itemsOf(batch), options);
        const auto bytes = model::forecastPassBytes(session().model().config(), shape);
        if (bytes > most) {
            most = bytes;
            largest = shape;
        }
    }
    SECATEUR_TRY(keep,
                 keepsWeights(session().model().config(), largest, "evaluating", "take fewer threads (--threads)"));
    m_keepWeights = keep;
    return {};
}

Result<model::ScoredSequence> ChoiceEvaluation::encode(const tokenizer::Tokenizer &tokenizer,
                                                       const eval::ChoiceItem::Choice &choice) const
{
    const std::size_t end = choice.context.find_last_not_of(" \t\n\r") + 1; // 0 for a blank context
    const std::string context = choice.context.substr(0, end);
    const std::string whole = choice.context + choice.continuation;
    SECATEUR_TRY(before, tokenizer.encode(context, bos()));
    SECATEUR_TRY(ids, tokenizer.encode(whole, bos()));
    if (before.empty()) { // something has to stand in front of the first scored token
        const auto first = tokenizer.bosId() ? tokenizer.bosId() : tokenizer.eosId();
        if (!first)
            return failure(ErrorCode::Unsupported,
                           "the context is empty, and the model has no BOS token to put in front of it");
        ids.insert(ids.begin(), *first);
        before = {*first};
    }
    // The last token is only predicted, so that one more than the model's positions fits.
    const auto most = std::size_t(session().model().config().maxPositions) + 1;
    const std::size_t scored = ids.size() > before.size() ? ids.size() - before.size() : 1;
    if (scored >= most)
        return failure(ErrorCode::BadInput,
                       "an answer is longer than the model's " + std::to_string(most - 1) + " positions");
    if (ids.size() > most)
        ids.erase(ids.begin(), ids.end() - std::ptrdiff_t(most));
    return model::ScoredSequence{std::move(ids), std::int64_t(scored)};
}

/// Items stay in their order, so that batches are the same however often the work was stopped.
void ChoiceEvaluation::makeBatches()
{
    for (std::size_t item = 0; item < m_sequences.size(); ++item) {
        std::uint64_t tokens = 0;
        for (const auto &sequence : m_sequences[item].sequences)
            tokens += sequence.ids.size();
        if (m_batches.empty() || m_batches.back().tokens + tokens > batchTokens)
            m_batches.push_back({item, item, 0});
        m_batches.back().last = item + 1;
        m_batches.back().tokens += tokens;
    }
}

std::span<const model::ScoringItem> ChoiceEvaluation::itemsOf(const Batch &batch) const
{
    return std::span(m_sequences).subspan(batch.first, batch.last - batch.first);
}

/// A journal is a file like any other: what does not fit the item is measured again.
bool ChoiceEvaluation::isFound(const Findings &findings, std::size_t item) const
{
    const auto place = findings.found().find({item, 0});
    if (place == findings.found().end())
        return false;
    const std::size_t choices = m_items[item].choices.size();
    const json logLikelihoods = place->second.value("loglikelihoods", json());
    const json greedy = place->second.value("greedy", json());
    return logLikelihoods.is_array() && logLikelihoods.size() == choices && greedy.is_array()
        && greedy.size() == choices
        && std::ranges::all_of(logLikelihoods, [](const json &value) { return value.is_number(); });
}

Result<void> ChoiceEvaluation::measure(const EvaluatedRun &run, Findings &findings, const Progress &progress)
{
    std::unique_ptr<model::Decoder> decoder;
    std::uint64_t done = 0;
    for (const auto &batch : m_batches) {
        bool known = true;
        for (std::size_t item = batch.first; item < batch.last; ++item)
            known = known && isFound(findings, item);
        if (!known) {
            if (!decoder) {
                SECATEUR_TRY(made, session().decoder(run, std::int64_t(m_longest) - 1, m_keepWeights));
                decoder = std::move(made);
            }
            SECATEUR_CHECK(score(*decoder, batch, findings));
        }
        done += batch.tokens;
        progress(done, m_tokens);
    }
    return {};
}

Result<void> ChoiceEvaluation::score(model::Decoder &decoder, const Batch &batch, Findings &findings) const
{
    const RunContext silent(session().context().stopToken(), {});
    SECATEUR_TRY(scores, model::scoreContinuations(decoder, itemsOf(batch), silent));
    std::vector<store::JournalEntry> entries;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        json logLikelihoods = json::array();
        json greedy = json::array();
        for (const auto &score : scores[i]) {
            if (!std::isfinite(score.logLikelihood))
                return failure(ErrorCode::BadInput,
                               info().name + ", item " + std::to_string(batch.first + i)
                                   + ": a log-likelihood is not a finite number, so the model's weights are damaged");
            logLikelihoods.push_back(score.logLikelihood);
            greedy.push_back(score.greedy);
        }
        entries.push_back({batch.first + i, 0, {{"loglikelihoods", logLikelihoods}, {"greedy", greedy}}});
    }
    return findings.add(entries);
}

Result<store::EvaluationItems> ChoiceEvaluation::items(const Findings &findings) const
{
    store::EvaluationItems items;
    for (std::size_t item = 0; item < m_items.size(); ++item) {
        const json &found = findings.found().at({item, 0});
        const auto logLikelihoods = found.at("loglikelihoods").get<std::vector<double>>();
        const auto &choices = m_items[item].choices;
        std::vector<double> perCharacter;
        json details = json::array();
        for (std::size_t i = 0; i < choices.size(); ++i) {
            perCharacter.push_back(logLikelihoods[i] / double(std::max<std::uint64_t>(choices[i].characters, 1)));
            details.push_back({{"continuation", choices[i].continuation},
                               {"loglikelihood", logLikelihoods[i]},
                               {"continuation_tokens", m_sequences[item].sequences[i].scored},
                               {"greedy", found.at("greedy").at(i)}});
        }
        const std::size_t gold = m_items[item].gold;
        items.counts["index"].push_back(item);
        items.counts["gold"].push_back(gold);
        items.counts["prediction"].push_back(largest(logLikelihoods));
        items.counts["prediction_norm"].push_back(largest(perCharacter));
        items.counts["correct_acc"].push_back(largest(logLikelihoods) == gold ? 1 : 0);
        items.counts["correct_acc_norm"].push_back(largest(perCharacter) == gold ? 1 : 0);
        items.texts["prompt"].push_back(choices.front().context);
        items.texts["choices"].push_back(details.dump(-1, ' ', false, json::error_handler_t::replace));
    }
    return items;
}

} // namespace secateur::compute
