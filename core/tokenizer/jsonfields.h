// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace secateur::tokenizer::fields {

/// The member of a JSON object; a null value when it is absent or `object` is none.
[[nodiscard]] const nlohmann::json &member(const nlohmann::json &object, const char *name);

/// Typed members. Absent or null gives the default; another type is BadInput naming the member.
[[nodiscard]] Result<bool> boolean(const nlohmann::json &object, const char *name, bool defaultValue);
[[nodiscard]] Result<std::optional<std::string>> optionalText(const nlohmann::json &object, const char *name);
/// The value as an integer of [0, limit), written without fraction or exponent; empty for anything else.
[[nodiscard]] std::optional<std::int64_t> index(const nlohmann::json &value, std::int64_t limit);
/// The member as such; BadInput when it is absent or something else.
[[nodiscard]] Result<std::int64_t> integer(const nlohmann::json &object, const char *name, std::int64_t limit);
/// BadInput when absent.
[[nodiscard]] Result<std::string> text(const nlohmann::json &object, const char *name);

/// The "type" of a component; empty when it has none.
[[nodiscard]] std::string type(const nlohmann::json &component);

/// The list of a Sequence, called "normalizers", "pretokenizers", …; any other component stands for itself.
/// BadInput for a Sequence without the list, with over 64 entries, or one in another's depth beyond 8.
[[nodiscard]] Result<std::vector<nlohmann::json>> flattened(const nlohmann::json &component, const char *listName);

/// The pattern of a Split or Replace: {"String": …} or {"Regex": …}.
struct Pattern {
    bool isRegex = false;
    std::string text;
};
[[nodiscard]] Result<Pattern> pattern(const nlohmann::json &component);

} // namespace secateur::tokenizer::fields
