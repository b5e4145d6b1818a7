// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/producttime.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace secateur::model {

namespace {

/// Threads count in places of their own as long as there are enough, so that none waits for another's cache line.
struct alignas(64) Place {
    std::atomic<std::uint64_t> nanoseconds = 0;
};
std::array<Place, 64> places;
std::atomic<std::size_t> threads = 0;

Place &placeOfThread()
{
    thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return places[number % places.size()];
}

} // namespace

ProductTimer::~ProductTimer()
{
    const auto spent = std::chrono::steady_clock::now() - m_start;
    placeOfThread().nanoseconds.fetch_add(
        std::uint64_t(std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count()), std::memory_order_relaxed);
}

double productSeconds()
{
    std::uint64_t sum = 0;
    for (const Place &place : places)
        sum += place.nanoseconds.load(std::memory_order_relaxed);
    return double(sum) * 1e-9;
}

} // namespace secateur::model
