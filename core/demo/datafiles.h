// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace secateur::demo {

/// How many texts and items the files hold, and from which seeds they are drawn.
struct DataSizes {
    std::uint64_t seed = 2025; ///< of the evaluation items; calibration sets of a domain count on from it
    std::size_t calibrationSets = 3; ///< per domain: "python.jsonl", "python-2.jsonl", "python-3.jsonl"
    std::size_t documents = 192; ///< per calibration set
    std::size_t items = 60; ///< per domain
};

/// The demo's data as file names and contents: "calibration/python.jsonl" ({"text"} per line),
/// "evaluation/python.jsonl" (records of the domain's task), "evaluation/math-demonstrations.txt". The same everywhere.
[[nodiscard]] std::map<std::string, std::string> dataFiles(const DataSizes &sizes = {});

} // namespace secateur::demo
