// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/runcontext.h"

namespace secateur {

/// Incremental SHA-256 (OpenSSL's, which uses the CPU's instructions where there are any).
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256 &&) noexcept;
    Sha256 &operator=(Sha256 &&) noexcept;

    void update(std::span<const std::byte> bytes);
    void update(std::string_view text);

    /// 64 lower-case hexadecimal digits. Ends the digest; a further update is an error of the caller.
    [[nodiscard]] std::string finishHex();

private:
    struct Context;
    std::unique_ptr<Context> m_context;
};

[[nodiscard]] std::string sha256Hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256Hex(std::string_view text);

/// Of a whole regular file, read in 1 MiB pieces; cancellable. NotFound, Io, BadInput (not a regular file).
[[nodiscard]] Result<std::string> sha256File(const std::filesystem::path &path, const RunContext &context);

} // namespace secateur
