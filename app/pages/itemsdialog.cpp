// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/itemsdialog.h"

#include <QComboBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include "app/pages/accuracymodel.h"
#include "widgets/common/emptystate.h"

namespace secateur::app {
namespace {

constexpr int briefLetters = 60; ///< of an answer in the table

QPlainTextEdit *makeReader(const QString &accessibleName)
{
    auto *const text = new QPlainTextEdit;
    text->setReadOnly(true);
    text->setTabChangesFocus(true);
    text->setAccessibleName(accessibleName);
    return text;
}

QString inOneLine(const QString &text)
{
    const QString line = text.simplified();
    return line.size() <= briefLetters ? line : line.left(briefLetters - 1) + QChar(u'\u2026');
}

} // namespace

ItemsDialog::ItemsDialog(QWidget *parent) : QDialog(parent), m_table(new widgets::DataTable(tr("Items")))
{
    setWindowTitle(tr("Items of a Measurement"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->horizontalHeader()->setStretchLastSection(true);
    connect(m_table, &widgets::DataTable::rowActivated, this, &ItemsDialog::showItem);
    auto *const splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_table);
    splitter->addWidget(makeItem());
    auto *const column = new QVBoxLayout(this);
    column->addWidget(makeTop());
    column->addWidget(splitter, 1);
    resize(1000, 700);
}

QWidget *ItemsDialog::makeTop()
{
    auto *const widget = new QWidget;
    m_title = widgets::makeText({});
    m_filter = new QComboBox;
    m_filter->addItems({tr("All items"), tr("Wrong ones only"), tr("Those that differ from dense")});
    m_filter->setAccessibleName(tr("Which items are shown"));
    m_filter->setToolTip(m_filter->accessibleName());
    connect(m_filter, &QComboBox::currentIndexChanged, this, &ItemsDialog::fillTable);
    m_count = new QLabel;
    auto *const row = new QHBoxLayout;
    row->addWidget(m_filter);
    row->addWidget(m_count, 1);
    auto *const column = new QVBoxLayout(widget);
    column->setContentsMargins({});
    column->addWidget(m_title);
    column->addLayout(row);
    return widget;
}

QWidget *ItemsDialog::makeItem()
{
    m_prompt = makeReader(tr("Prompt"));
    m_gold = widgets::makeText({});
    m_question = new QGroupBox(tr("Prompt"));
    auto *const column = new QVBoxLayout(m_question);
    column->addWidget(m_prompt, 1);
    column->addWidget(m_gold);
    auto *const answers = new QWidget;
    m_row = new QHBoxLayout(answers);
    m_row->setContentsMargins({});
    auto *const area = new QScrollArea;
    area->setWidget(answers);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    auto *const both = new QSplitter(Qt::Horizontal);
    both->setChildrenCollapsible(false);
    both->addWidget(m_question);
    both->addWidget(area);
    both->setSizes({1000, 2000}); // shares: there are no answers yet to take sizes from
    return both;
}

void ItemsDialog::showItems(const std::filesystem::path &study, const analysis::AccuracyTable &table, std::size_t row,
                            std::size_t column)
{
    m_title->setText(describeCell(table, row, column));
    m_loading = true;
    m_count->setText(tr("Reading\u2026"));
    m_task.start([=](const std::stop_token &stop) { return readItems(study, table, row, column, stop); },
                 [this](const auto &result) { present(*result); });
}

void ItemsDialog::present(const Result<ItemSheet> &result)
{
    m_loading = false;
    m_sheet = result ? *result : ItemSheet();
    const bool whole = !m_sheet.textsProblem.isEmpty() || m_sheet.scoredTokens == 0;
    m_question->setTitle(!m_sheet.isOfTexts ? tr("Prompt")
                             : whole        ? tr("Text")
                                     : tr("Text (scored: its first %1 tokens at most)").arg(m_sheet.scoredTokens));
    makeAnswers();
    fillTable();
    if (!result)
        m_count->setText(QString::fromStdString(result.error().detail));
}

void ItemsDialog::makeAnswers()
{
    constexpr int narrowest = 200;
    for (const auto &answer : m_answers)
        delete answer.box;
    m_answers.clear();
    for (const QString &model : m_sheet.models) {
        auto *const box = new QGroupBox(model);
        box->setMinimumWidth(narrowest);
        auto *const text = makeReader(tr("Answer of %1").arg(model));
        (new QVBoxLayout(box))->addWidget(text);
        m_row->addWidget(box, 1);
        m_answers.push_back({box, text});
    }
}

void ItemsDialog::fillTable()
{
    const auto filter = ItemFilter(m_filter->currentIndex());
    widgets::TableData content{{tr("Item"), tr("Verdict"), tr("Dense"), tr("Answer"), tr("Expected")}, {}};
    m_shown.clear();
    for (std::size_t row = 0; row < m_sheet.rows.size(); ++row) {
        const auto &item = m_sheet.rows[row];
        if (!passes(m_sheet, item, filter))
            continue;
        const auto &answer = item.answers[m_sheet.chosen];
        const QString dense = m_sheet.dense ? item.answers[*m_sheet.dense].verdict : QString();
        m_shown.push_back(row);
        content.rows.push_back({item.name, answer.verdict, dense, inOneLine(answer.brief), inOneLine(item.gold)});
    }
    m_table->setTable(std::move(content));
    QString count = tr("%1 of %2 items").arg(m_shown.size()).arg(m_sheet.rows.size());
    if (filter == ItemFilter::Wrong && !m_sheet.hasVerdicts)
        count += tr("; this metric knows no right and wrong");
    m_count->setText(count);
    m_table->showRow(m_shown.empty() ? -1 : 0);
    showItem(0);
}

void ItemsDialog::showItem(int row)
{
    const bool any = row >= 0 && std::size_t(row) < m_shown.size();
    const ItemRow item = any ? m_sheet.rows[m_shown[std::size_t(row)]] : ItemRow();
    m_prompt->setPlainText(item.prompt);
    m_gold->setText(tr("Expected: %1").arg(item.gold));
    m_gold->setVisible(!item.gold.isEmpty());
    for (std::size_t model = 0; model < m_answers.size(); ++model) {
        const auto answer = any ? item.answers[model] : ItemAnswer();
        const QString &name = m_sheet.models[int(model)];
        m_answers[model].box->setTitle(answer.verdict.isEmpty() ? name : tr("%1: %2").arg(name, answer.verdict));
        m_answers[model].text->setPlainText(answer.text);
    }
}

} // namespace secateur::app
