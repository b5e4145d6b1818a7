// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

/// How long this process spent in matrix products: of linears, of attention, and of the head over the vocabulary.
namespace secateur::model {

/// Counts from its making to its end. Every product makes one on the thread that computes it; they do not nest.
class ProductTimer
{
public:
    ProductTimer() : m_start(std::chrono::steady_clock::now()) { }
    ~ProductTimer();
    ProductTimer(const ProductTimer &) = delete;
    ProductTimer &operator=(const ProductTimer &) = delete;

private:
    std::chrono::steady_clock::time_point m_start;
};

/// Summed over all threads, since the process started: the difference of two calls is what work in between took.
[[nodiscard]] double productSeconds();

} // namespace secateur::model
