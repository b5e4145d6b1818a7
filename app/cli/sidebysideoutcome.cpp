// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/sidebysideoutcome.h"

#include "app/cli/text.h"

namespace secateur::cli {
namespace {

using nlohmann::ordered_json;

template <typename T>
ordered_json orNull(const std::optional<T> &value)
{
    return value ? ordered_json(*value) : ordered_json();
}

ordered_json modelJson(const engine::ComparedModel &model)
{
    const auto &generated = model.generated;
    return {{"run", model.run},
            {"id", model.id},
            {"text", generated.text},
            {"ids", generated.ids},
            {"pieces", generated.pieces},
            {"common", model.common},
            {"text_parts", orNull(model.textParts)},
            {"choice_parts", orNull(model.choiceParts)},
            {"mean_divergence", model.meanDivergence},
            {"tokens_per_second", generated.tokensPerSecond}};
}

ordered_json positionJson(const engine::ComparedPosition &position)
{
    ordered_json models = ordered_json::array();
    for (const auto &expectation : position.models) {
        ordered_json top = ordered_json::array();
        for (const auto &share : expectation.top)
            top.push_back({{"id", share.id}, {"text", share.text}, {"probability", share.probability}});
        models.push_back({{"probability", orNull(expectation.probability)},
                          {"rank", orNull(expectation.rank)},
                          {"divergence", expectation.divergence},
                          {"top", std::move(top)}});
    }
    return {{"token", orNull(position.token)}, {"text", position.text}, {"models", std::move(models)}};
}

/// A token on one line, between quotes, because blanks count.
std::string quoted(const std::string &text)
{
    return jsonText(text);
}

/// Per position what each model would choose, and how far it is from the reference.
std::string tableText(const engine::SideBySideReport &report)
{
    using Align = Table::Align;
    std::vector<Table::Column> columns = {{"#", Align::Right}, {"Token"}};
    for (std::size_t model = 0; model < report.models.size(); ++model) {
        columns.push_back({report.models[model].run});
        columns.push_back({"%", Align::Right});
        if (model != report.reference)
            columns.push_back({"bits", Align::Right});
    }
    Table table(std::move(columns));
    for (std::size_t place = 0; place < report.positions.size(); ++place) {
        const auto &position = report.positions[place];
        std::vector<std::string> cells = {std::to_string(place), position.token ? quoted(position.text) : "(next)"};
        for (std::size_t model = 0; model < position.models.size(); ++model) {
            const auto &expectation = position.models[model];
            const bool parts = !position.agree(model, report.reference);
            cells.push_back((parts ? "* " : "  ") + quoted(expectation.top.front().text));
            cells.push_back(fixed(100.0 * expectation.top.front().probability, 1));
            if (model != report.reference)
                cells.push_back(fixed(expectation.divergence, 3));
        }
        table.addRow(cells);
    }
    return table.text();
}

std::string summaryText(const engine::SideBySideReport &report)
{
    const std::string &reference = report.models[report.reference].run;
    std::string text = "\n\nWhat each model holds likeliest along "
        + (report.alongGiven ? std::string("the given text") : "the text of " + reference)
        + ", with its probability, and its divergence from " + reference
        + " (Jensen-Shannon, 0 to 1 bit); * is another choice than that of " + reference + ".\n\n" + tableText(report)
        + "\n";
    for (std::size_t model = 0; model < report.models.size(); ++model) {
        if (model == report.reference)
            continue;
        const auto &compared = report.models[model];
        text += compared.run + ": "
            + (compared.choiceParts ? "parts at position " + std::to_string(*compared.choiceParts)
                                    : std::string("chooses the same everywhere"))
            + ", mean divergence " + fixed(compared.meanDivergence, 3) + " bits\n";
    }
    return text;
}

} // namespace

Outcome sideBySideOutcome(const engine::SideBySideReport &report, const std::string &prompt)
{
    ordered_json models = ordered_json::array();
    for (const auto &model : report.models)
        models.push_back(modelJson(model));
    ordered_json positions = ordered_json::array();
    for (const auto &position : report.positions)
        positions.push_back(positionJson(position));
    Outcome outcome{{{"prompt", prompt},
                     {"prompt_tokens", report.promptTokens},
                     {"reference", report.models[report.reference].run},
                     {"along", {{"text", report.along}, {"given", report.alongGiven}}},
                     {"choices_part", orNull(report.choicesPart)},
                     {"models", std::move(models)},
                     {"positions", std::move(positions)},
                     {"cancelled", report.cancelled},
                     {"notices", report.notices}},
                    report.cancelled ? "\n" : summaryText(report),
                    report.notices,
                    0};
    if (report.cancelled) {
        outcome.notices.emplace_back("cancelled; the texts so far are kept");
        outcome.status = exitStatus(ErrorCode::Cancelled);
    }
    return outcome;
}

} // namespace secateur::cli
