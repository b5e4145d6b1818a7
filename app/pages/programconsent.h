// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QString>

#include "app/session/studysession.h"

class QWidget;

namespace secateur::app {

/// Whether programs that models write may be run in the sandbox: asked for in one way everywhere, and once for as long
/// as the window is open.
struct ProgramConsent {
    QString what; ///< the first sentence: who wants to run them
    std::function<void()> onAllowed;
    QString without; ///< label of the way to go on without them; empty: there is none
    std::function<void()> onWithout;
};

/// Calls onAllowed at once where it was allowed before; else opens the question and calls back, or not where it was
/// cancelled.
void askToRunPrograms(StudySession &session, QWidget *parent, const ProgramConsent &consent);

} // namespace secateur::app
