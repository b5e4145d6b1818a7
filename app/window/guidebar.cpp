// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/guidebar.h"

#include <algorithm>

#include <QHBoxLayout>

namespace secateur::app {
namespace {

enum Step : std::size_t { ModelStep, PruneStep, MasksStep, CompareStep };

const QString shown = QStringLiteral("shown");
const QString dismissed = QStringLiteral("dismissed");
const QString modelPage = QStringLiteral("model");
const QString calibratePage = QStringLiteral("calibrate");
const QString prunePage = QStringLiteral("prune");
const QString masksPage = QStringLiteral("masks");
const QString comparePage = QStringLiteral("compare");
const QString figuresPage = QStringLiteral("figures");

} // namespace

GuideBar::GuideBar(StudySession &session, JobQueue &jobs, Settings &settings, QWidget *parent)
    : QFrame(parent), m_session(session), m_settings(settings), m_title(new QLabel), m_text(new QLabel),
      m_show(new QPushButton), m_next(new QPushButton), m_dismiss(new QPushButton(tr("Dismiss")))
{
    setObjectName(QStringLiteral("guide"));
    setAccessibleName(tr("Guided first run"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    setFrameShape(QFrame::StyledPanel);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_dismiss->setAccessibleName(tr("Dismiss the guided first run"));
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, 8, 6);
    row->setSpacing(8);
    row->addWidget(m_title);
    row->addSpacing(4);
    row->addWidget(m_text, 1);
    for (auto *const button : {m_show, m_next, m_dismiss})
        row->addWidget(button);
    connect(m_show, &QPushButton::clicked, this, [this] { leadTo(advice().page); });
    connect(m_next, &QPushButton::clicked, this, [this] {
        if (m_step + 1 < stepCount)
            goTo(m_step + 1);
        else
            dismiss();
    });
    connect(m_dismiss, &QPushButton::clicked, this, &GuideBar::dismiss);
    for (const auto signal : {&StudySession::studyChanged, &StudySession::runsChanged})
        connect(&session, signal, this, &GuideBar::update);
    connect(&session.domains(), &DomainPlans::changed, this, &GuideBar::update);
    connect(&jobs, &JobQueue::inserted, this, [this, &jobs] {
        if (!isHidden() && jobs.jobs().back()->spec().arguments.value(0) == QStringLiteral("prune"))
            m_done[PruneStep] = true;
        update();
    });
    hide();
    update();
}

void GuideBar::begin()
{
    m_done = {};
    appear();
    goTo(ModelStep);
}

void GuideBar::offerAtFirstStart()
{
    if (m_settings.guide.value().isEmpty() && m_settings.recent.value().isEmpty())
        appear();
}

void GuideBar::offerWithDemo()
{
    if (m_settings.guide.value() != dismissed)
        appear();
}

void GuideBar::appear()
{
    if (m_settings.guide.value() != dismissed)
        m_settings.guide.setValue(shown);
    show();
    update();
}

void GuideBar::dismiss()
{
    m_settings.guide.setValue(dismissed);
    hide();
}

void GuideBar::goTo(std::size_t step)
{
    m_step = step;
    if (const auto page = advice().page; !page.isEmpty())
        leadTo(page);
    update();
}

void GuideBar::leadTo(const QString &page)
{
    if (page.isEmpty())
        return Q_EMIT demoRequested();
    if (page == masksPage)
        chooseFigureThree();
    Q_EMIT pageRequested(page);
}

/// In the demo study, what the paper shows: the masks of two domains; elsewhere what is chosen.
void GuideBar::chooseFigureThree()
{
    const auto idOf = [this](const char *name) {
        const auto found = std::ranges::find_if(
            m_session.runs(), [name](const store::RunManifest &run) { return run.recipe.name == name; });
        return found == m_session.runs().end() ? QString() : QString::fromStdString(found->id);
    };
    auto state = m_session.selection().state();
    state.runA = idOf("python");
    state.runB = idOf("math");
    if (!state.runA.isEmpty() && !state.runB.isEmpty())
        m_session.navigate(state);
}

void GuideBar::setPage(const QString &page)
{
    m_page = page;
    update();
}

void GuideBar::noteProgress()
{
    if (isHidden())
        return;
    if (m_session.isOpen() && m_page == modelPage)
        m_done[ModelStep] = true;
    if (m_step == MasksStep && m_page == masksPage && hasPair())
        m_done[MasksStep] = true;
    if (m_step == CompareStep && m_page == figuresPage)
        m_done[CompareStep] = true;
}

GuideBar::Advice GuideBar::modelAdvice() const
{
    if (!m_session.isOpen())
        return {tr("Begin with the demo study, a small model that comes along, or open a model of your own."),
                tr("Open the Demo Study…"),
                {}};
    return {tr("The Model page tells what the model is, and has the matrices in which pruning sets single weights to "
               "zero."),
            tr("Show Model"), modelPage};
}

GuideBar::Advice GuideBar::pruneAdvice() const
{
    if (m_session.isOpen() && m_session.domains().plans().empty())
        return {tr("Prune it for a domain of your own: press Add a Domain, name it, and add files of its texts."),
                tr("Show Calibrate"), calibratePage};
    return {tr("Prune it by pointing: check domains, write a target, for example 0.7, and press the button at the "
               "lower right. What each domain is calibrated on is on the Calibrate page."),
            tr("Show Prune"), prunePage};
}

GuideBar::Advice GuideBar::masksAdvice() const
{
    if (!hasPair())
        return {tr("As soon as two sub-models are made, this page shows Figure 3 of the paper: their masks side by "
                   "side."),
                tr("Show Masks"), masksPage};
    return {tr("Figure 3 of the paper: one matrix in two sub-models, and where they differ. Zoom with the wheel, drag "
               "to move, click a weight; choose other sub-models in the tree at the left."),
            tr("Show Figure 3"), masksPage};
}

GuideBar::Advice GuideBar::compareAdvice() const
{
    if (m_page == comparePage || m_page == figuresPage)
        return {tr("Figure 4 of the paper: how far apart the masks are, layer by layer, between chance and the "
                   "same-domain floor. The Figures page exports it as PDF."),
                tr("Export it: Figures"), figuresPage};
    return {tr("Figure 4 of the paper: how far apart the masks are, layer by layer."), tr("Show Figure 4"),
            comparePage};
}

GuideBar::Advice GuideBar::advice() const
{
    switch (m_step) {
    case ModelStep: return modelAdvice();
    case PruneStep: return pruneAdvice();
    case MasksStep: return masksAdvice();
    default: return compareAdvice();
    }
}

void GuideBar::update()
{
    noteProgress();
    const auto now = advice();
    const QString tick = m_done[m_step] ? QStringLiteral(" ✓") : QString();
    m_title->setText(tr("Step %1 of %2").arg(m_step + 1).arg(stepCount) + tick);
    m_title->setAccessibleName(m_done[m_step] ? tr("Step %1 of %2, done").arg(m_step + 1).arg(stepCount)
                                              : m_title->text());
    m_text->setText(now.text);
    setAccessibleDescription(now.text);
    m_show->setText(now.button);
    m_show->setAccessibleName(now.button);
    m_show->setVisible(now.page.isEmpty() || now.page != m_page);
    m_next->setText(m_step + 1 < stepCount ? tr("Ne&xt") : tr("Done"));
    m_next->setAccessibleName(m_step + 1 < stepCount ? tr("Next step") : tr("End the guided first run"));
    m_next->setEnabled(m_session.isOpen() || m_step + 1 == stepCount); // there is no page to go to before
}

} // namespace secateur::app
