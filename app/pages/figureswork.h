// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "widgets/figure/figurescene.h"
#include "widgets/figure/figuretable.h"

/// What the Figures page does on worker threads. Plain functions and immutable results; no widgets.
namespace secateur::app {

struct FigureWanted {
    widgets::FigureSpec spec;
    bool fitHeight = true; ///< the height follows from the data
    std::filesystem::path study;
    std::filesystem::path model; ///< empty: where the study last saw it
    std::vector<std::string>
        known; ///< ids of runs, and of evaluations where they are shown: with more, "all" is another figure
    friend bool operator==(const FigureWanted &, const FigureWanted &) = default;
};

/// A figure ready to be shown and written.
struct FigureMade {
    widgets::FigureSpec spec; ///< as wanted, with the height that was found
    std::shared_ptr<const analysis::FigureData> data;
    std::shared_ptr<const widgets::FigureScene> scene;
    widgets::FigureTable table; ///< as a paper prints it
};

/// Reads numbers and lays the figure out. Keeps the last numbers, so that another width or colour reads nothing, and
/// the model, whose file is read to the end only once. Calls are serialised.
class FigureReader
{
public:
    [[nodiscard]] Result<FigureMade> make(const FigureWanted &wanted, const std::stop_token &stop);

private:
    struct Source {
        analysis::FigureChoice choice;
        std::filesystem::path study;
        std::filesystem::path model;
        std::vector<std::string> known;
        friend bool operator==(const Source &, const Source &) = default;
    };
    [[nodiscard]] Result<std::shared_ptr<const analysis::FigureData>> read(const Source &source,
                                                                           const std::stop_token &stop);
    [[nodiscard]] Result<void> openModel(const Source &source, const std::stop_token &stop);

    std::mutex m_mutex;
    Source m_source; ///< of m_data
    std::shared_ptr<const analysis::FigureData> m_data;
    std::filesystem::path m_modelStudy; ///< what m_model was compared with
    std::filesystem::path m_modelPath;
    std::shared_ptr<const architecture::ModelArchive> m_model;
};

/// Refuses what must not be overwritten, then writes. Returns the names of the files.
[[nodiscard]] Result<std::vector<std::filesystem::path>>
exportMade(const FigureMade &made, const std::filesystem::path &study, const std::filesystem::path &path);

} // namespace secateur::app
