// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/figureswork.h"

#include <algorithm>
#include <thread>

#include "core/engine/figure.h"
#include "core/engine/light.h"
#include "widgets/figure/exporter.h"
#include "widgets/figure/papertable.h"

namespace secateur::app {

Result<void> FigureReader::openModel(const Source &source, const std::stop_token &stop)
{
    if (m_model && m_modelStudy == source.study && m_modelPath == source.model)
        return {};
    m_model.reset();
    SECATEUR_TRY(study, store::Study::open(source.study, store::Study::Access::Read));
    const auto path = source.model.empty() ? std::nullopt : std::optional(source.model);
    SECATEUR_TRY(opened, engine::openStudyModel(*study, path, RunContext(stop, {})));
    m_model = std::move(opened);
    m_modelStudy = source.study;
    m_modelPath = source.model;
    return {};
}

Result<std::shared_ptr<const analysis::FigureData>> FigureReader::read(const Source &source,
                                                                       const std::stop_token &stop)
{
    if (m_data && m_source == source)
        return m_data;
    m_data.reset(); // the weights of a large matrix should not be there twice
    if (source.choice.weights)
        SECATEUR_CHECK(openModel(source, stop));
    engine::FigureDataRequest request{source.choice, source.study, {}, nullptr, 1};
    request.opened = source.choice.weights ? m_model : nullptr;
    // One thread is left to the window.
    request.threads = std::max(1, int(std::thread::hardware_concurrency()) - 1);
    SECATEUR_TRY(data, engine::figureData(request, RunContext(stop, {})));
    m_data = std::make_shared<const analysis::FigureData>(std::move(data));
    m_source = source;
    return m_data;
}

Result<FigureMade> FigureReader::make(const FigureWanted &wanted, const std::stop_token &stop)
{
    const std::lock_guard lock(m_mutex);
    const RunContext context(stop, {});
    SECATEUR_CHECK(context.checkpoint());
    SECATEUR_CHECK(wanted.spec.validate());
    SECATEUR_TRY(data, read({widgets::choiceOf(wanted.spec), wanted.study, wanted.model, wanted.known}, stop));
    SECATEUR_CHECK(context.checkpoint());
    FigureMade made;
    made.spec = wanted.spec;
    made.data = data;
    if (wanted.fitHeight)
        made.spec.heightMm = widgets::fittingHeight(made.spec, *data);
    SECATEUR_CHECK(context.checkpoint());
    SECATEUR_TRY(scene, widgets::makeScene(made.spec, *data));
    made.scene = std::make_shared<const widgets::FigureScene>(std::move(scene));
    made.table = widgets::paperTableOf(*data);
    return made;
}

Result<std::vector<std::filesystem::path>> exportMade(const FigureMade &made, const std::filesystem::path &study,
                                                      const std::filesystem::path &path)
{
    SECATEUR_CHECK(widgets::formatFromPath(path));
    SECATEUR_CHECK(engine::checkOutsideStudy(path, study));
    SECATEUR_TRY(written, widgets::writeFigure(made.spec, *made.data, path));
    return written.files;
}

} // namespace secateur::app
