// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/pruneoutcome.h"
#include "app/cli/sharedoptions.h"
#include "core/data/dataset.h"
#include "core/engine/compute.h"

namespace secateur::cli {
namespace {

std::string presetNames()
{
    std::string names;
    for (const auto &preset : data::presets())
        names += (names.empty() ? "" : ", ") + preset.name;
    return names;
}

class Prune : public Command
{
public:
    std::string name() const override { return "prune"; }
    std::string summary() const override { return "Make the sub-model of one domain; the first one creates the study"; }
    std::vector<std::string> examples() const override
    {
        return {
            "prune code.secateur --model model.gguf --domain python --data python.jsonl",
            "prune code.secateur -m ~/models/Llama-3.2-1B -d math --data gsm8k.jsonl --preset gsm8k --samples 64",
            "prune code.secateur -m model.gguf -d python --data a.jsonl b.jsonl --pattern 2:4 --seed 1 --run python-24",
            "prune code.secateur -m model.gguf -d code --data python.jsonl java.jsonl --weights 3,1",
            "prune code.secateur -m model.gguf -d code --data files.jsonl --where \"lang == 'C' and stars >= 10\"",
            "prune code.secateur -m model.gguf -d python --data a.jsonl --sparsity 0.7 --layer-sparsity owl",
            "prune code.secateur -m model.gguf -d chat --data conversations.jsonl --chat",
            "prune code.secateur -m model.gguf -d python --token-ids ids.safetensors --samples 32",
            "prune code.secateur -m model.gguf -d python --data python.jsonl --resume"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_request.study, "The study's folder, NAME.secateur", "").required();
        arguments.path("-m,--model", m_request.model, "Hugging Face folder or GGUF file", "MODEL").required();
        arguments.text("-d,--domain", m_request.domain, "NAME", "What the calibration data is about, e.g. python")
            .required();
        declareData(arguments);
        declareMethod(arguments);
        arguments.text("-r,--run", m_request.run, "NAME",
                       "Name of the new run (default: <domain>-<method>-<sparsity>, made unique)");
        arguments.flag("--resume", m_request.resume,
                       "Continue this run where it was interrupted; refuses when model, data or recipe differ");
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_CHECK(complete());
        m_request.threads = session.threads;
        SECATEUR_TRY(compute, engine::loadCompute());
        SECATEUR_TRY(report, compute->prune(m_request, session.context));
        return pruneOutcome(report);
    }

private:
    void declareData(Arguments &arguments)
    {
        const std::string heading = "Calibration data";
        Argument files = arguments.paths("--data", m_data.files,
                                         "Text records: .jsonl, .json, .csv, .tsv, .txt, also .gz, and with Arrow C++ "
                                         ".parquet and .arrow; may be repeated");
        files.group(heading);
        arguments
            .list("--weights", m_weights, "W,W,…",
                  "Shares of the data files in the samples, one for each, e.g. 3,1 (default: draw from all records "
                  "alike)")
            .group(heading)
            .needs(files);
        const Argument preset =
            arguments.text("--preset", m_data.preset, "P", "How to read a well-known dataset: " + presetNames())
                .group(heading)
                .needs(files);
        const Argument fields = arguments
                                    .text("--template", m_data.fieldTemplate, "T",
                                          "Text of a record from its fields, e.g. \"{question}\\n{answer}\"")
                                    .group(heading)
                                    .needs(files)
                                    .excludes(preset);
        const Argument chat =
            arguments
                .flag("--chat", m_request.chat,
                      "The records are conversations (messages, ShareGPT, prompt and response): write "
                      "them with the model's chat template")
                .group(heading)
                .needs(files)
                .excludes(preset)
                .excludes(fields);
        m_date.declare(arguments).group(heading).needs(chat);
        arguments
            .text("--where", m_data.filter, "FILTER",
                  "Only these records, e.g. \"language == 'python' and len(content) < 20000\": fields, ==, !=, <, <=, "
                  ">, >=, contains, present, absent, joined by and")
            .group(heading)
            .needs(files);
        arguments
            .path("--token-ids", m_request.tokenIds,
                  "Instead: the I32 or I64 tensor input_ids [samples, length] of this file, as it is", "S.safetensors")
            .group(heading)
            .excludes(files);
        arguments
            .count("-n,--samples", m_samples, "N",
                   "How many sequences (default 128; with --token-ids: all rows, or the first N)", 1)
            .group(heading);
        arguments
            .count("-l,--length", m_data.length, "L",
                   "Join the records and cut them to sequences of L tokens (default: one record a sequence); of "
                   "--token-ids: the first L of each row",
                   1)
            .group(heading);
        arguments
            .count("--max-length", m_data.maxLength, "L",
                   "Without --length: cut longer records here (default 2048, or what the model can take)", 1)
            .group(heading)
            .needs(files);
        arguments.count("--seed", m_data.seed, "S", "Of the choice of records, or of the random method (default 0)")
            .group(heading);
        m_bos.declare(arguments);
    }

    void declareMethod(Arguments &arguments)
    {
        arguments
            .text("--method", m_method, "METHOD",
                  "wanda (the default), wanda-variant, magnitude or random (these two need no data)")
            .oneOf({"wanda", "wanda-variant", "magnitude", "random"});
        m_target.declare(arguments, "Share of each row's weights to prune, in [0, 1) (default 0.5)");
        m_layers.declare(arguments);
        arguments
            .text(
                "--statistics", m_statistics, "FROM",
                "Activations of the model as it is pruned layer by layer (pruned, the default), or of the dense model")
            .oneOf({"pruned", "dense"});
        m_compute.declare(arguments);
    }

    /// Brings what was read into the request.
    Result<void> complete()
    {
        SECATEUR_TRY(method, methodFromName(m_method));
        SECATEUR_TRY(target, m_target.target(0.5));
        SECATEUR_TRY(layers, m_layers.rule(m_target));
        SECATEUR_TRY(statistics, statisticsFromName(m_statistics));
        SECATEUR_TRY(bos, m_bos.policy());
        SECATEUR_TRY(weights, weightsFrom(m_weights));
        SECATEUR_TRY(day, m_date.day());
        const bool calibrated = !m_data.files.empty() || m_request.tokenIds.has_value();
        if (!calibrated && usesActivations(method))
            return failure(ErrorCode::InvalidArgument,
                           "calibration data is missing; give --data FILE or --token-ids S.safetensors");
        m_request.method = method;
        m_request.seed = m_data.seed;
        m_request.target = target;
        m_request.layers = layers;
        m_request.statistics = statistics;
        m_request.compute = m_compute.type();
        m_data.bos = bos;
        m_data.weights = weights;
        m_data.chatDay = day;
        m_data.samples = m_samples.value_or(m_data.samples);
        if (!m_data.files.empty())
            m_request.data = m_data;
        if (m_request.tokenIds) {
            m_request.tokenIdSamples = m_samples;
            m_request.tokenIdLength = m_data.length;
        }
        return {};
    }

    engine::PruneRequest m_request;
    data::CalibrationRequest m_data;
    std::optional<std::uint64_t> m_samples;
    std::vector<std::string> m_weights;
    std::string m_method = "wanda";
    std::string m_statistics = "pruned";
    TargetOptions m_target;
    LayerOption m_layers;
    BosOption m_bos;
    DateOption m_date;
    ComputeOption m_compute;
};

} // namespace

std::unique_ptr<Command> makePrune()
{
    return std::make_unique<Prune>();
}

} // namespace secateur::cli
