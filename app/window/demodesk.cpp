// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/demodesk.h"

#include <algorithm>

#include <QStandardPaths>

#include "app/pages/programconsent.h"
#include "core/engine/demo.h"

namespace secateur::app {
namespace {

namespace fs = std::filesystem;

const QString command = QStringLiteral("demo");
const QString allowed = QStringLiteral("--allow-code-execution");

bool isThere(const fs::path &path)
{
    std::error_code ignored;
    return fs::exists(path, ignored);
}

QString text(const fs::path &path)
{
    return QString::fromStdString(path.string());
}

bool isDemo(const JobSpec &spec)
{
    return spec.arguments.size() >= 2 && spec.arguments.front() == command;
}

/// The texts that the demo's sub-models are calibrated on, a domain each, so that they can be pruned again by hand.
std::vector<DomainPlan> domainsOf(const fs::path &model, const fs::path &study)
{
    std::vector<DomainPlan> plans;
    for (const auto &request : engine::demoPrunes(model.parent_path(), study, 1)) {
        const auto name = QString::fromStdString(request.domain);
        if (request.data && std::ranges::find(plans, name, &DomainPlan::name) == plans.end())
            plans.push_back({name, *request.data});
    }
    return plans;
}

} // namespace

DemoDesk::DemoDesk(const Parts &parts, QObject *parent) : QObject(parent), m_parts(parts)
{
    m_parts.actions.add(
        {QStringLiteral("demo.open"), tr("Open the &Demo Study…"), QStringLiteral("file"), {}, {}, [this] { open(); }});
    m_findings = m_parts.actions.add(
        {QStringLiteral("demo.findings"), tr("&Findings of the Demo Study"), QStringLiteral("file"), {}, {}, [this] {
             Q_EMIT findingsRequested(findingsFile());
         }});
    connect(&m_parts.jobs, &JobQueue::jobFinished, this, &DemoDesk::onJobFinished);
    connect(&m_parts.session, &StudySession::studyChanged, this, &DemoDesk::onStudyChanged);
    updateFindings();
}

fs::path DemoDesk::folder() const
{
    if (const auto chosen = m_parts.settings.demoFolder.value(); !chosen.isEmpty())
        return chosen.toStdString();
    const auto data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return fs::path(data.toStdString()) / "secateur" / "demo";
}

bool DemoDesk::isUnderWay() const
{
    return std::ranges::any_of(m_parts.jobs.jobs(), [this](const auto &job) {
        return !job->isFinished() && isDemo(job->spec())
            && fs::path(job->spec().arguments[1].toStdString()) == folder();
    });
}

void DemoDesk::open()
{
    if (isUnderWay()) {
        show(folder());
        m_parts.messages.tell(tr("The demo study is being made: see the jobs at the bottom."));
        return m_parts.jobs.resume();
    }
    const auto state = engine::demoState(folder());
    if (!state.isComplete())
        return ask();
    show(folder());
    if (m_parts.isGuided() && state.hasCode)
        return; // two lines above the page would be one too many
    offerNext(folder(),
              state.hasCode ? tr("This is the demo study.")
                            : tr("This is the demo study. It was made without running programs, so code was not "
                                 "measured."));
}

void DemoDesk::ask()
{
    if (m_dialog == nullptr) {
        m_dialog = new DemoDialog(m_parts.session, m_parts.window);
        connect(m_dialog, &DemoDialog::requested, this, &DemoDesk::make);
    }
    m_dialog->setFolder(text(folder()));
    m_dialog->show();
    m_dialog->raise();
    m_dialog->activateWindow();
}

void DemoDesk::make(const fs::path &folder, bool withPrograms)
{
    m_parts.settings.demoFolder.setValue(text(folder));
    if (engine::demoState(folder).isComplete() && !withPrograms)
        return open();
    show(folder);
    QStringList arguments = {command, text(folder)};
    if (withPrograms)
        arguments << allowed;
    Q_EMIT jobRequested(arguments, tr("Demo study"));
}

/// Before its first run there is no study yet; it then appears in what is shown by itself.
void DemoDesk::show(const fs::path &folder)
{
    const auto study = engine::demoStudy(folder);
    if (m_parts.session.folder() == study)
        return;
    if (isThere(study / "study.json"))
        return Q_EMIT openRequested(study);
    if (const auto demo = engine::demoFolder()) {
        m_parts.session.openModel(*demo / "model", study);
        Q_EMIT pageRequested(QStringLiteral("model"));
    }
}

void DemoDesk::showPage(const fs::path &folder, const QString &page)
{
    show(folder);
    Q_EMIT pageRequested(page);
}

void DemoDesk::offerNext(const fs::path &folder, const QString &words)
{
    std::vector<MessageBar::Choice> choices = {
        {tr("Masks: Figure 3"), [this, folder] { showPage(folder, QStringLiteral("masks")); }},
        {tr("Compare: Figure 4"), [this, folder] { showPage(folder, QStringLiteral("compare")); }},
        {tr("Findings"), [this, folder] { Q_EMIT findingsRequested(engine::demoFindingsFile(folder)); }}};
    if (!engine::demoState(folder).hasCode)
        choices.push_back({tr("Measure code…"), [this, folder] { askForCode(folder); }});
    m_parts.messages.offer(words, choices);
}

/// Of a study that was made without it.
void DemoDesk::askForCode(const fs::path &folder)
{
    askToRunPrograms(m_parts.session, m_parts.window,
                     {.what = DemoDialog::whyPrograms(),
                      .onAllowed = [this, folder] { make(folder, true); },
                      .without = {},
                      .onWithout = {}});
}

void DemoDesk::onJobFinished(const Job *job)
{
    updateFindings();
    if (!isDemo(job->spec()))
        return;
    const fs::path folder = job->spec().arguments[1].toStdString();
    if (job->state() == Job::State::Cancelled) {
        const auto state = engine::demoState(folder);
        m_parts.messages.offer(
            tr("The demo study was stopped; %1 of %2 sub-models are kept.").arg(state.finished).arg(state.all),
            tr("Go on"), [this, spec = job->spec()] { Q_EMIT jobRequested(spec.arguments, spec.title); });
    } else if (job->state() == Job::State::Done) {
        QString words = tr("The demo study is finished.");
        if (!job->spec().arguments.contains(allowed))
            words += u' ' + tr("Programs were not run, so code was not measured.");
        else if (const auto missing = job->notices().filter(QLatin1String(engine::demoNotMeasured)); !missing.isEmpty())
            words += u' ' + missing.join(u' ');
        offerNext(folder, words);
    }
}

bool DemoDesk::isOpen() const
{
    const auto &folder = m_parts.session.folder();
    return !folder.empty() && folder == engine::demoStudy(folder.parent_path());
}

void DemoDesk::onStudyChanged()
{
    updateFindings();
    if (!isOpen())
        return;
    auto &session = m_parts.session;
    if (const auto demo = engine::demoFolder();
        demo && session.modelPath() == *demo / "model" && session.domains().plans().empty())
        session.domains().reset(domainsOf(session.modelPath(), session.folder()));
    Q_EMIT opened();
}

fs::path DemoDesk::findingsFile() const
{
    return engine::demoFindingsFile(m_parts.session.folder().parent_path());
}

void DemoDesk::updateFindings()
{
    m_findings->setEnabled(isOpen() && isThere(findingsFile()));
}

} // namespace secateur::app
