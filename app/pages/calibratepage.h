// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>

#include "app/pages/calibrationpreview.h"
#include "app/pages/domainform.h"
#include "app/pages/page.h"
#include "widgets/common/datatable.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/histogram.h"
#include "widgets/common/latesttask.h"
#include "widgets/common/signallabel.h"

namespace secateur::app {

/// What each domain is calibrated on: its files at the left, and at the right the very sequences the pruner will see.
class CalibratePage : public Page
{
    Q_OBJECT

public:
    explicit CalibratePage(StudySession &session, QWidget *parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("calibrate"); }
    [[nodiscard]] QString title() const override { return tr("Calibrate"); }
    [[nodiscard]] QList<QAction *> actions() const override { return {m_add, m_remove, m_addFiles}; }
    void activate() override;

    [[nodiscard]] const widgets::TableData &samples() const { return m_samples->table(); }
    [[nodiscard]] QString summary() const { return m_summary->text(); }
    void addFiles(const QStringList &files) { m_form->addFiles(files); }
    void addDomain();

private:
    using Preview = Result<CalibrationPreview>;

    void setupActions();
    void setupUi();
    QWidget *makeDomainColumn();
    QWidget *makePreviewColumn();
    void refill();
    void showDomain();
    void onEdited();
    void chooseFiles();
    void readChatTemplate();
    void preview();
    void showPreview(const Preview &preview);
    [[nodiscard]] int current() const { return m_domains->currentRow(); }

    widgets::LatestTask<Preview> m_task;
    std::shared_ptr<const Preview> m_preview;
    widgets::LatestTask<ChatTemplateFacts> m_templateTask;
    QAction *m_add;
    QAction *m_remove;
    QAction *m_addFiles;
    QStackedWidget *m_stack;
    QListWidget *m_domains;
    DomainForm *m_form;
    widgets::SignalLabel *m_summary;
    widgets::Histogram *m_lengths;
    widgets::DataTable *m_samples;
    QPlainTextEdit *m_text;
};

} // namespace secateur::app
