// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/format/safetensors.h"
#include "core/model/decoder.h"

namespace secateur::model {

/// Writes the tensor `logits` F32 [sequences, length, vocab] of a safetensors file, a batch of sequences at a time.
/// Nothing is at `path` before commit.
class LogitsWriter
{
public:
    struct Shape {
        std::uint64_t sequences = 0;
        std::uint64_t length = 0; ///< tokens, the same for every sequence
        std::uint64_t vocabulary = 0;
    };

    /// Before any work: InvalidArgument when `path` is one of `sources`, which the job reads; OutOfDisk when the file
    /// cannot fit; Io.
    [[nodiscard]] static Result<LogitsWriter> create(const std::filesystem::path &path, const Shape &shape,
                                                     const std::vector<std::filesystem::path> &sources);

    /// The next sequences, from the output of finalHidden. Some rows of logits are held at a time (bufferBytes), and
    /// the head streams by for each such lot. Reports stage "logits" in tokens of the whole file. Cancelled.
    [[nodiscard]] Result<void> append(Decoder &decoder, const std::vector<float> &hidden, const RunContext &context);
    /// Internal when sequences are missing.
    [[nodiscard]] Result<void> commit() { return m_writer.commit(); }

    /// What append holds besides the head's rows.
    [[nodiscard]] static std::uint64_t bufferBytes(const Shape &shape);

private:
    LogitsWriter(format::SafetensorsWriter writer, const Shape &shape) : m_writer(std::move(writer)), m_shape(shape) { }
    [[nodiscard]] Result<void> write(const std::vector<float> &logits, std::int64_t rows, const RunContext &context);

    format::SafetensorsWriter m_writer;
    Shape m_shape;
    std::uint64_t m_tokens = 0; ///< written
};

} // namespace secateur::model
