// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/architecture/modelarchive.h"

namespace secateur::test {

/// Builds a GGUF file of float32 tensors, as llama.cpp's converter would lay it out.
class TinyGguf
{
public:
    void integer(const std::string &key, std::uint32_t value);
    void number(const std::string &key, float value);
    void text(const std::string &key, const std::string &value);
    /// `shape` in torch order.
    void tensor(const std::string &name, const std::vector<std::uint64_t> &shape, const std::vector<float> &values);
    std::filesystem::path write(const std::filesystem::path &path) const;

    std::vector<std::string> pairs;

private:
    std::vector<std::string> m_tensors;
    std::string m_data;
};

/// Metadata and tensors of a Llama or Gemma 3 model that is opened from a folder: what converting it gives.
[[nodiscard]] TinyGguf converted(const architecture::ModelArchive &model);

/// A Llama-style q or k matrix in the order of a GGUF file: the rows of each head, its halves interleaved.
[[nodiscard]] std::vector<float> permutedRows(const std::vector<float> &matrix, std::size_t cols, std::size_t headDim);

} // namespace secateur::test
