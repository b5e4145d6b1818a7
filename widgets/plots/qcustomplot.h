// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// The only way to QCustomPlot: its header needs the keywords that QT_NO_KEYWORDS and QT_NO_FOREACH take away.
#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach(variable, container) for (variable : container)
#include <qcustomplot.h>
#undef signals
#undef slots
#undef foreach
