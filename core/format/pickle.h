// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace secateur::format {

/// Whether a file that starts with these bytes (16 are enough) is a pickle or a ZIP archive, as torch.save writes
/// them, and not a safetensors header whose length happens to look like one.
[[nodiscard]] bool looksLikePickle(std::span<const std::byte> start);

/// Whether a file is called like one: .bin, .pt, .pth, .ckpt, .pkl.
[[nodiscard]] bool isNamedLikePickle(const std::filesystem::path &path);

/// Why pickles are refused (loading one runs the program inside it; design/safety.md B.5), and how to convert the model
/// in `folder` to safetensors.
[[nodiscard]] std::string pickleAdvice(const std::filesystem::path &folder);

} // namespace secateur::format
