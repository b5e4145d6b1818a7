// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Hot loops are written once as a forced-inline body in plain C++ and compiled for the instruction sets below; the
/// running CPU picks one. Chosen by hand rather than with target_clones: its resolvers run before the sanitizers are
/// ready, and it does not know every feature that matters here. On other architectures only the plain version exists.
#if defined(__x86_64__) && defined(__GNUC__)
#define SECATEUR_HAS_CPU_LEVELS 1
#define SECATEUR_TARGET_AVX2 __attribute__((target("avx2,popcnt")))
#define SECATEUR_TARGET_AVX512                                                                                         \
    __attribute__((target("avx2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,prefer-vector-width=512")))
#endif
#define SECATEUR_FORCE_INLINE inline __attribute__((always_inline))

namespace secateur::mask {

enum class CpuLevel {
    Baseline, ///< what the compiler was told to assume (SSE2 on x86-64)
    Avx2, ///< with POPCNT
    Avx512, ///< F, BW, DQ, VL and VPOPCNTDQ (Ice Lake, Zen 4 and later)
};

/// The best level of the CPU that runs this.
[[nodiscard]] CpuLevel cpuLevel();

} // namespace secateur::mask
