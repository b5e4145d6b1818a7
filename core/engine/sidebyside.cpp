// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/sidebyside.h"

#include <algorithm>

#include "core/analysis/alignment.h"
#include "core/analysis/divergence.h"

namespace secateur::engine {

ComparedPosition comparedPosition(std::span<const float> logits, std::size_t models, std::size_t reference,
                                  std::optional<std::int32_t> token,
                                  const std::function<std::string(std::int32_t)> &textOf)
{
    const std::size_t vocabulary = logits.size() / models;
    const auto rowOf = [&](std::size_t model) { return logits.subspan(model * vocabulary, vocabulary); };
    const auto expected = analysis::softmax(rowOf(reference));
    ComparedPosition position;
    position.token = token;
    if (token)
        position.text = textOf(*token);
    for (std::size_t model = 0; model < models; ++model) {
        const auto row = rowOf(model);
        const auto shares = analysis::softmax(row);
        Expectation expectation;
        for (const std::size_t id : analysis::mostLikely(row, likeliestKept))
            expectation.top.push_back({std::int32_t(id), textOf(std::int32_t(id)), shares[id]});
        if (token) {
            expectation.probability = shares[std::size_t(*token)];
            expectation.rank = analysis::rankOf(row, std::size_t(*token));
        }
        expectation.divergence = analysis::jensenShannonBits(shares, expected);
        position.models.push_back(std::move(expectation));
    }
    return position;
}

void summarise(SideBySideReport &report)
{
    const std::size_t reference = report.reference;
    for (std::size_t model = 0; model < report.models.size(); ++model) {
        auto &compared = report.models[model];
        const auto &ids = compared.generated.ids;
        const auto &others = report.models[reference].generated.ids;
        compared.common = analysis::commonTokens(others, ids);
        compared.textParts.reset();
        if (ids != others)
            compared.textParts = std::size_t(std::ranges::mismatch(ids, others).in1 - ids.begin());
        compared.choiceParts.reset();
        double sum = 0.0;
        for (std::size_t place = 0; place < report.positions.size(); ++place) {
            sum += report.positions[place].models[model].divergence;
            if (!compared.choiceParts && !report.positions[place].agree(model, reference))
                compared.choiceParts = place;
        }
        compared.meanDivergence = report.positions.empty() ? 0.0 : sum / double(report.positions.size());
    }
    report.choicesPart.reset();
    for (const auto &compared : report.models)
        if (compared.choiceParts)
            report.choicesPart = std::min(*compared.choiceParts, report.choicesPart.value_or(*compared.choiceParts));
}

} // namespace secateur::engine
