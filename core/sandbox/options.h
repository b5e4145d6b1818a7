// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace secateur::sandbox {

/// Of one program. What the kernel enforces is set inside the box (prlimit); the rest is the runner's.
struct Limits {
    std::chrono::milliseconds compile{20'000}; ///< compiling, by the clock and by the processor
    std::uint64_t memory = 1ULL << 30; ///< bytes of all its processes and files together, looked at every 50 ms
    std::uint64_t addressSpace = 4ULL << 30; ///< bytes of one process
    std::uint64_t fileSize = 64ULL << 20; ///< bytes of one file
    std::uint64_t workFolder = 128ULL << 20; ///< bytes of all its files
    std::uint64_t output = 64ULL << 10; ///< bytes of standard output, and of standard error
    int processes = 64; ///< and threads
    int openFiles = 128;
};

/// The programs of the host that a box uses, each below /usr, which is what a box sees of the host.
struct Tools {
    std::string python = "/usr/bin/python3";
    std::string javac = "/usr/bin/javac";
    std::string java = "/usr/bin/java";
    std::string cxx = "/usr/bin/g++";
    std::string node = "/usr/bin/node";
};

struct Options {
    std::filesystem::path bwrap = "/usr/bin/bwrap";
    Tools tools;
    Limits limits;
    int parallel = 0; ///< programs at a time; 0: as many as there are physical cores
    std::filesystem::path scratch; ///< where sources are handed over; empty: the system's folder for temporary files
};

} // namespace secateur::sandbox
