// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/workerline.h"

#include <cmath>
#include <string_view>

#include "core/base/json.h"

namespace secateur::app {
namespace {

using nlohmann::json;

QString stringAt(const json &object, const char *key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? QString::fromStdString(found->get<std::string>()) : QString();
}

std::uint64_t countAt(const json &object, const char *key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::optional<double> numberAt(const json &object, const char *key)
{
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number())
        return std::nullopt;
    const auto value = found->get<double>();
    return std::isfinite(value) && value >= 0.0 ? std::optional(value) : std::nullopt;
}

WorkerProgress progressFrom(const json &object)
{
    WorkerProgress progress;
    progress.stage = stringAt(object, "stage");
    progress.done = countAt(object, "done");
    progress.total = countAt(object, "total");
    progress.unit = stringAt(object, "unit");
    progress.elapsed = numberAt(object, "elapsed").value_or(0.0);
    progress.remaining = numberAt(object, "eta");
    progress.tokensPerSecond = numberAt(object, "tokens_per_second");
    return progress;
}

} // namespace

WorkerLine parseWorkerLine(const QByteArray &line)
{
    constexpr JsonLimits limits = {8, 1000};
    const auto parsed = parseJson(std::string_view(line.constData(), std::size_t(line.size())), "worker", limits);
    if (!parsed || !parsed->is_object())
        return WorkerText{QString::fromUtf8(line)};
    if (parsed->contains("stage"))
        return progressFrom(*parsed);
    if (parsed->contains("notice"))
        return WorkerNotice{stringAt(*parsed, "notice")};
    if (parsed->contains("step"))
        return WorkerStep{stringAt(*parsed, "step")};
    if (const auto error = parsed->find("error"); error != parsed->end() && error->is_object())
        return WorkerError{stringAt(*error, "code"), stringAt(*error, "detail")};
    if (const auto run = parsed->find("run"); run != parsed->end() && run->is_string() && parsed->contains("text"))
        return WorkerPiece{stringAt(*parsed, "run"), stringAt(*parsed, "text")};
    return WorkerText{QString::fromUtf8(line)};
}

} // namespace secateur::app
