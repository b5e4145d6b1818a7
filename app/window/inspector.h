// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "app/session/studysession.h"
#include "widgets/common/datatable.h"

class QLabel;

namespace secateur::app {

/// Describes what is selected: sub-models A and B, their recipes side by side, and the chosen matrix.
class Inspector : public QWidget
{
    Q_OBJECT

public:
    explicit Inspector(StudySession &session, QWidget *parent = nullptr);
    [[nodiscard]] const widgets::TableData &table() const { return m_table->table(); }

private:
    void refill();

    StudySession &m_session;
    widgets::DataTable *m_table;
    QLabel *m_hint; ///< while there is no run
};

} // namespace secateur::app
