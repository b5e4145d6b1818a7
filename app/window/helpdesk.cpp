// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/helpdesk.h"

#include <utility>

#include "core/base/file.h"

namespace secateur::app {

HelpDesk::HelpDesk(ActionRegistry &actions, std::function<QString()> currentPage, QObject *parent)
    : QObject(parent), m_actions(actions), m_currentPage(std::move(currentPage))
{
    addActions();
    update();
}

HelpDesk::~HelpDesk() = default;

void HelpDesk::addActions()
{
    const auto menu = QStringLiteral("help");
    auto *const here =
        m_actions.add({QStringLiteral("help.page"), tr("Help on This &Page"), menu, QKeySequence(Qt::Key_F1),
                       QStringLiteral("help-contextual"), [this] { open(topicOf(m_currentPage())); }});
    here->setShortcutContext(Qt::ApplicationShortcut); // in the dialogs of a page, too
    m_actions.add({QStringLiteral("help.contents"), tr("&Manual"), menu, QKeySequence(Qt::SHIFT | Qt::Key_F1),
                   QStringLiteral("help-contents"), [this] { open(topicOf({})); }});
    m_actions.add({QStringLiteral("help.firstStudy"), tr("A &First Study"), menu, {}, {}, [this] {
                       open(QStringLiteral("first-study"));
                   }});
    m_actions.add({QStringLiteral("help.search"), tr("&Search the Manual\u2026"), menu, {}, {}, [this] {
                       open(window().view().currentPage());
                       window().startSearch();
                   }});
    // Keys for these are in the manual's own window.
    m_actions.add(
        {QStringLiteral("help.back"), tr("Back in the Manual"), {}, {}, {}, [this] { window().view().goBack(); }});
    m_actions.add({QStringLiteral("help.forward"), tr("Forward in the Manual"), {}, {}, {}, [this] {
                       window().view().goForward();
                   }});
}

QString HelpDesk::topicOf(const QString &page)
{
    return page.isEmpty() ? QStringLiteral("index") : page;
}

HelpWindow &HelpDesk::window()
{
    if (!m_window) {
        m_window = std::make_unique<HelpWindow>();
        connect(m_window.get(), &HelpWindow::navigationChanged, this, &HelpDesk::update);
    }
    return *m_window;
}

void HelpDesk::open(const QString &topic)
{
    window().showPage(topic);
    bringUp();
}

Result<void> HelpDesk::openFile(const std::filesystem::path &file, const QString &title)
{
    constexpr std::uint64_t largest = 1 << 20;
    SECATEUR_TRY(text, readTextFile(file, largest));
    const auto id = QStringLiteral("file:") + QString::fromStdString(file.string());
    window().showText({id, title, QString::fromStdString(text)}, tr("From your studies"));
    bringUp();
    return {};
}

void HelpDesk::bringUp()
{
    window().show();
    window().raise();
    window().activateWindow();
}

void HelpDesk::close()
{
    if (m_window)
        m_window->close();
}

void HelpDesk::update()
{
    const bool shown = m_window && m_window->isVisible();
    m_actions.find(QStringLiteral("help.back"))->setEnabled(shown && m_window->view().canGoBack());
    m_actions.find(QStringLiteral("help.forward"))->setEnabled(shown && m_window->view().canGoForward());
}

} // namespace secateur::app
