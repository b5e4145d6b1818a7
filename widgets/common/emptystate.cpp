// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/emptystate.h"

#include <algorithm>

namespace secateur::widgets {
namespace {

constexpr int columnWidth = 520;

/// A layout that centres a label does not ask it how high it is at its width.
void fitHeight(QLabel &label)
{
    label.setMinimumHeight(std::max(0, label.heightForWidth(columnWidth))); // -1 without a text
}

} // namespace

QLabel *makeHeading(const QString &text, QWidget *parent)
{
    auto *const label = new QLabel(text, parent);
    auto font = label->font();
    font.setPointSizeF(font.pointSizeF() * 1.45);
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    label->setWordWrap(true);
    return label;
}

QLabel *makeText(const QString &text, QWidget *parent)
{
    auto *const label = new QLabel(text, parent);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

EmptyState::EmptyState(const QString &title, const QString &text, QWidget *parent)
    : QWidget(parent), m_title(makeHeading(title)), m_text(makeText(text)), m_buttons(new QHBoxLayout)
{
    auto *const column = new QVBoxLayout;
    column->setSpacing(12);
    for (auto *const label : {m_title, m_text}) {
        label->setAlignment(Qt::AlignHCenter);
        label->setFixedWidth(columnWidth);
        fitHeight(*label);
        column->addWidget(label, 0, Qt::AlignHCenter);
    }
    m_buttons->setSpacing(8);
    m_buttons->addStretch();
    m_buttons->addStretch();
    column->addSpacing(4);
    column->addLayout(m_buttons);
    auto *const all = new QVBoxLayout(this);
    all->addStretch(2);
    all->addLayout(column);
    all->addStretch(3);
    setAccessibleName(title);
    setAccessibleDescription(text);
}

void EmptyState::setText(const QString &title, const QString &text)
{
    m_title->setText(title);
    m_text->setText(text);
    fitHeight(*m_title);
    fitHeight(*m_text);
    setAccessibleName(title);
    setAccessibleDescription(text);
}

QPushButton *EmptyState::addButton(const QString &text)
{
    auto *const button = new QPushButton(text);
    button->setMinimumHeight(button->sizeHint().height() + 6);
    m_buttons->insertWidget(m_buttons->count() - 1, button);
    return button;
}

} // namespace secateur::widgets
