// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/computeservice.h"

/// The only symbol of the module libsecateur-compute.so: one service for the life of the process.
extern "C" __attribute__((visibility("default"))) secateur::engine::Compute *secateurCompute()
{
    static secateur::compute::ComputeService service;
    return &service;
}
