// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/engine/figure.h"

namespace secateur::cli {
namespace {

nlohmann::ordered_json correlationJson(std::size_t points, const std::optional<analysis::RankCorrelation> &found)
{
    nlohmann::ordered_json json = {{"points", points}, {"spearman", nullptr}, {"low", nullptr}, {"high", nullptr}};
    if (found)
        json["spearman"] = found->rho;
    if (found && found->interval) {
        json["low"] = found->interval->low;
        json["high"] = found->interval->high;
    }
    return json;
}

class Figure : public Command
{
public:
    std::string name() const override { return "figure"; }
    std::string summary() const override { return "Draw a figure for a paper: masks, distances, sparsity, accuracy"; }
    std::vector<std::string> examples() const override
    {
        return {"figure code.secateur jaccard-layers --runs python,math -o distances.pdf",
                "figure code.secateur mask --runs python,math --layer 12 --sublayer q_proj -o masks.pdf",
                "figure code.secateur jaccard-matrix --column ieee-column -o matrix.svg",
                "figure code.secateur distance-accuracy --tasks perplexity:python,perplexity:math -o scatter.pdf",
                "figure code.secateur --figure distances.pdf -o distances.tex"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_request.study, "The study's folder", "").required();
        auto kind = arguments.text("KIND", m_request.kind, "",
                                   "mask, jaccard-layers, jaccard-matrix, sparsity-profile, accuracy or "
                                   "distance-accuracy");
        arguments
            .path("--figure", m_request.manifest,
                  "Draw the figure of this manifest, or of this figure, again, with what the other options change")
            .excludes(kind);
        arguments
            .path("-o,--output", m_request.output, "The file to write; its ending is the format",
                  "FILE.(pdf|svg|png|tex|csv|json)")
            .required();
        arguments.list("-r,--runs", m_request.runs, "A,B,...", "Names or ids of the runs to show (default: all)");
        arguments.count("--layer", m_request.layer, "L", "The layer to show, from 0; mask and jaccard-matrix");
        arguments.text("--sublayer", m_request.sublayer, "S", "The sublayer to show, such as q_proj");
        arguments.list("--tasks", m_request.tasks, "T,...",
                       "The tasks to show, or TASK/METRIC; accuracy, distance-accuracy (default: all measured "
                       "alike)");
        arguments
            .text("--seeds", m_request.seeds, "HOW",
                  "Runs that differ in their calibration seed alone: each (the default), or their mean, with the range "
                  "of the seeds; accuracy")
            .oneOf({"each", "mean"});
        arguments.text("--set", m_request.set, "SET", "Distances of the pruned weights (the default) or the kept")
            .oneOf({"pruned", "kept"});
        arguments
            .text("--rendering", m_request.rendering, "HOW",
                  "Masks as kept and pruned (mask, the default), or as the values of what is kept (weights)")
            .oneOf({"mask", "weights"});
        arguments.path("--model", m_request.model,
                       "Where the model is, if not where the study last saw it; for --rendering weights", "MODEL");
        declareLooks(arguments);
    }
    Result<Outcome> run(const Session &session) override
    {
        m_request.threads = session.threads;
        // Said before the module is opened and anything is read.
        if (!m_request.kind && !m_request.manifest)
            return failure(ErrorCode::InvalidArgument, "which figure? Give KIND, or --figure with a manifest");
        SECATEUR_TRY(maker, engine::loadFigureMaker());
        SECATEUR_TRY(report, maker->draw(m_request, session.context));
        std::string text;
        for (const auto &file : report.files)
            text += printable(file) + "\n";
        nlohmann::ordered_json json = {{"file", report.files.front()},
                                       {"files", report.files},
                                       {"width_mm", report.widthMm},
                                       {"height_mm", report.heightMm}};
        if (report.points)
            json["correlation"] = correlationJson(*report.points, report.correlation);
        return Outcome{std::move(json), text, std::move(report.notices), 0};
    }

private:
    void declareLooks(Arguments &arguments)
    {
        const std::string looks = "Looks";
        auto column = arguments.text("--column", m_request.column, "C",
                                     "Width of a journal's column: ieee-column, ieee-page, acm-column, acm-page, "
                                     "neurips, icml-column, icml-page, acl-column, acl-page");
        column.group(looks);
        arguments.number("--width-mm", m_request.widthMm, "W", "Width in mm").excludes(column).group(looks);
        arguments.number("--height-mm", m_request.heightMm, "H", "Height in mm").group(looks);
        arguments.text("--font", m_request.font, "NAME", "The font of all labels (default: DejaVu Sans)").group(looks);
        arguments.number("--font-size", m_request.fontSizePt, "PT", "Its size in points (default: 8)").group(looks);
        arguments.text("--palette", m_request.palette, "P", "viridis, cividis, magma or blue-orange").group(looks);
        arguments
            .text("--range", m_request.range, "LO,HI",
                  "What the colours of a matrix or of weights go from and to; auto (the default) fits the numbers")
            .group(looks);
        arguments.count("--dpi", m_request.dpi, "N", "Resolution of PNG files and of large masks (default: 600)", 1)
            .group(looks);
    }

    engine::FigureRequest m_request;
};

} // namespace

std::unique_ptr<Command> makeFigure()
{
    return std::make_unique<Figure>();
}

} // namespace secateur::cli
