// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFormLayout>
#include <QWidget>

namespace secateur::widgets {

/// The underlined letter is wider than a label's hint knows, and the last letter would be cut.
inline void fitUnderlined(QWidget &label)
{
    label.setMinimumWidth(label.sizeHint().width() + 4);
}

/// A labelled field that also tells assistive technology its name and what it is for; `help` is its tool tip, too.
inline void addFormRow(QFormLayout &form, const QString &label, QWidget *field, const QString &help)
{
    form.addRow(label, field);
    fitUnderlined(*form.labelForField(field));
    field->setAccessibleName(QString(label).remove(u'&'));
    field->setAccessibleDescription(help);
    field->setToolTip(help);
}

} // namespace secateur::widgets
