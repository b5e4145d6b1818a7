// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/mainwindow.h"

#include <algorithm>
#include <utility>

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QStandardPaths>
#include <QStatusBar>
#include <QVBoxLayout>

#include "app/pages/pages.h"
#include "app/window/inspector.h"
#include "app/window/studytree.h"
#include "widgets/common/theme.h"

namespace secateur::app {
namespace {

constexpr int saveDelay = 2000; // ms after the last change
constexpr int dockWidth = 230;
constexpr int inspectorWidth = 270;
constexpr int jobsHeight = 150;

QString text(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

bool isThere(const std::filesystem::path &path)
{
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

/// Where the study of a model goes that has none yet.
std::filesystem::path studyFolderFor(const std::filesystem::path &model)
{
    const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    auto name = model.extension() == ".gguf" ? model.stem() : model.filename();
    return std::filesystem::path(documents.toStdString()) / "Secateur" / (name.string() + ".secateur");
}

/// The value after an option of a command line.
QString optionValue(const QStringList &arguments, const QString &option)
{
    const auto at = arguments.indexOf(option);
    return at >= 0 && at + 1 < arguments.size() ? arguments[at + 1] : QString();
}

} // namespace

MainWindow::MainWindow(Settings &settings, WindowOptions options, QWidget *parent)
    : QMainWindow(parent), m_settings(settings), m_options(std::move(options)),
      m_jobs(m_options.worker, m_options.safeMode ? std::filesystem::path() : m_options.stateFolder / "queue.json")
{
    setObjectName(QStringLiteral("mainWindow"));
    setAccessibleName(tr("Secateur"));
    setAcceptDrops(true);
    resize(1280, 800);
    m_saveSoon.setSingleShot(true);
    m_saveSoon.setInterval(saveDelay);
    applyTheme();
    setupUi();
    setupDocks();
    setupFileActions();
    setupViewActions();
    setupGoActions();
    setupJobActions();
    setupMenus();
    setupToolBar();
    setupPaletteSources();
    connectSignals();
    onStudyChanged();
}

MainWindow::~MainWindow()
{
    m_jobs.shutDown();
    // Pages and docks listen to members of this; those go before QObject's children would.
    m_jobs.disconnect();
    m_session.disconnect();
    m_session.selection().disconnect();
    m_stack->disconnect(this); // which changes its page as they go
    delete takeCentralWidget();
    const auto docks = findChildren<QDockWidget *>();
    for (auto *const dock : docks)
        delete dock;
}

void MainWindow::setupUi()
{
    auto *const centre = new QWidget;
    auto *const column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_messages = new MessageBar;
    m_tabs = new QTabBar;
    m_tabs->setDocumentMode(true);
    m_tabs->setDrawBase(true);
    m_tabs->setExpanding(false);
    m_tabs->setAccessibleName(tr("Steps"));
    m_stack = new QStackedWidget;
    m_welcome = new widgets::EmptyState(
        tr("Make sub-models of a language model"),
        tr("Open a model, a Hugging Face folder or a GGUF file, or a study you began before. Then choose what each "
           "domain is calibrated on, prune, and compare what is left. You can also drop a model or a study here.\n\n"
           "New here? The demo study shows the paper's figures for a small model that comes along, in a minute or "
           "two."));
    m_stack->addWidget(m_welcome);
    for (auto &page : makePages(m_session, &m_settings)) {
        page->setAccessibleName(page->title());
        m_tabs->addTab(page->title());
        m_stack->addWidget(page.get());
        m_pages.push_back(page.release());
    }
    column->addWidget(m_messages);
    m_guide = new GuideBar(m_session, m_jobs, m_settings);
    column->addWidget(m_tabs);
    column->addWidget(m_guide);
    column->addWidget(m_stack, 1);
    setCentralWidget(centre);
    statusBar()->setAccessibleName(tr("Status"));
}

QDockWidget *MainWindow::dockify(QWidget *content, const QString &name, const QString &title, Qt::DockWidgetArea area)
{
    auto *const dock = new QDockWidget(title);
    dock->setObjectName(name);
    dock->setAccessibleName(title);
    dock->setWidget(content);
    addDockWidget(area, dock);
    auto *const toggle = dock->toggleViewAction();
    toggle->setObjectName(QStringLiteral("view.") + name);
    m_actions.adopt(toggle, QStringLiteral("view"));
    QMainWindow::addAction(toggle);
    return dock;
}

void MainWindow::setupDocks()
{
    auto *const tree = new StudyTree(m_session);
    connect(tree, &StudyTree::openRequested, this, &MainWindow::showPage);
    connect(tree, &StudyTree::resumeRequested, this, &MainWindow::resumeRun);
    m_jobsDock = new JobsDock(m_jobs);
    dockify(tree, QStringLiteral("study"), tr("Study"), Qt::LeftDockWidgetArea);
    dockify(new Inspector(m_session), QStringLiteral("inspector"), tr("Inspector"), Qt::RightDockWidgetArea);
    dockify(m_jobsDock, QStringLiteral("jobs"), tr("Jobs"), Qt::BottomDockWidgetArea);
    m_palette = new CommandPalette(m_actions, this);
}

void MainWindow::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    if (std::exchange(m_isSized, true))
        return;
    const auto dock = [this](const char *name) { return findChild<QDockWidget *>(QLatin1String(name)); };
    resizeDocks({dock("study"), dock("inspector")}, {dockWidth, inspectorWidth}, Qt::Horizontal);
    resizeDocks({dock("jobs")}, {jobsHeight}, Qt::Vertical);
}

void MainWindow::connectSignals()
{
    m_jobs.setResumable([this](const JobSpec &spec) { return isResumable(spec); });
    connect(&m_jobs, &JobQueue::jobFinished, this, &MainWindow::onJobFinished);
    // At once: what a job was started from must be there again whatever happens while it runs.
    connect(&m_jobs, &JobQueue::stateChanged, this, [this] {
        if (m_jobs.running() != nullptr && m_session.isOpen())
            saveSession(false);
    });
    connect(&m_session, &StudySession::studyChanged, this, &MainWindow::onStudyChanged);
    connect(&m_session, &StudySession::runsChanged, this, &MainWindow::noteChange);
    connect(&m_session.domains(), &DomainPlans::changed, this, &MainWindow::noteChange);
    connect(&m_session.selection(), &Selection::changed, this, &MainWindow::visitPlace);
    connect(&m_settings.theme, &SettingBase::changed, this, &MainWindow::applyTheme);
    // Later: opening a study passes through pages that nobody sees.
    connect(
        m_stack, &QStackedWidget::currentChanged, m_guide, [this] { m_guide->setPage(currentPage()); },
        Qt::QueuedConnection);
    connectDemo();
    connect(&m_saveSoon, &QTimer::timeout, this, [this] { saveSession(false); });
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        if (tab >= 0 && m_session.isOpen())
            showPage(m_pages[std::size_t(tab)]->id());
    });
    for (auto *const page : m_pages) {
        page->watchJobs(m_jobs);
        connect(page, &Page::jobRequested, this, &MainWindow::onJobRequested);
        connect(page, &Page::jobsRequested, this, &MainWindow::onJobsRequested);
        connect(page, &Page::openRequested, this, &MainWindow::showPage);
        connect(page, &Page::statusChanged, this, [this](const QString &line) { statusBar()->showMessage(line); });
    }
}

void MainWindow::openPath(const std::filesystem::path &path)
{
    m_messages->hide();
    std::error_code ignored;
    const auto full = std::filesystem::absolute(path, ignored).lexically_normal();
    const auto folder = full.filename().empty() ? full.parent_path() : full;
    const bool isModel = isThere(folder / "config.json") || std::filesystem::is_regular_file(folder, ignored);
    if (isModel && !isThere(folder / "study.json"))
        return openModel(folder.extension() == ".safetensors" ? folder.parent_path() : folder);
    m_history.clear(); // what was looked at in another study
    if (const auto opened = m_session.open(folder); !opened)
        return m_messages->warn(
            tr("Cannot open %1: %2").arg(text(folder), QString::fromStdString(opened.error().detail)));
    m_settings.addRecent(text(folder));
    for (const auto &notice : m_session.study()->notices())
        m_messages->tell(QString::fromStdString(notice));
    if (!m_session.study()->damaged().empty())
        m_messages->warn(
            tr("A run cannot be read: %1").arg(QString::fromStdString(m_session.study()->damaged().front().detail)));
    showPage(m_session.runs().empty() ? QStringLiteral("calibrate") : QStringLiteral("masks"));
}

/// What is wrong with a model, its page says.
void MainWindow::openModel(const std::filesystem::path &model)
{
    const auto folder = studyFolderFor(model);
    m_history.clear();
    m_session.openModel(model, folder);
    if (m_session.study())
        m_settings.addRecent(text(folder));
    showPage(QStringLiteral("model"));
}

void MainWindow::onStudyChanged()
{
    const bool open = m_session.isOpen();
    m_tabs->setEnabled(open);
    m_tabs->setVisible(open);
    if (!open)
        m_stack->setCurrentWidget(m_welcome);
    else if (m_stack->currentWidget() == m_welcome && !m_pages.empty())
        showPage(m_pages.front()->id());
    setWindowTitle(open ? tr("%1 - Secateur").arg(text(m_session.folder().stem())) : tr("Secateur"));
    if (!open)
        m_history.clear();
    updateNavigation();
    noteChange();
}

QString MainWindow::currentPage() const
{
    const auto *const page = qobject_cast<Page *>(m_stack->currentWidget());
    return page == nullptr ? QString() : page->id();
}

void MainWindow::showPage(const QString &id)
{
    const auto found = std::ranges::find(m_pages, id, &Page::id);
    if (found == m_pages.end() || !m_session.isOpen())
        return;
    const bool isNew = m_stack->currentWidget() != *found;
    m_stack->setCurrentWidget(*found);
    m_tabs->setCurrentIndex(int(found - m_pages.begin()));
    if (isNew)
        (*found)->activate();
    visitPlace();
}

void MainWindow::visitPlace()
{
    if (!m_isMoving && m_session.isOpen() && !currentPage().isEmpty())
        m_history.visit({currentPage(), m_session.selection().state()});
    updateNavigation();
    noteChange();
}

void MainWindow::goTo(const Place &place)
{
    m_isMoving = true;
    // A run of the past may be gone by now.
    auto selection = place.selection;
    if (m_session.run(selection.runA) == nullptr || m_session.run(selection.runB) == nullptr)
        selection = m_session.selection().state();
    const auto page = place.page; // the selection's listeners may end up in visit()
    m_session.navigate(selection);
    showPage(page);
    m_isMoving = false;
    updateNavigation();
}

void MainWindow::onJobRequested(const QStringList &arguments, const QString &title)
{
    m_jobs.add(withThreads({title, arguments}));
    statusBar()->showMessage(tr("Queued: %1").arg(title));
}

void MainWindow::onJobsRequested(const std::vector<JobSpec> &jobs)
{
    std::vector<JobSpec> specs;
    for (const auto &job : jobs)
        specs.push_back(withThreads(job));
    m_jobs.addAll(specs);
    statusBar()->showMessage(jobs.size() == 1 ? tr("Queued: %1").arg(jobs.front().title)
                                              : tr("Queued: %1 jobs").arg(jobs.size()));
}

JobSpec MainWindow::withThreads(JobSpec spec) const
{
    const auto option = QStringLiteral("--threads");
    if (const int threads = m_settings.threads.value(); threads > 0 && !spec.arguments.contains(option))
        spec.arguments << option << QString::number(threads);
    return spec;
}

void MainWindow::onJobFinished(const Job *job)
{
    static_cast<void>(m_session.reload());
    if (job->state() == Job::State::Failed)
        m_messages->warn(tr("%1 failed: %2 %3").arg(job->spec().title, job->error().detail, job->advice()));
    else
        statusBar()->showMessage(tr("%1: %2").arg(job->spec().title, jobStateText(job->state())));
    QApplication::alert(this);
}

bool MainWindow::isResumable(const JobSpec &spec) const
{
    const auto &arguments = spec.arguments;
    if (arguments.size() < 2 || arguments[0] != QStringLiteral("prune") || arguments[1] != text(m_session.folder()))
        return false;
    const auto study = store::Study::open(m_session.folder(), store::Study::Access::Read);
    const auto name = optionValue(arguments, QStringLiteral("--run")).toStdString();
    return study
        && std::ranges::any_of((*study)->interrupted(), [&](const auto &run) { return run.recipe.name == name; });
}

/// By the job that made it, where the queue still has it; another program's run needs that program's command line.
void MainWindow::resumeRun(const QString &runId)
{
    const auto &all = m_session.interrupted();
    const auto run = std::ranges::find(all, runId.toStdString(), &store::InterruptedRun::id);
    if (run == all.end())
        return;
    const auto name = QString::fromStdString(run->recipe.name);
    for (const auto &job : m_jobs.jobs()) {
        if (optionValue(job->spec().arguments, QStringLiteral("--run")) != name)
            continue;
        if (job->isFinished())
            m_jobs.addAgain(*job);
        m_jobs.resume();
        return;
    }
    m_messages->tell(tr("\"%1\" was begun elsewhere. Start a run of the same name, data and method on the Prune page, "
                        "and it goes on from layer %2.")
                         .arg(name)
                         .arg(run->finishedLayers));
    showPage(QStringLiteral("prune"));
}

void MainWindow::applyTheme()
{
    widgets::applyTheme(widgets::themeFromName(m_settings.theme.value()));
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    m_saveSoon.stop();
    saveSession(true);
    if (m_jobs.running() != nullptr)
        statusBar()->showMessage(tr("Stopping the running job; finished layers are kept…"));
    m_jobs.shutDown();
    m_help->close(); // the program ends with its last window
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    const auto urls = event->mimeData()->urls();
    if (urls.size() != 1 || !urls.first().isLocalFile())
        return;
    statusBar()->showMessage(tr("Drop to open %1").arg(urls.first().toLocalFile()));
    event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    const auto urls = event->mimeData()->urls();
    if (!urls.isEmpty())
        openPath(urls.first().toLocalFile().toStdString());
}

} // namespace secateur::app
