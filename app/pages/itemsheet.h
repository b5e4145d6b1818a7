// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <vector>

#include <QString>
#include <QStringList>

#include "core/analysis/accuracytable.h"
#include "core/base/result.h"

/// The items behind one number of an accuracy table: what was asked, and what each model answered.
namespace secateur::app {

struct ItemAnswer {
    std::optional<bool> right; ///< none: not scored, or the metric knows no right and wrong
    QString verdict; ///< "right", "wrong", "timed out", "0.41"; empty: the model was not asked this
    QString brief; ///< in a word: the continuation it preferred, what was extracted
    QString text; ///< all of it
};

struct ItemRow {
    QString name; ///< number of the record in its file, and of the sample where there are several
    QString prompt;
    QString gold;
    std::vector<ItemAnswer> answers; ///< one per model
};

struct ItemSheet {
    QStringList models; ///< those that were measured on the task, dense first
    std::size_t chosen = 0; ///< the model whose number it is
    std::optional<std::size_t> dense;
    bool hasVerdicts = false; ///< some answers are right or wrong
    bool isOfTexts = false; ///< prompts are texts that were read, and nothing was answered
    std::uint64_t scoredTokens = 0; ///< of texts: no more of each was scored
    QString textsProblem; ///< why these texts cannot be shown; empty: they are
    std::vector<ItemRow> rows;
};

/// Which items of a sheet are shown.
enum class ItemFilter { All, Wrong, UnlikeDense };
[[nodiscard]] bool passes(const ItemSheet &sheet, const ItemRow &row, ItemFilter filter);

/// Opens the study itself, so it may run on a worker thread. NotFound when the cell is empty; Cancelled.
[[nodiscard]] Result<ItemSheet> readItems(const std::filesystem::path &study, const analysis::AccuracyTable &table,
                                          std::size_t row, std::size_t column, const std::stop_token &stop);

} // namespace secateur::app
