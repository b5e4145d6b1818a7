// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <string_view>
#include <utility>

#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/base/system.h"
#include "core/engine/light.h"

namespace secateur::cli {
namespace {

constexpr std::array<std::pair<std::string_view, format::DType>, 5> ggufTypes = {{
    {"f32", format::DType::F32},
    {"f16", format::DType::F16},
    {"bf16", format::DType::BF16},
    {"q8_0", format::DType::Q8_0},
    {"q4_0", format::DType::Q4_0},
}};

class Export : public Command
{
public:
    std::string name() const override { return "export"; }
    std::string summary() const override { return "Write a sub-model with zeros in place: a folder, or a GGUF file"; }
    std::vector<std::string> examples() const override
    {
        return {"export code.secateur python-wanda-0.5 -o python-half",
                "export code.secateur python-wanda-0.5 -o python-half --model /data/model",
                "export code.secateur python-wanda-0.5 -o python-half.gguf --format gguf --type q8_0"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_request.study, "The study's folder", "").required();
        arguments.text("RUN", m_request.run, "", "A run's name or id").required();
        arguments.path("-o,--output", m_request.output, "What to write: a folder, new or empty; or a new file", "PATH")
            .required();
        arguments
            .text("--format", m_format, "FORMAT",
                  "dense, the default: a Hugging Face folder, same dtype, names and shards, with zeros; or gguf")
            .oneOf({"dense", "gguf"});
        arguments
            .text("--type", m_type, "TYPE",
                  "Of the matrices of a GGUF file: f16, the default, or one of f32, bf16, q8_0, q4_0. In these zeros "
                  "stay zero; in Q4_K, Q5_K, Q2_K and Q4_1 they would not")
            .oneOf({"f32", "f16", "bf16", "q8_0", "q4_0"});
        arguments.path("-m,--model", m_request.model, "The model, when it is no longer where the study last saw it",
                       "MODEL");
    }
    Result<Outcome> run(const Session &session) override
    {
        if (m_format == "dense" && !m_type.empty())
            return failure(ErrorCode::InvalidArgument,
                           "--type is of GGUF files; a folder keeps the model's own types. Add --format gguf");
        SECATEUR_TRY(report, write(session));
        std::string text = printable(m_request.output.string()) + ": " + std::to_string(report.files.size())
            + (report.files.size() == 1 ? " file, " : " files, ") + bytesText(report.bytes) + ", "
            + fixed(100.0 * report.sparsity, 2) + " % of the prunable weights are zero\n";
        if (report.roundedToZero > 0)
            text += grouped(report.roundedToZero) + " kept weights are zero too: the type is too coarse for them\n";
        text += "It is as large and as fast as the dense model in the same types: zeros are stored and multiplied like "
                "other weights.\n";
        return Outcome{{{"files", report.files},
                        {"bytes", report.bytes},
                        {"sparsity", report.sparsity},
                        {"rounded_to_zero", report.roundedToZero}},
                       std::move(text),
                       std::move(report.notices),
                       0};
    }

private:
    Result<engine::ExportReport> write(const Session &session) const
    {
        if (m_format == "dense")
            return engine::exportDense(m_request, session.context);
        engine::ExportGgufRequest gguf{m_request.study, m_request.run, m_request.model, m_request.output};
        for (const auto &[name, type] : ggufTypes)
            if (name == m_type)
                gguf.type = type;
        return engine::exportGguf(gguf, session.context);
    }

    engine::ExportRequest m_request;
    std::string m_format = "dense";
    std::string m_type;
};

} // namespace

std::unique_ptr<Command> makeExport()
{
    return std::make_unique<Export>();
}

} // namespace secateur::cli
