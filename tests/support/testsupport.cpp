// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testsupport.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace secateur::test {

std::filesystem::path sharedFolder()
{
    const char *const named = std::getenv("SECATEUR_SHARED");
    const std::filesystem::path folder =
        named ? std::filesystem::path(named) : std::filesystem::path(SECATEUR_SOURCE_DIR).parent_path() / "shared";
    return std::filesystem::is_directory(folder / "goldens") ? folder : std::filesystem::path();
}

std::string describe(const Error &error)
{
    return std::string(errorCodeName(error.code)) + ": " + error.detail;
}

TemporaryFolder::TemporaryFolder()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "secateur-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        throw std::runtime_error("cannot make a temporary folder");
    m_path = pattern;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

std::filesystem::path writeFile(const std::filesystem::path &path, std::string_view bytes)
{
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), std::streamsize(bytes.size()));
    if (!file)
        throw std::runtime_error("cannot write " + path.string());
    return path;
}

} // namespace secateur::test
