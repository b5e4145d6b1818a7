// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include <QObject>

#include "app/help/helpwindow.h"
#include "app/window/actionregistry.h"
#include "core/base/result.h"

namespace secateur::app {

/// The actions that open the manual, and its window, which is made when it is first wanted, so that the program's start
/// does not wait for it.
class HelpDesk : public QObject
{
    Q_OBJECT

public:
    /// `currentPage` says which page of the program is in front; empty: none.
    HelpDesk(ActionRegistry &actions, std::function<QString()> currentPage, QObject *parent = nullptr);
    ~HelpDesk() override;

    /// The topic of a page of the program; a page and its topic have the same name. The first topic for no page.
    [[nodiscard]] static QString topicOf(const QString &page);
    /// Made and not shown where it was not there yet.
    [[nodiscard]] HelpWindow &window();
    void open(const QString &topic);
    /// A Markdown file that is no part of the manual, in its window. NotFound, BadInput.
    [[nodiscard]] Result<void> openFile(const std::filesystem::path &file, const QString &title);
    void close();

private:
    void addActions();
    void bringUp();
    void update();

    ActionRegistry &m_actions;
    std::function<QString()> m_currentPage;
    std::unique_ptr<HelpWindow> m_window; ///< no child of the program's, in front of which it need not be
};

} // namespace secateur::app
