// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>

#include "core/engine/compute.h"
#include "core/engine/moduleloader.h"

namespace secateur::engine {

Result<Compute *> loadCompute()
{
    // Read by libgomp as it is loaded. Its threads would otherwise spin while they wait, which costs a factor of two
    // and more as soon as anything else runs. What the user has set stays.
    ::setenv("OMP_WAIT_POLICY", "passive", 0);
    SECATEUR_TRY(
        service,
        openModule({"libsecateur-compute.so", "secateurCompute", "compute",
                    "It needs libtorch (Debian: libtorch1.13); commands that do not compute work without it"}));
    return static_cast<Compute *>(service);
}

} // namespace secateur::engine
