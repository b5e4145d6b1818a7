// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include <QtTest/QTest>

#include "core/base/result.h"

namespace secateur::test {

/// The folder of reference models, goldens and data: $SECATEUR_SHARED, or ../shared beside the source tree.
/// Empty when there is none; a test then says SECATEUR_NEEDS_SHARED().
[[nodiscard]] std::filesystem::path sharedFolder();

/// "code: detail", for messages.
[[nodiscard]] std::string describe(const Error &error);

/// A new empty folder, removed with everything in it at the end of the scope.
class TemporaryFolder
{
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

/// Writes a file with these bytes and returns its path.
std::filesystem::path writeFile(const std::filesystem::path &path, std::string_view bytes);

} // namespace secateur::test

/// Fails the test with the error's text unless the Result holds a value. Evaluates its argument once.
#define VERIFY_RESULT(result)                                                                                          \
    do {                                                                                                               \
        const auto &verifiedResult = (result);                                                                         \
        QVERIFY2(verifiedResult.has_value(),                                                                           \
                 verifiedResult ? "" : secateur::test::describe(verifiedResult.error()).c_str());                      \
    } while (false)

/// Fails the test unless the Result is an error of this code. Evaluates its argument once.
#define VERIFY_ERROR(result, expectedCode)                                                                             \
    do {                                                                                                               \
        const auto &verifiedResult = (result);                                                                         \
        QVERIFY2(!verifiedResult.has_value(), "an error was expected, but the call succeeded");                        \
        QVERIFY2(verifiedResult.error().code == (expectedCode),                                                        \
                 secateur::test::describe(verifiedResult.error()).c_str());                                            \
    } while (false)

/// Skips the rest of a test function, saying why, where the reference files are absent (a user's clone).
#define SECATEUR_NEEDS_SHARED()                                                                                        \
    do {                                                                                                               \
        if (secateur::test::sharedFolder().empty())                                                                    \
            QSKIP("needs the reference files of ../shared (or $SECATEUR_SHARED), which are not here");                 \
    } while (false)
