// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <QtTest/QTest>

#include "core/format/safetensors.h"
#include "tests/support/testsupport.h"

/// The tiny models of tests/data/families and what transformers computes with them (make_families.py).
namespace secateur::test {

/// Test rows with the column "family".
inline void addFamilies()
{
    QTest::addColumn<QString>("family");
    for (const char *family :
         {"llama3", "mistral", "gemma", "gemma2", "gemma3", "qwen2", "qwen2-window", "qwen3", "smollm3", "olmo2",
          "phi3", "phi4-mini", "gpt-neox", "gpt-neox-serial", "opt", "mixtral", "qwen2-moe", "qwen3-moe"})
        QTest::newRow(family) << QString::fromLatin1(family);
}

inline std::filesystem::path familyFolder(const QString &family)
{
    return std::filesystem::path(SECATEUR_SOURCE_DIR) / "tests/data/families" / family.toStdString();
}

inline format::SafetensorsFile openTensors(const std::filesystem::path &path)
{
    auto file = format::SafetensorsFile::open(path);
    if (!file)
        throw std::runtime_error(describe(file.error()));
    return std::move(*file);
}

/// A whole tensor, as it is stored.
template <typename T>
std::vector<T> tensorValues(const format::SafetensorsFile &file, const std::string &name)
{
    const auto *const tensor = file.find(name);
    if (!tensor)
        throw std::runtime_error("no tensor " + name);
    std::vector<T> values(tensor->bytes / sizeof(T));
    if (const auto read = file.read(*tensor, 0, std::as_writable_bytes(std::span(values))); !read)
        throw std::runtime_error(describe(read.error()));
    return values;
}

} // namespace secateur::test
