// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include <benchmark/benchmark.h>

/// OpenMP reads its settings before main() begins, so the program starts itself once more with them: threads of the
/// references that spin between two loops would slow down whatever is measured next to them.
int main(int argc, char **argv)
{
    if (!std::getenv("OMP_WAIT_POLICY")) {
        ::setenv("OMP_WAIT_POLICY", "passive", 1);
        ::execv("/proc/self/exe", argv);
        std::perror("secateur-bench cannot start itself with OMP_WAIT_POLICY=passive");
        return EXIT_FAILURE;
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return EXIT_SUCCESS;
}
