// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "app/pages/itemsheet.h"
#include "widgets/common/datatable.h"
#include "widgets/common/latesttask.h"

class QComboBox;
class QGroupBox;
class QHBoxLayout;
class QLabel;
class QPlainTextEdit;

namespace secateur::app {

/// The items of one measurement: a table of verdicts, and of the current item the prompt and what each model answered,
/// side by side. Stays open while cells are walked through.
class ItemsDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ItemsDialog(QWidget *parent = nullptr);

    /// Read on a worker thread.
    void showItems(const std::filesystem::path &study, const analysis::AccuracyTable &table, std::size_t row,
                   std::size_t column);
    [[nodiscard]] bool isLoading() const { return m_loading; }
    [[nodiscard]] widgets::DataTable &table() const { return *m_table; }
    [[nodiscard]] QComboBox &filter() const { return *m_filter; }

private:
    QWidget *makeTop();
    QWidget *makeItem();
    void present(const Result<ItemSheet> &result);
    void makeAnswers();
    void fillTable();
    void showItem(int row);

    widgets::LatestTask<Result<ItemSheet>> m_task;
    ItemSheet m_sheet;
    std::vector<std::size_t> m_shown; ///< rows of the sheet
    QLabel *m_title = nullptr;
    QComboBox *m_filter = nullptr;
    QLabel *m_count = nullptr;
    widgets::DataTable *m_table;
    QGroupBox *m_question = nullptr;
    QPlainTextEdit *m_prompt = nullptr;
    QLabel *m_gold = nullptr;
    QHBoxLayout *m_row = nullptr; ///< of the answers
    struct Answer {
        QGroupBox *box;
        QPlainTextEdit *text;
    };
    std::vector<Answer> m_answers; ///< one per model
    bool m_loading = false;
};

} // namespace secateur::app
