// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <fstream>

#include "core/base/system.h"
#include "tests/support/malformed.h"
#include "tests/support/sanitizers.h"
#include "tests/support/testsupport.h"

namespace secateur::test {

/// Sets the process's peak of resident memory back to what is resident now (proc(5), clear_refs).
inline void resetPeakMemory()
{
    std::ofstream("/proc/self/clear_refs") << "5";
}

/// Of this process, so that what else the machine does fails no test.
inline double processorSeconds()
{
    return double(std::clock()) / CLOCKS_PER_SEC;
}

/// Writes the case into a new folder, opens it with `open` (path -> Result) and checks what MalformedCase promises:
/// the refusal and its reason, within one second and 64 MiB, or the acceptance. Fails the running test otherwise.
template <typename Open>
void checkCase(const MalformedCase &malformed, const std::string &fileName, Open open)
{
    const TemporaryFolder folder;
    const auto path = folder.path() / fileName;
    malformed.write(path);

    resetPeakMemory();
    const std::uint64_t before = peakResidentBytes();
    const double start = processorSeconds();
    const auto opened = open(path);
    const double elapsed = processorSeconds() - start;
    // The kernel counts pages in batches, so the peak may be told lower than it was a moment ago.
    const std::uint64_t grown = std::max(peakResidentBytes(), before) - before;

    QVERIFY2(elapsed < 1.0 * sanitizerFactor, "took longer than a second");
    QVERIFY2(grown < (std::uint64_t(64) << 20) * sanitizerFactor, ("took " + bytesText(grown) + " of memory").c_str());
    if (malformed.mustLoad) {
        VERIFY_RESULT(opened);
        return;
    }
    QVERIFY2(!opened, "was accepted");
    const std::string text = describe(opened.error());
    QVERIFY2(exitStatus(opened.error().code) == 3, text.c_str());
    QVERIFY2(opened.error().detail.find(malformed.says) != std::string::npos, text.c_str());
    QVERIFY2(opened.error().detail.find(folder.path().string()) != std::string::npos, text.c_str());
}

} // namespace secateur::test
