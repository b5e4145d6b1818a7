// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QDateEdit>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QWidget>

#include "app/pages/calibrationpreview.h"
#include "app/pages/sourcelist.h"
#include "app/session/domainplans.h"
#include "widgets/common/signallabel.h"

namespace secateur::app {

/// The fields of one domain.
class DomainForm : public QWidget
{
    Q_OBJECT

public:
    explicit DomainForm(QWidget *parent = nullptr);

    void setPlan(const DomainPlan &plan); ///< without edited()
    [[nodiscard]] DomainPlan plan() const;
    void addFiles(const QStringList &files);
    void setChatTemplate(const ChatTemplateFacts &facts);

Q_SIGNALS:
    void edited();
    void filesWanted();

private:
    void setupFields();
    QWidget *makeFileArea();
    void connectFields();
    void removeSelectedFiles();
    void updateStates();
    void showFilterError();

    DomainPlan m_base; ///< what has no field here
    QLineEdit *m_name;
    SourceList *m_files;
    QPushButton *m_addFiles;
    QPushButton *m_removeFiles;
    QComboBox *m_preset;
    QLineEdit *m_template;
    QCheckBox *m_chat;
    QDateEdit *m_chatDay;
    QLineEdit *m_filter;
    widgets::SignalLabel *m_filterError; ///< hidden while there is none
    QSpinBox *m_samples;
    QSpinBox *m_length;
    QSpinBox *m_maxLength;
    QComboBox *m_bos;
    QFormLayout *m_form;
    ChatTemplateFacts m_facts;
    bool m_isFilling = false;
};

} // namespace secateur::app
