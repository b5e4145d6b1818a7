// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/calibration.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/base/sha256.h"

namespace secateur::data {

namespace {

void updateInt32(Sha256 &hash, std::int32_t value)
{
    const auto bits = std::uint32_t(value);
    const std::array<std::byte, 4> bytes = {std::byte(bits), std::byte(bits >> 8), std::byte(bits >> 16),
                                            std::byte(bits >> 24)};
    hash.update(bytes);
}

} // namespace

std::string filterNotice(const Provenance::File &file)
{
    return file.name + ": the filter took " + std::to_string(file.filtered) + " of " + std::to_string(file.records)
        + " records";
}

std::optional<FilterOutcome> filterOutcome(const Provenance &provenance)
{
    if (provenance.files.empty() || provenance.files.front().filter.empty())
        return std::nullopt;
    FilterOutcome outcome{provenance.files.front().filter};
    for (const auto &file : provenance.files) {
        outcome.records += file.records;
        outcome.taken += file.filtered;
    }
    return outcome;
}

std::uint64_t CalibrationSet::tokens() const
{
    std::uint64_t total = 0;
    for (const auto &sequence : sequences)
        total += sequence.size();
    return total;
}

std::size_t CalibrationSet::longest() const
{
    std::size_t most = 0;
    for (const auto &sequence : sequences)
        most = std::max(most, sequence.size());
    return most;
}

std::string CalibrationSet::fingerprint() const
{
    Sha256 hash;
    for (const auto &sequence : sequences) {
        updateInt32(hash, std::int32_t(sequence.size()));
        for (const auto id : sequence)
            updateInt32(hash, id);
    }
    return hash.finishHex();
}

} // namespace secateur::data
