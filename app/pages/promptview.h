// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "app/pages/promptresult.h"
#include "widgets/common/datatable.h"
#include "widgets/plots/heatmap.h"

class QGroupBox;
class QHBoxLayout;
class QLabel;
class QTextEdit;

namespace secateur::widgets {
class EmptyState;
}

namespace secateur::app {

/// What models made of one prompt: their texts in columns, those tokens underlined that the reference's text has not;
/// below, how far their expectations are apart at every position, and of one position the likeliest next tokens.
class PromptView : public QWidget
{
    Q_OBJECT

public:
    explicit PromptView(QWidget *parent = nullptr);

    /// Empty columns for these models, to be filled by append().
    void begin(const QStringList &models);
    void append(const QString &model, const QString &text);
    void showResult(PromptResult result);
    [[nodiscard]] const PromptResult &result() const { return m_result; }

    [[nodiscard]] std::size_t position() const { return m_position; }
    void setPosition(std::size_t position);
    [[nodiscard]] widgets::HeatMap &map() const { return *m_map; }
    [[nodiscard]] widgets::DataTable &table() const { return *m_table; }
    [[nodiscard]] QString words() const;
    /// The text of a column; null: there is none of this model.
    [[nodiscard]] QTextEdit *textOf(const QString &model) const;

protected:
    void changeEvent(QEvent *event) override;

private:
    QWidget *makeTexts();
    QWidget *makeComparison();
    void makeColumns(const QStringList &models);
    void fillColumn(std::size_t model);
    void showPosition();
    void markPosition();
    /// The reference's tokens are the positions; a click into its text chooses one.
    void choosePlace(int letter);
    [[nodiscard]] bool referenceIsAlong() const;

    PromptResult m_result;
    std::size_t m_position = 0;
    QHBoxLayout *m_row = nullptr; ///< of the columns
    struct Column {
        QString model;
        QGroupBox *box;
        QTextEdit *text;
        QLabel *words; ///< how the model compares
        std::vector<int> ends; ///< of its tokens, in letters
    };
    std::vector<Column> m_columns;
    widgets::EmptyState *m_hint = nullptr; ///< in place of the columns, before there are any
    QLabel *m_legend = nullptr;
    QWidget *m_comparison = nullptr;
    QLabel *m_words = nullptr;
    widgets::HeatMap *m_map;
    widgets::DataTable *m_table;
    bool m_filling = false; ///< the texts are just made, and nobody clicked into them
};

} // namespace secateur::app
