// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/graph.h"

#include <algorithm>
#include <span>

#include <torch/torch.h>

#include "core/base/parallel.h"
#include "core/model/block.h"
#include "core/model/gemm.h"
#include "core/model/kernels.h"
#include "core/training/gradients.h"

namespace secateur::training {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

std::span<float> values(const torch::Tensor &tensor)
{
    return {tensor.data_ptr<float>(), std::size_t(tensor.numel())};
}

model::ConstMatrixView matrix(const torch::Tensor &tensor)
{
    return {tensor.data_ptr<float>(), tensor.size(0), tensor.size(1), tensor.size(1)};
}

/// One block in one pass: what autograd's operation refers to. Lives until the backward pass is over.
struct BlockCall {
    const architecture::ModelConfig &config;
    LayerIndex layer;
    const model::BlockWeights &weights;
    const model::RopeTable &rope;
    const std::vector<std::int64_t> &lengths;
    model::BlockScratch &scratch;
    BlockTape tape;
};

torch::Tensor runBlock(BlockCall &call, const torch::Tensor &hidden)
{
    torch::Tensor out = hidden.detach().clone();
    model::SequenceGroup group{.firstSequence = 0, .lengths = call.lengths, .hidden = values(out)};
    const model::Block block(call.config, call.layer, call.weights, call.rope, model::Precision::Float32, {});
    const auto input = values(hidden);
    call.tape.input.assign(input.begin(), input.end());
    block.forward(group, model::PassKind::Full, &call.tape, call.scratch);
    call.tape.take(call.scratch);
    return out;
}

model::BlockWeights zeroLike(const model::BlockWeights &weights)
{
    model::BlockWeights zero = weights;
    for (auto &linear : zero.linears)
        std::ranges::fill(linear.values, 0.0F);
    std::ranges::fill(zero.inputNorm, 0.0F);
    std::ranges::fill(zero.postAttentionNorm, 0.0F);
    return zero;
}

torch::Tensor tensorOf(const std::vector<float> &all, at::IntArrayRef shape)
{
    return torch::from_blob(const_cast<float *>(all.data()), shape).clone();
}

/// The engine's block. Its weights come in the order of Parameters::tensors(), one by one, because libtorch's custom
/// functions track no lists.
struct BlockOperation : torch::autograd::Function<BlockOperation> {
    static torch::Tensor forward(AutogradContext *context, const torch::Tensor &hidden, const torch::Tensor &,
                                 const torch::Tensor &, const torch::Tensor &, const torch::Tensor &,
                                 const torch::Tensor &, const torch::Tensor &, const torch::Tensor &,
                                 const torch::Tensor &, const torch::Tensor &, std::int64_t call)
    {
        context->saved_data["call"] = call;
        return runBlock(*reinterpret_cast<BlockCall *>(call), hidden);
    }

    static variable_list backward(AutogradContext *context, variable_list outputs)
    {
        auto &call = *reinterpret_cast<BlockCall *>(context->saved_data["call"].toInt());
        torch::Tensor gradient = outputs[0].contiguous().clone();
        model::BlockWeights d = zeroLike(call.weights);
        blockBackward(call.config, call.weights, call.rope, call.lengths, call.tape, values(gradient), d);
        variable_list all = {gradient};
        for (const auto &linear : d.linears)
            all.push_back(tensorOf(linear.values, {linear.sublayer.rows, linear.sublayer.cols}));
        all.push_back(tensorOf(d.inputNorm, {std::int64_t(d.inputNorm.size())}));
        all.push_back(tensorOf(d.postAttentionNorm, {std::int64_t(d.postAttentionNorm.size())}));
        all.emplace_back();
        return all;
    }
};

struct NormOperation : torch::autograd::Function<NormOperation> {
    static torch::Tensor forward(AutogradContext *context, const torch::Tensor &x, const torch::Tensor &weight,
                                 double epsilon)
    {
        context->save_for_backward({x, weight});
        context->saved_data["epsilon"] = epsilon;
        torch::Tensor out = torch::empty_like(x);
        model::rmsNorm(values(x).data(), x.size(0), x.size(1), values(weight).data(), epsilon, 0.0, values(out).data());
        return out;
    }

    static variable_list backward(AutogradContext *context, variable_list outputs)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor gradient = outputs[0].contiguous();
        torch::Tensor dx = torch::zeros_like(saved[0]);
        torch::Tensor dWeight = torch::zeros_like(saved[1]);
        rmsNormBackward(values(saved[0]).data(), dx.size(0), dx.size(1), values(saved[1]).data(),
                        context->saved_data["epsilon"].toDouble(), values(gradient).data(), values(dx).data(),
                        values(dWeight).data());
        return {dx, dWeight, torch::Tensor()};
    }
};

/// Output head and cross-entropy together, so that the logits of all tokens never exist at once. A sum over tokens.
struct HeadOperation : torch::autograd::Function<HeadOperation> {
    static torch::Tensor forward(AutogradContext *context, const torch::Tensor &hidden, const torch::Tensor &head,
                                 const torch::Tensor &targets, const torch::Tensor &weights)
    {
        const std::span<const TokenId> wanted(targets.data_ptr<TokenId>(), std::size_t(targets.numel()));
        torch::Tensor dHidden = torch::empty_like(hidden);
        torch::Tensor dHead = torch::zeros_like(head);
        const bool backwards = hidden.requires_grad() || head.requires_grad();
        const double loss =
            headLoss(matrix(hidden), matrix(head), wanted, values(weights),
                     backwards ? values(dHidden) : std::span<float>(), backwards ? values(dHead) : std::span<float>());
        context->save_for_backward({dHidden, dHead});
        return torch::full({}, loss, torch::kFloat64);
    }

    static variable_list backward(AutogradContext *context, variable_list outputs)
    {
        const auto saved = context->get_saved_variables();
        const auto scale = float(outputs[0].item<double>());
        return {saved[0] * scale, saved[1] * scale, torch::Tensor(), torch::Tensor()};
    }
};

/// The parameters as leaves of a graph, sharing their memory.
variable_list leavesOf(Parameters &parameters, bool gradients)
{
    variable_list leaves;
    for (const auto &tensor : parameters.tensors()) {
        const std::vector<std::int64_t> shape(tensor.shape.begin(), tensor.shape.end());
        leaves.push_back(torch::from_blob(tensor.values->data(), shape).requires_grad_(gradients));
    }
    return leaves;
}

} // namespace

/// One group of windows: its tokens as tensors and the calls of its blocks.
struct Graph::Operations {
    Operations(Graph &owner, std::span<const Window> windows, bool gradients) : graph(owner)
    {
        for (const auto &window : windows) {
            const auto &tokens = window.tokens;
            lengths.push_back(std::int64_t(tokens.size()) - 1);
            ids.insert(ids.end(), tokens.begin(), tokens.end() - 1);
            targets.insert(targets.end(), tokens.begin() + 1, tokens.end());
            if (window.weights.empty())
                weights.resize(targets.size(), 1.0F);
            else
                weights.insert(weights.end(), window.weights.begin() + 1, window.weights.end());
        }
        leaves = leavesOf(owner.m_parameters, gradients);
    }

    /// After the final norm: [tokens, hidden].
    torch::Tensor hidden()
    {
        constexpr std::size_t perBlock = 9;
        const auto &config = graph.m_parameters.config;
        const auto index = torch::from_blob(ids.data(), {std::int64_t(ids.size())}, torch::kInt32).to(torch::kInt64);
        torch::Tensor x = torch::embedding(leaves[0], index);
        for (std::size_t layer = 0; layer < graph.m_parameters.blocks.size(); ++layer) {
            calls.push_back(std::make_unique<BlockCall>(BlockCall{config,
                                                                  {std::uint32_t(layer)},
                                                                  graph.m_parameters.blocks[layer],
                                                                  graph.m_ropes.layer(layer),
                                                                  lengths,
                                                                  scratch,
                                                                  {}}));
            const auto *w = &leaves[1 + layer * perBlock];
            x = BlockOperation::apply(x, w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8],
                                      reinterpret_cast<std::int64_t>(calls.back().get()));
        }
        return NormOperation::apply(x, leaves.back(), config.normEpsilon);
    }

    torch::Tensor lossSum()
    {
        const auto wanted = torch::from_blob(targets.data(), {std::int64_t(targets.size())}, torch::kInt32);
        const auto counted = torch::from_blob(weights.data(), {std::int64_t(weights.size())}, torch::kFloat32);
        return HeadOperation::apply(hidden(), leaves[0], wanted, counted);
    }

    Graph &graph;
    std::vector<std::int64_t> lengths;
    std::vector<TokenId> ids;
    std::vector<TokenId> targets;
    std::vector<float> weights;
    variable_list leaves;
    model::BlockScratch scratch;
    std::vector<std::unique_ptr<BlockCall>> calls;
};

Graph::Graph(Parameters &parameters, std::int64_t positions)
    : m_parameters(parameters), m_ropes(parameters.config, positions)
{
}

Graph::~Graph() = default;

namespace {

std::size_t groupsOf(const std::vector<Window> &windows)
{
    return (windows.size() + Graph::groupSize - 1) / Graph::groupSize;
}

std::span<const Window> groupAt(const std::vector<Window> &windows, std::size_t index)
{
    const std::size_t first = index * Graph::groupSize;
    return std::span(windows).subspan(first, std::min(Graph::groupSize, windows.size() - first));
}

/// Predicted tokens by their weights.
double totalWeight(const std::vector<Window> &windows)
{
    double total = 0.0;
    for (const auto &window : windows)
        if (window.weights.empty())
            total += double(window.tokens.size()) - 1.0;
        else
            for (std::size_t i = 1; i < window.weights.size(); ++i)
                total += double(window.weights[i]);
    return total;
}

} // namespace

double Graph::loss(const std::vector<Window> &windows, int threads)
{
    std::vector<double> sums(groupsOf(windows));
    parallelFor(sums.size(), threads, [&](std::size_t index) {
        model::prepareComputeThread();
        const torch::NoGradGuard none;
        Operations operations(*this, groupAt(windows, index), false);
        sums[index] = operations.lossSum().item<double>();
    });
    double sum = 0.0;
    for (const double one : sums)
        sum += one;
    return sum / totalWeight(windows);
}

double Graph::lossAndGradients(const std::vector<Window> &windows, int threads, Parameters &gradients)
{
    const double tokens = totalWeight(windows);
    std::vector<double> sums(groupsOf(windows));
    std::vector<variable_list> found(sums.size());
    parallelFor(sums.size(), threads, [&](std::size_t index) {
        model::prepareComputeThread();
        const torch::AutoGradMode enabled(true);
        Operations operations(*this, groupAt(windows, index), true);
        const torch::Tensor sum = operations.lossSum();
        sums[index] = sum.item<double>();
        found[index] = torch::autograd::grad({sum / tokens}, operations.leaves);
    });
    double sum = 0.0;
    for (const double one : sums)
        sum += one;
    const auto all = gradients.tensors();
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::ranges::fill(*all[i].values, 0.0F);
        for (const auto &group : found)
            model::addInto(all[i].values->data(), group[i].contiguous().data_ptr<float>(),
                           std::int64_t(all[i].values->size()));
    }
    return sum / tokens;
}

std::vector<float> Graph::logits(const std::vector<Window> &windows)
{
    model::prepareComputeThread();
    const torch::NoGradGuard none;
    Operations operations(*this, windows, false);
    const torch::Tensor hidden = operations.hidden();
    const auto vocabulary = m_parameters.config.vocabSize;
    std::vector<float> out(std::size_t(hidden.size(0) * vocabulary));
    model::multiplyTransposed(matrix(hidden), matrix(operations.leaves[0]),
                              {out.data(), hidden.size(0), vocabulary, vocabulary}, 1.0F);
    return out;
}

} // namespace secateur::training
