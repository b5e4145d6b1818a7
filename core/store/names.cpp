// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/names.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>

#include <nlohmann/json.hpp>

namespace secateur::store {

namespace {

bool isPlain(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isUtf8(const std::string &text)
{
    using nlohmann::json;
    // The writer replaces what is not UTF-8, so only valid text comes back as it went.
    return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace)) == text;
}

std::string numbered(LayerIndex layer, const char *suffix)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "layer-%04u%s", layer.value, suffix);
    return text.data();
}

} // namespace

Result<void> checkRunName(const std::string &name)
{
    const auto refuse = [&name](const std::string &why) -> Result<void> {
        return failure(ErrorCode::InvalidArgument, "run name \"" + name + "\" " + why + ": choose another");
    };
    if (name.empty() || name.size() > 128)
        return refuse("should have 1 to 128 characters");
    if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }) || !isUtf8(name))
        return refuse("has characters that cannot be printed");
    if (name.find('/') != std::string::npos)
        return refuse("has a '/'");
    if (name.front() == '.')
        return refuse("starts with a '.'");
    if (name.front() == ' ' || name.back() == ' ')
        return refuse("starts or ends with a blank");
    return {};
}

bool isSublayerName(const std::string &name)
{
    const auto allowed = [](unsigned char c) { return isPlain(c) || c == '.' || c == '_' || c == '-'; };
    return !name.empty() && name.size() <= 128 && isPlain(static_cast<unsigned char>(name.front()))
        && std::all_of(name.begin(), name.end(), allowed);
}

std::string newRunId()
{
    const auto now = std::chrono::system_clock::now();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
    std::tm parts = {};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> date{};
    std::strftime(date.data(), date.size(), "%Y%m%dT%H%M%S", &parts);
    std::array<char, 64> id{};
    std::snprintf(id.data(), id.size(), "%s%03dZ-%08x", date.data(), int(milliseconds), std::random_device()());
    return id.data();
}

bool isRunId(const std::string &id)
{
    return !id.empty() && id.size() <= 64
        && std::all_of(id.begin(), id.end(), [](unsigned char c) { return isPlain(c) || c == '-'; });
}

std::string layerFileName(LayerIndex layer)
{
    return numbered(layer, ".h5");
}

std::string layerReceiptName(LayerIndex layer)
{
    return numbered(layer, ".json");
}

} // namespace secateur::store
