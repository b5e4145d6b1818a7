// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/promptresult.h"

#include <QCoreApplication>

namespace secateur::app {
namespace {

constexpr qsizetype contextLetters = 30; ///< of the text before a position

QString tr(const char *text)
{
    return QCoreApplication::translate("PromptResult", text);
}

QString inOneLine(QString text)
{
    return text.replace(u'\n', QStringLiteral("\\n")).replace(u'\t', QStringLiteral("\\t"));
}

QString percent(double share)
{
    return QString::number(100.0 * share, 'f', 1) + QStringLiteral(" %");
}

/// A fence that no run of backticks in the text can close.
QString fenced(const QString &text)
{
    QString fence = QStringLiteral("```");
    while (text.contains(fence))
        fence += u'`';
    return fence + QStringLiteral("text\n") + text + QLatin1Char('\n') + fence + QStringLiteral("\n\n");
}

QString inMarkdownCell(const QString &text)
{
    QString escaped = text;
    for (const QChar letter : {u'\\', u'|', u'`', u'*', u'_', u'<', u'[', u'#'})
        escaped.replace(letter, QString(u'\\') + letter);
    return escaped;
}

QString rowOf(const QStringList &cells)
{
    return QStringLiteral("| ") + cells.join(QStringLiteral(" | ")) + QStringLiteral(" |\n");
}

QString choicesTable(const PromptResult &result)
{
    const auto &report = result.report;
    QStringList titles = {tr("Position"), tr("Token")};
    QStringList lines = {QStringLiteral("---:"), QStringLiteral(":---")};
    for (std::size_t model = 0; model < report.models.size(); ++model) {
        titles << inMarkdownCell(result.modelName(model));
        lines << QStringLiteral(":---");
        if (model != report.reference) {
            titles << tr("bits");
            lines << QStringLiteral("---:");
        }
    }
    QString table = rowOf(titles) + rowOf(lines);
    for (std::size_t place = 0; place < report.positions.size(); ++place) {
        const auto &position = report.positions[place];
        QStringList cells = {QString::number(place),
                             position.token ? inMarkdownCell(quotedToken(position.text)) : tr("(next)")};
        for (std::size_t model = 0; model < report.models.size(); ++model) {
            const auto &expectation = position.models[model];
            const auto &first = expectation.top.front();
            cells << inMarkdownCell(quotedToken(first.text)) + QLatin1Char(' ') + percent(first.probability);
            if (model != report.reference)
                cells << QString::number(expectation.divergence, 'f', 3);
        }
        table += rowOf(cells);
    }
    return table;
}

} // namespace

QString quotedToken(const std::string &text)
{
    return QStringLiteral("\u201c") + inOneLine(QString::fromStdString(text)) + QStringLiteral("\u201d");
}

std::size_t modelOfMapRow(const PromptResult &result, int row)
{
    return std::size_t(row) + (std::size_t(row) >= result.report.reference ? 1 : 0);
}

widgets::HeatMapData divergenceMap(const PromptResult &result)
{
    widgets::HeatMapData map;
    map.rowTitle = tr("Model");
    map.columnTitle = tr("Position");
    map.valueTitle = tr("Divergence");
    const auto &report = result.report;
    if (report.models.size() < 2 || report.positions.empty())
        return map;
    for (std::size_t place = 0; place < report.positions.size(); ++place)
        map.columns << QString::number(place);
    for (std::size_t row = 0; row + 1 < report.models.size(); ++row) {
        const std::size_t model = modelOfMapRow(result, int(row));
        map.rows << result.modelName(model);
        for (const auto &position : report.positions)
            map.values.push_back(position.models[model].divergence);
    }
    return map;
}

widgets::TableData expectationsAt(const PromptResult &result, std::size_t position)
{
    widgets::TableData table;
    const auto &report = result.report;
    if (position >= report.positions.size())
        return table;
    const auto &here = report.positions[position];
    table.columns << tr("Next token");
    for (std::size_t model = 0; model < report.models.size(); ++model)
        table.columns << result.modelName(model);
    for (std::size_t place = 0; place < engine::likeliestKept; ++place) {
        std::vector<QVariant> row = {tr("%1.").arg(place + 1)};
        for (const auto &expectation : here.models)
            row.emplace_back(place < expectation.top.size() ? quotedToken(expectation.top[place].text)
                                     + QStringLiteral("  ") + percent(expectation.top[place].probability)
                                                            : QString());
        table.rows.push_back(std::move(row));
    }
    std::vector<QVariant> own = {here.token ? tr("The text\u2019s %1").arg(quotedToken(here.text)) : QString()};
    std::vector<QVariant> bits = {tr("Divergence from %1").arg(result.modelName(report.reference))};
    for (std::size_t model = 0; model < report.models.size(); ++model) {
        const auto &expectation = here.models[model];
        own.emplace_back(expectation.probability && expectation.rank
                             ? tr("%1, rank %2").arg(percent(*expectation.probability)).arg(*expectation.rank)
                             : QString());
        bits.emplace_back(model == report.reference
                              ? QStringLiteral("\u2013")
                              : tr("%1 bits").arg(QString::number(expectation.divergence, 'f', 3)));
    }
    if (here.token)
        table.rows.push_back(std::move(own));
    table.rows.push_back(std::move(bits));
    return table;
}

QString describePosition(const PromptResult &result, std::size_t position)
{
    const auto &positions = result.report.positions;
    if (position >= positions.size())
        return {};
    QString before = result.prompt;
    for (std::size_t place = 0; place < position; ++place)
        before += QString::fromStdString(positions[place].text);
    if (before.size() > contextLetters)
        before = QChar(u'\u2026') + before.right(contextLetters);
    const auto &here = positions[position];
    const QString behind = inOneLine(before);
    if (!here.token)
        return tr("Position %1, where the text ends: what would come behind \u201c%2\u201d").arg(position).arg(behind);
    return tr("Position %1: behind \u201c%2\u201d the text goes on with %3")
        .arg(QString::number(position), behind, quotedToken(here.text));
}

QString describeModel(const PromptResult &result, std::size_t model)
{
    const auto &report = result.report;
    const auto &compared = report.models[model];
    if (report.positions.empty())
        return {};
    if (model == report.reference)
        return report.models.size() > 1 ? tr("all others are compared with this one") : QString();
    const QString mean = QString::number(compared.meanDivergence, 'f', 3);
    return compared.choiceParts
        ? tr("parts at position %1, mean divergence %2 bits").arg(*compared.choiceParts).arg(mean)
        : tr("makes the same choices, mean divergence %1 bits").arg(mean);
}

QString toText(const PromptResult &result)
{
    QString text = tr("Prompt: %1").arg(result.prompt) + QLatin1Char('\n');
    for (std::size_t model = 0; model < result.report.models.size(); ++model)
        text += QStringLiteral("\n[%1]\n%2\n")
                    .arg(result.modelName(model), QString::fromStdString(result.report.models[model].generated.text));
    return text;
}

QString toMarkdown(const PromptResult &result)
{
    QString text = tr("**Prompt**") + QStringLiteral("\n\n") + fenced(result.prompt);
    for (std::size_t model = 0; model < result.report.models.size(); ++model) {
        const QString words = describeModel(result, model);
        text += QStringLiteral("**%1**").arg(inMarkdownCell(result.modelName(model)))
            + (words.isEmpty() ? QString() : QStringLiteral(": ") + words) + QStringLiteral("\n\n")
            + fenced(QString::fromStdString(result.report.models[model].generated.text));
    }
    if (result.report.positions.empty())
        return text;
    const QString along = result.report.alongGiven
        ? tr("Likeliest next tokens along a given text:")
        : tr("Likeliest next tokens along the text of %1:").arg(result.modelName(result.report.reference));
    return text + along + QStringLiteral("\n\n") + choicesTable(result);
}

} // namespace secateur::app
