// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/figure.h"
#include "core/engine/moduleloader.h"

namespace secateur::engine {

Result<FigureMaker *> loadFigureMaker()
{
    SECATEUR_TRY(service,
                 openModule({"libsecateur-figure.so", "secateurFigure", "figure",
                             "It needs Qt 6 (Debian: libqt6gui6); all other commands work without it"}));
    return static_cast<FigureMaker *>(service);
}

} // namespace secateur::engine
