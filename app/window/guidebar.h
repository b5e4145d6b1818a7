// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>

#include <QFrame>
#include <QLabel>
#include <QPushButton>

#include "app/jobs/jobqueue.h"
#include "app/session/studysession.h"
#include "app/settings/settings.h"

namespace secateur::app {

/// The guided first run: a line above the page that says what the page is for and leads to the next one, in four steps.
/// It comes by itself once, at the first start or with the demo study, and never again once it was dismissed.
class GuideBar : public QFrame
{
    Q_OBJECT

public:
    GuideBar(StudySession &session, JobQueue &jobs, Settings &settings, QWidget *parent = nullptr);

    static constexpr std::size_t stepCount = 4;

    /// From the first step, because somebody asked for it.
    void begin();
    /// By itself, unless it was shown before.
    void offerAtFirstStart();
    /// By itself, unless it was dismissed before.
    void offerWithDemo();
    /// Which page the window shows now; empty: the welcome page.
    void setPage(const QString &page);

    [[nodiscard]] std::size_t step() const { return m_step; } ///< from 0
    [[nodiscard]] bool isDone(std::size_t step) const { return m_done[step]; }
    [[nodiscard]] QString text() const { return m_text->text(); }
    [[nodiscard]] QPushButton &showButton() { return *m_show; }
    [[nodiscard]] QPushButton &nextButton() { return *m_next; }
    [[nodiscard]] QPushButton &dismissButton() { return *m_dismiss; }

Q_SIGNALS:
    void pageRequested(const QString &page);
    void demoRequested();

private:
    /// What a step says in the present state, and where its button leads.
    struct Advice {
        QString text;
        QString button;
        QString page; ///< empty: opens the demo study
    };

    void appear();
    void dismiss();
    void goTo(std::size_t step);
    void leadTo(const QString &page);
    void update();
    void noteProgress();
    void chooseFigureThree();
    [[nodiscard]] Advice advice() const;
    [[nodiscard]] Advice modelAdvice() const;
    [[nodiscard]] Advice pruneAdvice() const;
    [[nodiscard]] Advice masksAdvice() const;
    [[nodiscard]] Advice compareAdvice() const;
    [[nodiscard]] bool hasPair() const { return m_session.runs().size() > 1; }

    StudySession &m_session;
    Settings &m_settings;
    QLabel *m_title;
    QLabel *m_text;
    QPushButton *m_show;
    QPushButton *m_next;
    QPushButton *m_dismiss;
    QString m_page;
    std::size_t m_step = 0;
    std::array<bool, stepCount> m_done = {};
};

} // namespace secateur::app
