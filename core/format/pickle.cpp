// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/pickle.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace secateur::format {

bool looksLikePickle(std::span<const std::byte> start)
{
    if (start.size() < 4)
        return false;
    const bool isZip = std::memcmp(start.data(), "PK\x03\x04", 4) == 0;
    const auto protocol = std::to_integer<unsigned>(start[1]);
    const bool isPickle = start[0] == std::byte(0x80) && protocol >= 2 && protocol <= 5;
    if (!isZip && !isPickle)
        return false;
    // These may also be the low bytes of a header's length; then JSON follows it.
    constexpr std::string_view jsonStarts = "{ \t\r\n";
    return start.size() < 9 || jsonStarts.find(char(start[8])) == std::string_view::npos;
}

bool isNamedLikePickle(const std::filesystem::path &path)
{
    constexpr std::array<std::string_view, 5> suffixes = {".bin", ".pt", ".pth", ".ckpt", ".pkl"};
    return std::find(suffixes.begin(), suffixes.end(), path.extension().string()) != suffixes.end();
}

std::string pickleAdvice(const std::filesystem::path &folder)
{
    const std::string from = folder.empty() ? "." : folder.string();
    return "is a Python pickle (the .bin, .pt and .ckpt files of torch.save). Loading one runs the program it "
           "contains, "
           "so it is not read. Look for the model's safetensors files; or, if you trust its author, convert it: "
           "python3 -c \"from transformers import AutoModelForCausalLM as M; M.from_pretrained('"
        + from + "').save_pretrained('" + from + "-safetensors', safe_serialization=True)\"";
}

} // namespace secateur::format
