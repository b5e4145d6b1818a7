// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/promptview.h"

#include <algorithm>

#include <QEvent>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QTextEdit>
#include <QVBoxLayout>

#include "widgets/common/emptystate.h"
#include "widgets/common/tablefit.h"
#include "widgets/common/theme.h"

namespace secateur::app {
namespace {

constexpr int narrowestColumn = 170;
/// Pixels of the map: what is around its cells, and at most for a row of them.
constexpr int mapFrame = 64;
constexpr int mapRow = 20;
constexpr int largestMap = 200;

QTextEdit *makeReader(const QString &accessibleName)
{
    auto *const text = new QTextEdit;
    text->setReadOnly(true);
    text->setAcceptRichText(false);
    text->setTabChangesFocus(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text->setAccessibleName(accessibleName);
    return text;
}

} // namespace

PromptView::PromptView(QWidget *parent)
    : QWidget(parent), m_map(new widgets::HeatMap),
      m_table(new widgets::DataTable(tr("Likeliest next tokens at the position")))
{
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->addWidget(makeTexts(), 1);
    column->addWidget(makeComparison());
    m_comparison->hide();
}

QWidget *PromptView::makeTexts()
{
    auto *const columns = new QWidget;
    m_row = new QHBoxLayout(columns);
    m_row->setContentsMargins({});
    m_hint = new widgets::EmptyState(
        tr("One prompt, several models"),
        tr("Type a prompt and choose Generate: each checked model continues it in a column of its own, greedily unless "
           "a "
           "temperature is set. Below the texts you then see at which tokens their expectations part, and what each "
           "model held likeliest there."));
    m_row->addWidget(m_hint);
    auto *const area = new QScrollArea;
    area->setWidget(columns);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    area->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff); // the texts scroll by themselves
    m_legend = widgets::makeText({});
    auto *const widget = new QWidget;
    auto *const column = new QVBoxLayout(widget);
    column->setContentsMargins({});
    column->addWidget(area, 1);
    column->addWidget(m_legend);
    return widget;
}

QWidget *PromptView::makeComparison()
{
    m_comparison = new QWidget;
    m_map->setAccessibleName(tr("Divergence by model and position"));
    m_map->setScale(widgets::HeatScale::Unit);
    connect(m_map, &widgets::PlotWidget::currentChanged, this, [this] {
        if (const auto &cell = m_map->current(); cell && !m_filling)
            setPosition(std::size_t(cell->column));
    });
    m_words = widgets::makeText({});
    m_table->horizontalHeader()->setStretchLastSection(true);
    auto *const column = new QVBoxLayout(m_comparison);
    column->setContentsMargins({});
    column->addWidget(m_map);
    column->addWidget(m_words);
    column->addWidget(m_table);
    return m_comparison;
}

void PromptView::begin(const QStringList &models)
{
    m_result = {};
    m_comparison->hide();
    m_legend->clear();
    makeColumns(models);
}

void PromptView::makeColumns(const QStringList &models)
{
    for (const auto &column : m_columns)
        delete column.box;
    m_columns.clear();
    m_hint->setVisible(models.isEmpty());
    for (const auto &model : models) {
        auto *const box = new QGroupBox(model);
        box->setMinimumWidth(narrowestColumn);
        auto *const text = makeReader(tr("Text of %1").arg(model));
        auto *const inside = new QVBoxLayout(box);
        inside->addWidget(text, 1);
        auto *const words = widgets::makeText({});
        inside->addWidget(words);
        m_row->addWidget(box, 1);
        m_columns.push_back({model, box, text, words, {}});
        connect(text, &QTextEdit::cursorPositionChanged, this, [this, model, text] {
            if (!m_filling && !m_result.isEmpty() && referenceIsAlong()
                && model == m_result.modelName(m_result.report.reference))
                choosePlace(text->textCursor().position());
        });
    }
}

void PromptView::append(const QString &model, const QString &text)
{
    if (auto *const column = textOf(model)) {
        column->moveCursor(QTextCursor::End);
        column->insertPlainText(text);
    }
}

QTextEdit *PromptView::textOf(const QString &model) const
{
    const auto found = std::ranges::find(m_columns, model, &Column::model);
    return found == m_columns.end() ? nullptr : found->text;
}

void PromptView::showResult(PromptResult result)
{
    const QScopedValueRollback filling(m_filling, true);
    m_result = std::move(result);
    const auto &report = m_result.report;
    QStringList names;
    for (std::size_t model = 0; model < report.models.size(); ++model)
        names << m_result.modelName(model);
    makeColumns(names);
    for (std::size_t model = 0; model < report.models.size(); ++model)
        fillColumn(model);
    const bool several = report.models.size() > 1;
    m_legend->setText(several ? tr("Underlined: tokens that the text of %1 does not have in this order.")
                                    .arg(m_result.modelName(report.reference))
                              : QString());
    m_map->setData(divergenceMap(m_result));
    m_map->setFixedHeight(mapFrame + std::min(int(report.models.size()) * mapRow, largestMap));
    m_map->setVisible(several);
    m_comparison->setVisible(!report.positions.empty());
    m_position = report.choicesPart.value_or(0);
    showPosition();
}

void PromptView::fillColumn(std::size_t number)
{
    const auto &compared = m_result.report.models[number];
    auto &column = m_columns[number];
    QTextCharFormat plain;
    QTextCharFormat parted;
    parted.setFontUnderline(true);
    parted.setForeground(widgets::signalColors(palette()).warning);
    column.text->clear();
    column.ends.clear();
    QTextCursor cursor(column.text->document());
    for (std::size_t token = 0; token < compared.generated.pieces.size(); ++token) {
        cursor.insertText(QString::fromStdString(compared.generated.pieces[token]),
                          compared.common[token] ? plain : parted);
        column.ends.push_back(cursor.position());
    }
    column.text->moveCursor(QTextCursor::Start);
    const QString words = describeModel(m_result, number);
    column.words->setText(words);
    column.text->setAccessibleDescription(words);
}

bool PromptView::referenceIsAlong() const
{
    return !m_result.report.alongGiven;
}

void PromptView::choosePlace(int letter)
{
    const auto &ends = m_columns[m_result.report.reference].ends;
    setPosition(std::size_t(std::ranges::upper_bound(ends, letter) - ends.begin()));
}

void PromptView::setPosition(std::size_t position)
{
    if (position == m_position || position >= m_result.report.positions.size())
        return;
    m_position = position;
    showPosition();
}

QString PromptView::words() const
{
    return m_words->text();
}

void PromptView::showPosition()
{
    const QScopedValueRollback filling(m_filling, true);
    const auto row = m_map->current() ? m_map->current()->row : 0;
    m_map->setCurrent(widgets::PlotWidget::Cell{row, int(m_position)});
    m_words->setText(describePosition(m_result, m_position));
    m_table->setTable(expectationsAt(m_result, m_position));
    m_table->setFixedHeight(widgets::contentSize(*m_table).height());
    markPosition();
}

/// In the reference's own text, where the position is.
void PromptView::markPosition()
{
    if (m_result.isEmpty() || !referenceIsAlong())
        return;
    auto &column = m_columns[m_result.report.reference];
    if (m_position >= column.ends.size())
        return column.text->setExtraSelections({});
    QTextEdit::ExtraSelection mark;
    mark.cursor = QTextCursor(column.text->document());
    mark.cursor.setPosition(m_position == 0 ? 0 : column.ends[m_position - 1]);
    mark.cursor.setPosition(column.ends[m_position], QTextCursor::KeepAnchor);
    mark.format.setBackground(palette().highlight());
    mark.format.setForeground(palette().highlightedText());
    column.text->setExtraSelections({mark});
}

void PromptView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || m_result.isEmpty())
        return;
    const QScopedValueRollback filling(m_filling, true);
    for (std::size_t model = 0; model < m_columns.size(); ++model)
        fillColumn(model);
    markPosition();
}

} // namespace secateur::app
