// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include "core/base/result.h"
#include "core/engine/sidebyside.h"
#include "widgets/common/datatable.h"
#include "widgets/plots/heatmap.h"

/// What `secateur-cli generate STUDY` answers, as the window shows it.
namespace secateur::app {

struct PromptResult {
    QString prompt;
    engine::SideBySideReport report;

    [[nodiscard]] bool isEmpty() const { return report.models.empty(); }
    [[nodiscard]] QString modelName(std::size_t model) const
    {
        return QString::fromStdString(report.models[model].run);
    }
};

/// From the worker's JSON; BadInput when something is not as promised.
[[nodiscard]] Result<PromptResult> readPromptResult(const QByteArray &json);

/// A token as it is shown within a sentence or a cell: between quotation marks, line breaks written out.
[[nodiscard]] QString quotedToken(const std::string &text);

/// Divergence of all models but the reference, by position.
[[nodiscard]] widgets::HeatMapData divergenceMap(const PromptResult &result);
/// The report's model in this row of the map.
[[nodiscard]] std::size_t modelOfMapRow(const PromptResult &result, int row);
/// Five likeliest next tokens of every model at a position, and below them the text's own token and the divergence.
[[nodiscard]] widgets::TableData expectationsAt(const PromptResult &result, std::size_t position);
/// Where a position is: what stands before it, and which token comes.
[[nodiscard]] QString describePosition(const PromptResult &result, std::size_t position);
/// "parts at position 3, mean divergence 0.12 bits"; of the reference what it is.
[[nodiscard]] QString describeModel(const PromptResult &result, std::size_t model);

/// For copying: prompt and texts, and in Markdown the table of choices and divergences, too.
[[nodiscard]] QString toText(const PromptResult &result);
[[nodiscard]] QString toMarkdown(const PromptResult &result);

} // namespace secateur::app
