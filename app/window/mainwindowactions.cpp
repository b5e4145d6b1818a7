// SPDX-License-Identifier: GPL-3.0-or-later
#include <utility>

#include <QApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>

#include "app/window/mainwindow.h"
#include "widgets/common/theme.h"

/// The actions of MainWindow itself, and the menus all actions stand in.
namespace secateur::app {

QAction *MainWindow::addAction(const ActionSpec &spec)
{
    auto *const action = m_actions.add(spec);
    if (action != nullptr)
        QMainWindow::addAction(action); // its shortcut works with the menu bar hidden, too
    return action;
}

void MainWindow::choose(ChooseWhat what)
{
    const auto open = [this](const std::filesystem::path &path) { openPath(path); };
    if (m_options.choose)
        return m_options.choose(what, open);
    const QString title = what == ChooseWhat::Study ? tr("Open a study (NAME.secateur)") : tr("Open a model");
    auto *const dialog = new QFileDialog(this, title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (what == ChooseWhat::ModelFile) {
        dialog->setFileMode(QFileDialog::ExistingFile);
        dialog->setNameFilters({tr("GGUF models (*.gguf)"), tr("All files (*)")});
    } else {
        dialog->setFileMode(QFileDialog::Directory);
    }
    connect(dialog, &QFileDialog::fileSelected, this,
            [open](const QString &file) { open(std::filesystem::path(file.toStdString())); });
    dialog->open(); // not exec(): the window lives on
}

void MainWindow::setupFileActions()
{
    const auto menu = QStringLiteral("file");
    auto *const openStudy = addAction({QStringLiteral("file.openStudy"), tr("&Open Study…"), menu, QKeySequence::Open,
                                       QStringLiteral("document-open"), [this] { choose(ChooseWhat::Study); }});
    auto *const openFile = addAction({QStringLiteral("file.openModelFile"),
                                      tr("Open &GGUF Model…"),
                                      menu,
                                      QKeySequence(Qt::CTRL | Qt::Key_G),
                                      {},
                                      [this] { choose(ChooseWhat::ModelFile); }});
    auto *const openFolder = addAction({QStringLiteral("file.openModelFolder"), tr("Open &Hugging Face Model…"), menu,
                                        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), QStringLiteral("folder-open"),
                                        [this] { choose(ChooseWhat::ModelFolder); }});
    m_demo = new DemoDesk(
        {m_actions, m_session, m_jobs, m_settings, *m_messages, this, [this] { return !m_guide->isHidden(); }}, this);
    addAction({QStringLiteral("file.reload"), tr("&Reload Study"), menu, QKeySequence::Refresh,
               QStringLiteral("view-refresh"), [this] {
                   if (const auto done = m_session.reload(); !done)
                       m_messages->warn(QString::fromStdString(done.error().detail));
               }});
    addAction({QStringLiteral("file.close"), tr("&Close Study"), menu, QKeySequence::Close, {}, [this] {
                   m_session.close();
               }});
    addAction({QStringLiteral("file.quit"), tr("&Quit"), menu, QKeySequence::Quit, QStringLiteral("application-exit"),
               [this] { close(); }});
    for (auto *const action : {openFile, openFolder, openStudy, m_actions.find(QStringLiteral("demo.open"))}) {
        auto text = action->text();
        auto *const button = m_welcome->addButton(text.remove(u'&'));
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
    }
}

void MainWindow::setupViewActions()
{
    auto &undo = m_session.undoStack();
    auto *const undoAction = undo.createUndoAction(this, tr("&Undo"));
    undoAction->setObjectName(QStringLiteral("edit.undo"));
    undoAction->setShortcut(QKeySequence::Undo);
    auto *const redoAction = undo.createRedoAction(this, tr("&Redo"));
    redoAction->setObjectName(QStringLiteral("edit.redo"));
    redoAction->setShortcut(QKeySequence::Redo);
    for (auto *const action : {undoAction, redoAction}) {
        m_actions.adopt(action, QStringLiteral("edit"));
        QMainWindow::addAction(action);
    }
    addAction({QStringLiteral("edit.swapRuns"),
               tr("&Swap Sub-models A and B"),
               QStringLiteral("edit"),
               QKeySequence(Qt::CTRL | Qt::Key_B),
               {},
               [this] {
                   auto &selection = m_session.selection();
                   selection.setRuns(selection.runB(), selection.runA());
               }});
    const std::pair<widgets::Theme, QString> themes[] = {{widgets::Theme::System, tr("Theme of the &System")},
                                                         {widgets::Theme::Light, tr("&Light Theme")},
                                                         {widgets::Theme::Dark, tr("&Dark Theme")}};
    for (const auto &[theme, label] : themes) {
        const QString name = widgets::themeName(theme);
        addAction({QStringLiteral("view.theme.") + name, label, QStringLiteral("view"), {}, {}, [this, name] {
                       m_settings.theme.setValue(name);
                   }});
    }
    addAction({QStringLiteral("view.commandPalette"),
               tr("&Command Palette…"),
               QStringLiteral("view"),
               QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P),
               {},
               [this] { m_palette->popUp(); }});
}

void MainWindow::setupGoActions()
{
    const auto menu = QStringLiteral("go");
    addAction({QStringLiteral("go.back"), tr("&Back"), menu, QKeySequence(Qt::ALT | Qt::Key_Left),
               QStringLiteral("go-previous"), [this] {
                   if (m_history.canGoBack())
                       goTo(m_history.back());
               }});
    addAction({QStringLiteral("go.forward"), tr("&Forward"), menu, QKeySequence(Qt::ALT | Qt::Key_Right),
               QStringLiteral("go-next"), [this] {
                   if (m_history.canGoForward())
                       goTo(m_history.forward());
               }});
    int number = 0;
    for (auto *const page : m_pages) {
        ++number;
        addAction({QStringLiteral("go.") + page->id(), page->title(), menu,
                   QKeySequence(QStringLiteral("Ctrl+%1").arg(number)), page->iconName(),
                   [this, id = page->id()] { showPage(id); }});
        const auto actions = page->actions();
        for (auto *const action : actions)
            m_actions.adopt(action, page->id());
    }
}

void MainWindow::setupJobActions()
{
    const auto menu = QStringLiteral("jobs");
    addAction({QStringLiteral("jobs.pause"),
               tr("&Pause or Resume the Queue"),
               menu,
               QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Space),
               {},
               [this] { m_jobsDock->togglePause(); }});
    addAction(
        {QStringLiteral("jobs.cancel"), tr("&Cancel the Job"), menu, {}, {}, [this] { m_jobsDock->cancelSelected(); }});
    addAction({QStringLiteral("jobs.again"), tr("Start the Job &Again"), menu, {}, {}, [this] {
                   m_jobsDock->againSelected();
               }});
    addAction(
        {QStringLiteral("jobs.clear"), tr("C&lear Finished Jobs"), menu, {}, {}, [this] { m_jobs.clearFinished(); }});
    m_help = new HelpDesk(
        m_actions, [this] { return currentPage(); }, this);
    for (auto *const action : m_actions.inMenu(QStringLiteral("help")))
        QMainWindow::addAction(action);
    addAction({QStringLiteral("help.guide"), tr("&Guided First Run"), QStringLiteral("help"), {}, {}, [this] {
                   m_guide->begin();
               }});
    addAction({QStringLiteral("help.about"), tr("&About Secateur"), QStringLiteral("help"), {}, {}, [this] {
                   m_messages->tell(tr("Secateur %1, free software under the GNU GPL 3 or later, with Qt %2.")
                                        .arg(QStringLiteral(SECATEUR_VERSION), QString::fromLatin1(qVersion())));
               }});
}

void MainWindow::connectDemo()
{
    connect(m_guide, &GuideBar::pageRequested, this, &MainWindow::showPage);
    connect(m_guide, &GuideBar::demoRequested, m_demo, &DemoDesk::open);
    connect(m_demo, &DemoDesk::opened, m_guide, &GuideBar::offerWithDemo);
    connect(m_demo, &DemoDesk::jobRequested, this, &MainWindow::onJobRequested);
    connect(m_demo, &DemoDesk::openRequested, this, &MainWindow::openPath);
    connect(m_demo, &DemoDesk::pageRequested, this, &MainWindow::showPage);
    connect(m_demo, &DemoDesk::findingsRequested, this, [this](const std::filesystem::path &file) {
        if (const auto shown = m_help->openFile(file, tr("Findings of the demo study")); !shown)
            m_messages->warn(QString::fromStdString(shown.error().detail));
    });
}

void MainWindow::setupMenus()
{
    const auto add = [this](const QString &title, const QString &key) {
        auto *const menu = menuBar()->addMenu(title);
        menu->addActions(m_actions.inMenu(key));
        return menu;
    };
    auto *const file = add(tr("&File"), QStringLiteral("file"));
    auto *const recent = new QMenu(tr("Open &Recent"), file);
    file->insertMenu(m_actions.find(QStringLiteral("file.reload")), recent);
    connect(recent, &QMenu::aboutToShow, this, [this, recent] { fillRecentMenu(recent); });
    add(tr("&Edit"), QStringLiteral("edit"));
    add(tr("&View"), QStringLiteral("view"));
    add(tr("&Go"), QStringLiteral("go"));
    for (const auto *const page : m_pages)
        if (!page->actions().isEmpty())
            add(page->title(), page->id());
    add(tr("&Jobs"), QStringLiteral("jobs"));
    add(tr("&Help"), QStringLiteral("help"));
    menuBar()->setAccessibleName(tr("Menus"));
}

/// What is wanted on every page; all else is a menu or a palette away.
void MainWindow::setupToolBar()
{
    auto *const bar = addToolBar(tr("Tool bar"));
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setAccessibleName(bar->windowTitle());
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly); // few systems have icons for all of these, and words are clearer
    const auto add = [this, bar](const char *id, const QString &text) {
        auto *const action = m_actions.find(QLatin1String(id));
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        action->setIconText(text);
        bar->addAction(action);
        auto *const button = bar->widgetForAction(action);
        const auto name = [button, action, keys] {
            const QString what = action->text().remove(u'&').remove(QStringLiteral("…"));
            button->setAccessibleName(what);
            button->setToolTip(keys.isEmpty() ? what : QStringLiteral("%1 (%2)").arg(what, keys));
        };
        connect(action, &QAction::changed, button, name); // "Undo show layer 3"
        name();
    };
    add("go.back", tr("← Back"));
    add("go.forward", tr("Forward →"));
    bar->addSeparator();
    add("file.openStudy", tr("Open Study"));
    bar->addSeparator();
    add("edit.undo", tr("Undo"));
    add("edit.redo", tr("Redo"));
    bar->addSeparator();
    add("view.commandPalette", tr("Commands"));
    auto *const theme = new QToolButton(bar);
    theme->setText(tr("Theme"));
    theme->setAccessibleName(tr("Theme"));
    theme->setToolTip(tr("Light or dark"));
    theme->setPopupMode(QToolButton::InstantPopup);
    theme->setFocusPolicy(Qt::TabFocus);
    for (auto *const action : m_actions.inMenu(QStringLiteral("view")))
        if (action->objectName().startsWith(QStringLiteral("view.theme.")))
            theme->addAction(action);
    bar->addWidget(theme);
    if (auto *const more = bar->findChild<QToolButton *>(QStringLiteral("qt_toolbar_ext_button")))
        more->setAccessibleName(tr("More tools"));
    auto *const toggle = bar->toggleViewAction();
    toggle->setObjectName(QStringLiteral("view.toolBar"));
    m_actions.adopt(toggle, QStringLiteral("view"));
    QMainWindow::addAction(toggle);
}

void MainWindow::setupPaletteSources()
{
    m_palette->addSource(u'>', tr("settings"), [this] {
        std::vector<CommandPalette::Entry> entries;
        for (const auto &name : {QStringLiteral("system"), QStringLiteral("light"), QStringLiteral("dark")})
            entries.push_back({QStringLiteral(">theme.") + name, tr("%1: %2").arg(m_settings.theme.label(), name),
                               [this, name] { m_settings.theme.setValue(name); }});
        for (const bool on : {true, false})
            entries.push_back({QStringLiteral(">restore.%1").arg(int(on)),
                               tr("%1: %2").arg(m_settings.restoreSession.label(), on ? tr("yes") : tr("no")),
                               [this, on] { m_settings.restoreSession.setValue(on); }});
        for (const int threads : {0, 1, 2, 4, 8, 16, 32})
            entries.push_back({QStringLiteral(">threads.%1").arg(threads),
                               tr("%1: %2").arg(m_settings.threads.label()).arg(threads),
                               [this, threads] { m_settings.threads.setValue(threads); }});
        return entries;
    });
    m_palette->addSource(u'@', tr("layers"), [this] {
        std::vector<CommandPalette::Entry> entries;
        const auto *const run = m_session.run(m_session.selection().runA());
        const auto names = run ? run->sublayerNames() : std::vector<std::string>();
        for (std::uint32_t layer = 0; run != nullptr && layer < run->layers(); ++layer)
            for (const auto &name : names) {
                const auto sublayer = QString::fromStdString(name);
                entries.push_back({QStringLiteral("@%1.%2").arg(layer).arg(sublayer),
                                   tr("Layer %1, %2").arg(layer).arg(sublayer.section(u'.', 1)),
                                   [this, layer, sublayer] { m_session.selection().setMatrix(layer, sublayer); }});
            }
        return entries;
    });
}

void MainWindow::fillRecentMenu(QMenu *menu)
{
    menu->clear();
    const auto folders = m_settings.recent.value();
    for (const auto &folder : folders) {
        const bool isThere = QFileInfo::exists(folder);
        auto *const action = menu->addAction(isThere ? folder : tr("%1 (missing)").arg(folder));
        action->setEnabled(isThere);
        connect(action, &QAction::triggered, this, [this, folder] { openPath(folder.toStdString()); });
    }
    if (menu->isEmpty())
        menu->addAction(tr("No studies yet"))->setEnabled(false);
}

void MainWindow::updateNavigation()
{
    const auto enable = [this](const char *id, bool enabled) {
        if (auto *const action = m_actions.find(QString::fromLatin1(id)))
            action->setEnabled(enabled);
    };
    const bool open = m_session.isOpen();
    enable("go.back", open && m_history.canGoBack());
    enable("go.forward", open && m_history.canGoForward());
    enable("file.close", open);
    enable("file.reload", open);
    enable("edit.swapRuns", m_session.runs().size() > 1);
    for (auto *const page : m_pages) {
        if (auto *const action = m_actions.find(QStringLiteral("go.") + page->id()))
            action->setEnabled(open);
    }
}

} // namespace secateur::app
