// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/adamw.h"

#include <cmath>

namespace secateur::training {

namespace {

double normOf(Parameters &gradients)
{
    double squares = 0.0;
    for (const auto &tensor : gradients.tensors()) {
        // Partial sums in float are short enough to keep their digits.
        constexpr std::size_t piece = 1024;
        const auto &values = *tensor.values;
        for (std::size_t first = 0; first < values.size(); first += piece) {
            float sum = 0.0F;
            for (std::size_t i = first; i < std::min(values.size(), first + piece); ++i)
                sum += values[i] * values[i];
            squares += double(sum);
        }
    }
    return std::sqrt(squares);
}

bool decays(const Parameters::Tensor &tensor)
{
    return tensor.shape.size() == 2 && tensor.name.find(".layers.") != std::string::npos;
}

} // namespace

double AdamW::update(Parameters &parameters, Parameters &gradients, Parameters &firstMoment, Parameters &secondMoment,
                     std::int64_t step, double learningRate) const
{
    const double norm = normOf(gradients);
    const auto scale = float(norm > clip ? clip / norm : 1.0);
    const auto b1 = float(beta1);
    const auto b2 = float(beta2);
    const auto rate = float(learningRate / (1.0 - std::pow(beta1, double(step))));
    const auto correction = float(1.0 / (1.0 - std::pow(beta2, double(step))));
    const auto small = float(epsilon);
    const auto all = parameters.tensors();
    const auto slopes = gradients.tensors();
    const auto firsts = firstMoment.tensors();
    const auto seconds = secondMoment.tensors();
    for (std::size_t t = 0; t < all.size(); ++t) {
        const auto keep = float(1.0 - (decays(all[t]) ? learningRate * weightDecay : 0.0));
        float *const w = all[t].values->data();
        const float *const g = slopes[t].values->data();
        float *const m = firsts[t].values->data();
        float *const v = seconds[t].values->data();
        for (std::size_t i = 0; i < all[t].values->size(); ++i) {
            const float slope = g[i] * scale;
            m[i] = b1 * m[i] + (1.0F - b1) * slope;
            v[i] = b2 * v[i] + (1.0F - b2) * slope * slope;
            w[i] = w[i] * keep - rate * m[i] / (std::sqrt(v[i] * correction) + small);
        }
    }
    return norm;
}

} // namespace secateur::training
