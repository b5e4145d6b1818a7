// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace secateur::test {

/// One input of the corpus of design/safety.md B.7. Whatever reads it must refuse it with exit status 3 within a second
/// and 64 MiB, or, where mustLoad is set, must accept it.
struct MalformedCase {
    std::string name; ///< begins with the number of B.7: "22 shape 1e3"
    /// Writes the file, or for a folder case the folder with its files, at a path that does not exist yet.
    std::function<void(const std::filesystem::path &)> write;
    bool mustLoad = false;
    std::string says; ///< a part of the error's detail: the refusal must be for the right reason
};

/// A case whose file has these bytes.
[[nodiscard]] MalformedCase malformedBytes(std::string name, std::string bytes, std::string says);
/// A case whose file has these bytes and is accepted.
[[nodiscard]] MalformedCase soundBytes(std::string name, std::string bytes);

/// The bytes of a number, least significant first.
template <typename T>
[[nodiscard]] std::string littleEndian(T value)
{
    return std::string(reinterpret_cast<const char *>(&value), sizeof(T));
}

} // namespace secateur::test
