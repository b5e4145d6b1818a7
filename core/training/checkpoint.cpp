// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/checkpoint.h"

#include "core/architecture/family.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/format/half.h"
#include "core/format/safetensors.h"

namespace secateur::training {

namespace {

using format::SafetensorsWriter;

struct Part {
    const char *start;
    Parameters *parameters;
};

std::vector<Part> partsOf(State &state)
{
    return {{"", &state.parameters}, {"first_moment.", &state.firstMoment}, {"second_moment.", &state.secondMoment}};
}

} // namespace

Result<void> saveState(const std::filesystem::path &file, State &state)
{
    std::vector<SafetensorsWriter::Entry> entries;
    for (const auto &part : partsOf(state))
        for (const auto &tensor : part.parameters->tensors())
            entries.push_back({part.start + tensor.name, format::DType::F32, tensor.shape});
    SECATEUR_TRY(writer, SafetensorsWriter::create(file, entries, {{"step", std::to_string(state.step)}}));
    for (const auto &part : partsOf(state))
        for (const auto &tensor : part.parameters->tensors())
            SECATEUR_CHECK(writer.append(std::as_bytes(std::span(*tensor.values))));
    return writer.commit();
}

Result<State> loadState(const std::filesystem::path &file, const architecture::ModelConfig &config)
{
    SECATEUR_TRY(stored, format::SafetensorsFile::open(file));
    State state{Parameters::zeros(config), Parameters::zeros(config), Parameters::zeros(config), 0};
    for (const auto &part : partsOf(state))
        for (const auto &tensor : part.parameters->tensors()) {
            const auto *const found = stored.find(part.start + tensor.name);
            if (!found || found->shape != tensor.shape || found->type != format::DType::F32)
                return failure(ErrorCode::BadInput,
                               file.string() + ": is no state of this model; its " + part.start + tensor.name
                                   + " is missing or of another shape");
            SECATEUR_CHECK(stored.read(*found, 0, std::as_writable_bytes(std::span(*tensor.values))));
        }
    const auto step = stored.metadata().find("step");
    if (step == stored.metadata().end())
        return failure(ErrorCode::BadInput, file.string() + ": does not say how many steps were made");
    state.step = std::strtoll(step->second.c_str(), nullptr, 10);
    return state;
}

Result<architecture::ModelConfig> readConfig(const std::filesystem::path &file)
{
    SECATEUR_TRY(text, readTextFile(file, 1U << 20));
    SECATEUR_TRY(value, parseJson(text, file.string()));
    SECATEUR_TRY(family, architecture::familyForHf(value, file.string()));
    SECATEUR_TRY(config, family->fromHfConfig(value, file.string()));
    if (config.family != "llama" || !config.tiedEmbeddings)
        return failure(ErrorCode::Unsupported, file.string() + ": only Llama models with tied embeddings are trained");
    return std::move(config);
}

Result<void> writeWeights(const std::filesystem::path &file, Parameters &parameters, format::DType type)
{
    if (type != format::DType::F32 && type != format::DType::F16 && type != format::DType::BF16)
        return failure(ErrorCode::Internal, "weights are written as F32, F16 or BF16 only");
    std::vector<SafetensorsWriter::Entry> entries;
    for (const auto &tensor : parameters.tensors())
        entries.push_back({tensor.name, type, tensor.shape});
    SECATEUR_TRY(writer, SafetensorsWriter::create(file, entries, {{"format", "pt"}}));
    for (const auto &tensor : parameters.tensors()) {
        if (type == format::DType::F32) {
            SECATEUR_CHECK(writer.append(std::as_bytes(std::span(*tensor.values))));
            continue;
        }
        std::vector<std::uint16_t> rounded;
        for (const float value : *tensor.values)
            rounded.push_back(type == format::DType::F16 ? format::floatToHalf(value) : format::floatToBfloat(value));
        SECATEUR_CHECK(writer.append(std::as_bytes(std::span(rounded))));
    }
    return writer.commit();
}

} // namespace secateur::training
