// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QString>

#include "app/session/selection.h"

namespace secateur::app {

/// Where the user was: a page, and what was selected there.
struct Place {
    QString page;
    Selection::State selection;
    friend bool operator==(const Place &, const Place &) = default;
};

/// Back and Forward, as in a browser. Moving within a page updates the current place; another page makes a new one.
class History
{
public:
    void visit(const Place &place);
    [[nodiscard]] bool canGoBack() const { return m_current > 0; }
    [[nodiscard]] bool canGoForward() const { return m_current + 1 < m_places.size(); }
    /// Only while canGoBack(), canGoForward().
    const Place &back() { return m_places[--m_current]; }
    const Place &forward() { return m_places[++m_current]; }
    void clear();

private:
    static constexpr std::size_t limit = 100;
    std::vector<Place> m_places;
    std::size_t m_current = 0;
};

} // namespace secateur::app
