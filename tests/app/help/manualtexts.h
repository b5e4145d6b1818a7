// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <QString>
#include <QStringList>

#include "app/help/helpbook.h"

namespace secateur::test {

/// A link of the manual: `[text](page.md#anchor)`.
struct ManualLink {
    QString page; ///< where it stands
    QString target; ///< as written between the brackets
};
[[nodiscard]] std::vector<ManualLink> linksOf(const app::HelpBook::Page &page);

/// Anchors of all headings.
[[nodiscard]] QStringList anchorsOf(const app::HelpBook::Page &page);

/// Words in bold, outside of code: names of the window, by the manual's own convention.
[[nodiscard]] QStringList boldOf(const app::HelpBook::Page &page);

/// One call of secateur-cli that the manual quotes, without the program's name.
struct ManualCommand {
    QString page;
    QString line; ///< as quoted
    std::vector<std::string> arguments; ///< variables of a shell are "1"
    bool isInline = false; ///< within a sentence, where a command may be named alone
};
[[nodiscard]] std::vector<ManualCommand> commandsOf(const app::HelpBook::Page &page);

/// All texts in quotes in the sources of the window, mnemonics left out, one a line.
[[nodiscard]] QString textsOfTheWindow();

} // namespace secateur::test
