// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/logitswriter.h"

#include <algorithm>
#include <span>

#include "core/model/kernels.h"

namespace secateur::model {

namespace {

/// A row of logits of a large vocabulary is half a megabyte; the more rows at a time, the less often the head is read.
std::int64_t rowsAtOnce(const LogitsWriter::Shape &shape)
{
    constexpr std::uint64_t mostBytes = std::uint64_t(256) << 20;
    constexpr std::uint64_t mostRows = 512;
    const std::uint64_t fitting = mostBytes / (shape.vocabulary * sizeof(float));
    return std::int64_t(std::clamp<std::uint64_t>(fitting, 1, mostRows));
}

} // namespace

std::uint64_t LogitsWriter::bufferBytes(const Shape &shape)
{
    return std::uint64_t(rowsAtOnce(shape)) * shape.vocabulary * sizeof(float);
}

Result<LogitsWriter> LogitsWriter::create(const std::filesystem::path &path, const Shape &shape,
                                          const std::vector<std::filesystem::path> &sources)
{
    SECATEUR_TRY(
        writer,
        format::SafetensorsWriter::create(
            path, {{"logits", format::DType::F32, {shape.sequences, shape.length, shape.vocabulary}}}, {}, sources));
    return LogitsWriter(std::move(writer), shape);
}

Result<void> LogitsWriter::append(Decoder &decoder, const std::vector<float> &hidden, const RunContext &context)
{
    const std::int64_t width = decoder.config().hiddenSize;
    const auto vocabulary = std::int64_t(m_shape.vocabulary);
    const std::int64_t tokens = std::int64_t(hidden.size()) / width;
    const std::int64_t most = std::min(rowsAtOnce(m_shape), tokens);
    std::vector<float> logits(std::size_t(most * vocabulary));
    for (std::int64_t token = 0; token < tokens; token += most) {
        const std::int64_t rows = std::min(most, tokens - token);
        const auto multiply = [&](std::int64_t first, const ConstMatrixView &head) {
            multiplyTransposed({hidden.data() + token * width, rows, width, width}, head,
                               {logits.data() + first, rows, head.rows, vocabulary}, Precision::Float32);
        };
        SECATEUR_CHECK(decoder.forEachHeadRange(multiply, context));
        softCap(logits.data(), rows * vocabulary, decoder.config().logitSoftcap);
        SECATEUR_CHECK(write(logits, rows, context));
    }
    return {};
}

Result<void> LogitsWriter::write(const std::vector<float> &logits, std::int64_t rows, const RunContext &context)
{
    const auto vocabulary = std::size_t(m_shape.vocabulary);
    for (std::size_t row = 0; row < std::size_t(rows); ++row) {
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_CHECK(m_writer.append(std::as_bytes(std::span(logits).subspan(row * vocabulary, vocabulary))));
    }
    m_tokens += std::uint64_t(rows);
    context.report(
        {.stage = "logits", .done = m_tokens, .total = m_shape.sequences * m_shape.length, .unit = "tokens"});
    return {};
}

} // namespace secateur::model
