// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QString>

namespace secateur::app {

/// How well `pattern` fits `text`: nothing when its letters (case and blanks aside) do not occur in this order, else
/// more for letters that follow each other and for those that begin a word, less for a longer text.
[[nodiscard]] std::optional<int> fuzzyScore(const QString &pattern, const QString &text);

} // namespace secateur::app
