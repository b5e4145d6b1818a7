// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/chatparser.h"

#include "core/chat/chattemplate.h"

namespace secateur::test {

bool renderAsChatTemplate(std::span<const std::byte> bytes)
{
    std::string source(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    const auto parsed =
        chat::ChatTemplate::parse(std::move(source), "fuzz", {{"bos_token", "<s>"}, {"eos_token", "</s>"}});
    if (!parsed)
        return false;
    const nlohmann::ordered_json messages = {{{"role", "user"}, {"content", " Hi\n\u00e9"}},
                                             {{"role", "assistant"}, {"content", nullptr}, {"n", 2}}};
    return (*parsed)->render(messages, {true, std::tm{}}).has_value();
}

} // namespace secateur::test
