// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/history.h"

namespace secateur::app {

void History::visit(const Place &place)
{
    if (!m_places.empty() && m_places[m_current].page == place.page) {
        m_places[m_current].selection = place.selection;
        return;
    }
    if (!m_places.empty())
        m_places.resize(m_current + 1);
    m_places.push_back(place);
    if (m_places.size() > limit)
        m_places.erase(m_places.begin());
    m_current = m_places.size() - 1;
}

void History::clear()
{
    m_places.clear();
    m_current = 0;
}

} // namespace secateur::app
