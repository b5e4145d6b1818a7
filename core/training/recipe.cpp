// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/recipe.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/file.h"
#include "core/base/json.h"

namespace secateur::training {

using nlohmann::json;

namespace {

/// Takes a number that is there; anything else in its place is an error.
class Fields
{
public:
    Fields(json value, std::string origin) : m_value(std::move(value)), m_origin(std::move(origin)) { }

    template <typename T>
    Result<void> read(const char *name, T &target) const
    {
        const auto found = m_value.find(name);
        if (found == m_value.end() || !found->is_number() || found->template get<double>() < 0.0)
            return failure(ErrorCode::BadInput, m_origin + ": \"" + name + "\" is missing or no number");
        target = found->template get<T>();
        return {};
    }

private:
    json m_value;
    std::string m_origin;
};

Result<std::vector<Recipe::Phase>> readPhases(const json &list, const std::string &origin)
{
    std::vector<Recipe::Phase> phases;
    for (const auto &value : list) {
        const std::string name = origin + ", phase " + std::to_string(phases.size());
        const Fields fields(value, name);
        const Fields mixture(value.value("mixture", json::object()), name);
        Recipe::Phase phase;
        SECATEUR_CHECK(fields.read("from_step", phase.fromStep));
        SECATEUR_CHECK(fields.read("asked_weight", phase.blend.askedWeight));
        for (const auto domain : demo::allDomains())
            SECATEUR_CHECK(mixture.read(demo::domainName(domain).c_str(), phase.blend.mixture[std::size_t(domain)]));
        SECATEUR_CHECK(mixture.read("exercises", phase.blend.mixture.back()));
        const auto &parts = phase.blend.mixture;
        if (std::accumulate(parts.begin(), parts.end(), 0) == 0)
            return failure(ErrorCode::BadInput, name + ": its mixture is empty");
        if (phases.empty() ? phase.fromStep != 0 : phase.fromStep <= phases.back().fromStep)
            return failure(ErrorCode::BadInput, name + ": phases begin with step 0 and follow each other");
        phases.push_back(phase);
    }
    if (phases.empty())
        return failure(ErrorCode::BadInput, origin + ": has no \"phases\"");
    return phases;
}

} // namespace

const Blend &Recipe::blendAfter(std::int64_t stepsDone) const
{
    std::size_t at = 0;
    while (at + 1 < phases.size() && phases[at + 1].fromStep <= stepsDone)
        ++at;
    return phases[at].blend;
}

double Recipe::rateAt(std::int64_t step) const
{
    if (step <= warmUp)
        return learningRate * double(step) / double(warmUp);
    const std::int64_t left = steps - step;
    if (decay == 0 || left >= decay)
        return learningRate;
    const double done = 1.0 - double(std::max<std::int64_t>(left, 0)) / double(decay);
    return learningRate * (finalRate + (1.0 - finalRate) * 0.5 * (1.0 + std::cos(std::numbers::pi * done)));
}

Result<Recipe> readRecipe(const std::filesystem::path &file)
{
    SECATEUR_TRY(text, readTextFile(file, 1U << 20));
    SECATEUR_TRY(value, parseJson(text, file.string()));
    const Fields fields(value, file.string());
    Recipe recipe;
    SECATEUR_CHECK(fields.read("seed", recipe.seed));
    SECATEUR_CHECK(fields.read("steps", recipe.steps));
    SECATEUR_CHECK(fields.read("warm_up_steps", recipe.warmUp));
    SECATEUR_CHECK(fields.read("decay_steps", recipe.decay));
    SECATEUR_CHECK(fields.read("learning_rate", recipe.learningRate));
    SECATEUR_CHECK(fields.read("final_rate", recipe.finalRate));
    SECATEUR_CHECK(fields.read("windows_per_step", recipe.batch));
    SECATEUR_CHECK(fields.read("tokens_per_window", recipe.window));
    SECATEUR_CHECK(fields.read("weight_decay", recipe.optimiser.weightDecay));
    SECATEUR_CHECK(fields.read("clip", recipe.optimiser.clip));
    SECATEUR_TRY(phases, readPhases(value.value("phases", json()), file.string()));
    recipe.phases = std::move(phases);
    if (recipe.batch == 0 || recipe.window == 0)
        return failure(ErrorCode::BadInput, file.string() + ": a batch or a window is empty");
    return recipe;
}

} // namespace secateur::training
