// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/training/parameters.h"

namespace secateur::training {

/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019), algorithm 2; decay for the matrices of blocks
/// only. Gradients are scaled down first where their norm over all parameters is above `clip`.
struct AdamW {
    double beta1 = 0.9;
    double beta2 = 0.95;
    double epsilon = 1e-8;
    double weightDecay = 0.1;
    double clip = 1.0;

    /// Step number `step`, counted from 1. Returns the norm of the gradients as they came.
    double update(Parameters &parameters, Parameters &gradients, Parameters &firstMoment, Parameters &secondMoment,
                  std::int64_t step, double learningRate) const;
};

} // namespace secateur::training
