// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/itemsheet.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <QCoreApplication>

#include <nlohmann/json.hpp>

#include "app/pages/accuracymeasure.h"
#include "core/engine/evaluate.h"
#include "core/store/study.h"

namespace secateur::app {
namespace {

using store::EvaluationItems;

QString tr(const char *text)
{
    return QCoreApplication::translate("ItemSheet", text);
}

/// Reads the columns that an evaluation may or may not have.
class ItemReader
{
public:
    ItemReader(const EvaluationItems &items, const std::string &metric) : m_items(items), m_metric(metric)
    {
        std::map<std::uint64_t, int> samples;
        for (std::size_t row = 0; row < m_items.rows(); ++row)
            m_several = ++samples[count("index", row).value_or(row)] > 1 || m_several;
    }

    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> key(std::size_t row) const
    {
        return {count("index", row).value_or(row), count("sample", row).value_or(0)};
    }

    [[nodiscard]] ItemRow question(std::size_t row) const
    {
        ItemRow question;
        question.name = QString::number(key(row).first + 1);
        if (m_several)
            question.name += QLatin1Char('.') + QString::number(key(row).second + 1);
        question.prompt = text("prompt", row);
        question.gold = text("reference", row);
        if (const auto gold = count("gold", row))
            question.gold = continuation(row, *gold).trimmed();
        return question;
    }

    [[nodiscard]] ItemAnswer answer(std::size_t row) const
    {
        ItemAnswer answer;
        if (const auto scored = count("scored", row).value_or(1); scored != 0)
            answer.right = isRight(row);
        answer.verdict = verdict(row, answer.right);
        if (const auto picked = count(m_metric.ends_with("_norm") ? "prediction_norm" : "prediction", row)) {
            answer.brief = continuation(row, *picked).trimmed();
            answer.text = choices(row, *picked);
            return answer;
        }
        if (const auto loss = number("nll", row)) {
            answer.text = lossWords(*loss, count("tokens", row).value_or(0));
            return answer;
        }
        const QString extracted = text("extracted", row);
        const QString detail = text("detail", row);
        answer.brief = extracted.isEmpty() ? text("status", row) : extracted;
        answer.text = text("output", row);
        if (!extracted.isEmpty())
            answer.text += tr("\n\n[extracted: %1]").arg(extracted);
        if (!detail.isEmpty())
            answer.text += tr("\n\n[%1]").arg(detail);
        return answer;
    }

private:
    static QString lossWords(double loss, std::uint64_t tokens)
    {
        if (tokens == 0)
            return tr("Too short: there is no token to predict.");
        return tr("Perplexity %1: a loss of %2 nats over %3 predicted tokens, %4 each.")
            .arg(QString::number(std::exp(loss / double(tokens)), 'f', 2), QString::number(loss, 'f', 1))
            .arg(tokens)
            .arg(QString::number(loss / double(tokens), 'f', 3));
    }

    template <typename Values>
    static const typename Values::mapped_type *column(const Values &columns, const std::string &name, std::size_t row)
    {
        const auto found = columns.find(name);
        return found == columns.end() || row >= found->second.size() ? nullptr : &found->second;
    }
    [[nodiscard]] std::optional<std::uint64_t> count(const std::string &name, std::size_t row) const
    {
        const auto *const values = column(m_items.counts, name, row);
        return values ? std::optional((*values)[row]) : std::nullopt;
    }
    [[nodiscard]] std::optional<double> number(const std::string &name, std::size_t row) const
    {
        const auto *const values = column(m_items.numbers, name, row);
        return values ? std::optional((*values)[row]) : std::nullopt;
    }
    [[nodiscard]] QString text(const std::string &name, std::size_t row) const
    {
        const auto *const values = column(m_items.texts, name, row);
        return values ? QString::fromStdString((*values)[row]) : QString();
    }

    [[nodiscard]] std::optional<bool> isRight(std::size_t row) const
    {
        auto right = count("correct_" + m_metric, row);
        if (!right && m_metric.starts_with("pass@"))
            right = count("passed", row);
        return right ? std::optional(*right != 0) : std::nullopt;
    }

    [[nodiscard]] QString verdict(std::size_t row, std::optional<bool> right) const
    {
        if (const QString status = text("status", row); !status.isEmpty())
            return status;
        if (right)
            return *right ? tr("right") : tr("wrong");
        const bool best = m_metric.ends_with("_best"); // of the samples; here stands what each is worth
        const auto column = best ? "best_" + m_metric.substr(0, m_metric.size() - 5) : "score_" + m_metric;
        if (const auto score = number(column, row))
            return formatOf(m_metric).withUnit(*score);
        const auto loss = number("nll", row);
        const auto tokens = count("tokens", row).value_or(0);
        return loss && tokens > 0 ? QString::number(std::exp(*loss / double(tokens)), 'f', 2) : tr("not scored");
    }

    [[nodiscard]] nlohmann::json offered(std::size_t row) const
    {
        auto list = nlohmann::json::parse(text("choices", row).toStdString(), nullptr, false);
        return list.is_array() ? list : nlohmann::json::array();
    }

    static QString continuationOf(const nlohmann::json &choice)
    {
        const auto found = choice.is_object() ? choice.find("continuation") : choice.end();
        return found != choice.end() && found->is_string() ? QString::fromStdString(found->get<std::string>())
                                                           : QString();
    }

    [[nodiscard]] QString continuation(std::size_t row, std::uint64_t number) const
    {
        const auto list = offered(row);
        return number < list.size() ? continuationOf(list[number]) : QString::number(number + 1);
    }

    /// One line per choice: the preferred one marked, each with its log-likelihood.
    [[nodiscard]] QString choices(std::size_t row, std::uint64_t picked) const
    {
        QStringList lines;
        const auto list = offered(row);
        for (std::size_t i = 0; i < list.size(); ++i) {
            QString line = (i == picked ? QStringLiteral("\u25b6 ") : QStringLiteral("   ")) + continuationOf(list[i]);
            const auto found = list[i].is_object() ? list[i].find("loglikelihood") : list[i].end();
            if (found != list[i].end() && found->is_number())
                line += tr("   [log-likelihood %1]").arg(found->get<double>(), 0, 'f', 2);
            lines << line;
        }
        return lines.join(QLatin1Char('\n'));
    }

    const EvaluationItems &m_items;
    const std::string &m_metric;
    bool m_several = false; ///< samples per item
};

} // namespace

namespace {

/// Of a perplexity, which keeps no texts: those that its file has.
Result<void> addTexts(const store::Study &study, const std::string &evaluation, const EvaluationItems &items,
                      const RunContext &context, ItemSheet &sheet)
{
    sheet.isOfTexts = items.numbers.contains("nll");
    const auto found = std::ranges::find(study.evaluations(), evaluation, &store::EvaluationManifest::id);
    if (!sheet.isOfTexts || found == study.evaluations().end())
        return {};
    sheet.scoredTokens = found->recipe.length;
    const auto texts = engine::evaluatedTexts(found->recipe, items, context);
    if (!texts && texts.error().code == ErrorCode::Cancelled)
        return tl::make_unexpected(texts.error());
    if (!texts)
        sheet.textsProblem = tr("The text is not shown: %1.").arg(QString::fromStdString(texts.error().detail));
    for (std::size_t row = 0; row < sheet.rows.size(); ++row)
        sheet.rows[row].prompt = texts ? QString::fromStdString((*texts)[row]) : sheet.textsProblem;
    return {};
}

} // namespace

bool passes(const ItemSheet &sheet, const ItemRow &row, ItemFilter filter)
{
    const ItemAnswer &chosen = row.answers[sheet.chosen];
    switch (filter) {
    case ItemFilter::All: return true;
    case ItemFilter::Wrong: return chosen.right && !*chosen.right;
    case ItemFilter::UnlikeDense: {
        if (!sheet.dense)
            return false;
        const ItemAnswer &dense = row.answers[*sheet.dense];
        return dense.verdict != chosen.verdict || dense.brief != chosen.brief;
    }
    }
    return true;
}

Result<ItemSheet> readItems(const std::filesystem::path &study, const analysis::AccuracyTable &table, std::size_t row,
                            std::size_t column, const std::stop_token &stop)
{
    if (!table.at(row, column))
        return failure(ErrorCode::NotFound, "this model was not measured on the task");
    if (table.at(row, column)->evaluation.empty())
        return failure(ErrorCode::NotFound, "this number is a mean, and has no items of its own");
    SECATEUR_TRY(open, store::Study::open(study, store::Study::Access::Read));
    const std::string &metric = table.columns[column].metric;
    ItemSheet sheet;
    std::vector<EvaluationItems> all;
    for (std::size_t model = 0; model < table.rows.size(); ++model) {
        const auto &cell = table.at(model, column);
        if (!cell || cell->evaluation.empty())
            continue;
        SECATEUR_TRY(items, open->evaluationItems(cell->evaluation, RunContext(stop, {})));
        if (model == row)
            sheet.chosen = all.size();
        if (table.rows[model].isDense())
            sheet.dense = all.size();
        sheet.models << QString::fromStdString(table.rows[model].run);
        all.push_back(std::move(items));
    }
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> places;
    const ItemReader asked(all[sheet.chosen], metric);
    for (std::size_t item = 0; item < all[sheet.chosen].rows(); ++item) {
        places.emplace(asked.key(item), sheet.rows.size());
        sheet.rows.push_back(asked.question(item));
        sheet.rows.back().answers.resize(all.size());
    }
    SECATEUR_CHECK(addTexts(*open, table.at(row, column)->evaluation, all[sheet.chosen], RunContext(stop, {}), sheet));
    for (std::size_t model = 0; model < all.size(); ++model) {
        const ItemReader reader(all[model], metric);
        for (std::size_t item = 0; item < all[model].rows(); ++item) {
            const auto place = places.find(reader.key(item));
            if (place == places.end())
                continue;
            auto answer = reader.answer(item);
            sheet.hasVerdicts = sheet.hasVerdicts || answer.right;
            sheet.rows[place->second].answers[model] = std::move(answer);
        }
    }
    return sheet;
}

} // namespace secateur::app
