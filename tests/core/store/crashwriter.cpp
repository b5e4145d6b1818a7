// SPDX-License-Identifier: GPL-3.0-or-later
// crashwriter STUDY: brings the sample run to its end and prints a line per layer once it is acknowledged. Ends with
// design/cli.md's exit status. tst_store_crash kills it.
#include <cstdio>

#include <sys/syscall.h>
#include <unistd.h>

#include "tests/core/store/samplerun.h"

int main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    const auto acknowledge = [](std::size_t layer) {
        // Not by write(): the test counts those.
        const char line[2] = {char('0' + layer), '\n'};
        ::syscall(SYS_write, STDOUT_FILENO, line, sizeof line);
    };
    const auto manifest = secateur::test::completeRun(arguments[1], "python", acknowledge);
    if (manifest)
        return 0;
    std::fprintf(stderr, "%s\n", manifest.error().detail.c_str());
    return secateur::exitStatus(manifest.error().code);
}
