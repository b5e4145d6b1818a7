// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/model/block.h"
#include "core/model/kernels.h"
#include "core/model/rowwise.h"

/// The MLP of a block that is a mixture of experts.
namespace secateur::model {

namespace {

/// The experts of one token: those of the largest shares, and of equals those of the lowest numbers.
void chooseExperts(std::span<float> logits, const architecture::Experts &experts, std::int64_t token,
                   std::vector<ExpertRows> &routes)
{
    softmaxRow(logits);
    std::vector<std::size_t> order(logits.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    const auto chosen = order.begin() + experts.perToken;
    std::partial_sort(order.begin(), chosen, order.end(), [&](std::size_t a, std::size_t b) {
        return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
    });
    float sum = 1.0F;
    if (experts.normalised)
        sum = std::accumulate(order.begin(), chosen, 0.0F, [&](float all, std::size_t e) { return all + logits[e]; });
    std::for_each(order.begin(), chosen, [&](std::size_t expert) {
        routes[expert].rows.push_back(token);
        routes[expert].shares.push_back(logits[expert] / sum);
    });
}

ConstMatrixView gathered(const ConstMatrixView &x, const std::vector<std::int64_t> &rows, std::vector<float> &buffer)
{
    const auto out = BlockScratch::take(buffer, std::int64_t(rows.size()), x.cols);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::copy_n(x.data + rows[i] * x.stride, x.cols, out.data + std::int64_t(i) * out.stride);
    return {out.data, out.rows, out.cols, out.stride};
}

void addShare(const float *x, float share, std::int64_t count, float *sum)
{
    for (std::int64_t i = 0; i < count; ++i)
        sum[i] += share * x[i];
}

} // namespace

/// In float32 and row by row whatever the block's precision, so that which experts a token gets does not depend on the
/// tokens beside it.
void Block::route(const ConstMatrixView &normed, BlockScratch &scratch) const
{
    const std::int64_t count = m_config.experts.count;
    const auto logits = BlockScratch::take(scratch.routing, normed.rows, count);
    multiplyRows(normed, ConstMatrixView{m_weights.router.data(), count, normed.cols, normed.cols}, logits);
    scratch.routes.resize(std::size_t(count));
    for (auto &route : scratch.routes) {
        route.rows.clear();
        route.shares.clear();
    }
    for (std::int64_t row = 0; row < normed.rows; ++row)
        chooseExperts({logits.data + row * count, std::size_t(count)}, m_config.experts, row, scratch.routes);
}

void Block::mixExperts(SequenceGroup &group, const ConstMatrixView &normed, PassKind kind, InputObserver *observer,
                       BlockScratch &scratch) const
{
    const std::int64_t hidden = m_config.hiddenSize;
    route(normed, scratch);
    if (kind == PassKind::Full)
        std::ranges::fill(group.hidden, 0.0F);
    for (std::size_t expert = 0; expert < scratch.routes.size(); ++expert) {
        const auto &route = scratch.routes[expert];
        if (route.rows.empty() || m_stop.stop_requested())
            continue;
        const auto x = gathered(normed, route.rows, scratch.gathered);
        if (observer)
            observer->observeExpert(expert, LinearInput::Mlp, group, route.rows, x);
        const std::size_t first = m_weights.expert(expert);
        const auto inner = innerStates(group, x, first, nullptr, scratch);
        if (observer)
            observer->observeExpert(expert, LinearInput::Down, group, route.rows, inner);
        if (kind == PassKind::StatisticsOnly)
            continue;
        const auto out = BlockScratch::take(scratch.expertOut, x.rows, hidden);
        linears(inner, std::array{Linear{first + 2, out}}, scratch);
        for (std::size_t i = 0; i < route.rows.size(); ++i)
            addShare(out.data + std::int64_t(i) * out.stride, route.shares[i], hidden,
                     group.hidden.data() + route.rows[i] * hidden);
    }
    if (m_config.experts.sharedSize > 0)
        addSharedExpert(group, normed, kind, observer, scratch);
}

void Block::addSharedExpert(SequenceGroup &group, const ConstMatrixView &normed, PassKind kind, InputObserver *observer,
                            BlockScratch &scratch) const
{
    const std::int64_t hidden = m_config.hiddenSize;
    const std::size_t first = m_weights.at(BlockWeights::Gate);
    if (observer)
        observer->observe(LinearInput::Mlp, group, normed);
    const auto inner = innerStates(group, normed, first, nullptr, scratch);
    if (observer)
        observer->observe(LinearInput::Down, group, inner);
    if (kind == PassKind::StatisticsOnly)
        return;
    const auto out = BlockScratch::take(scratch.expertOut, normed.rows, hidden);
    linears(inner, std::array{Linear{first + 2, out}}, scratch);
    const auto logits = BlockScratch::take(scratch.routing, normed.rows, 1);
    multiplyRows(normed, ConstMatrixView{m_weights.sharedExpertGate.data(), 1, normed.cols, normed.cols}, logits);
    for (std::int64_t row = 0; row < normed.rows; ++row)
        addShare(out.data + row * out.stride, 1.0F / (1.0F + std::exp(-logits.data[row])), hidden,
                 group.hidden.data() + row * hidden);
}

} // namespace secateur::model
