// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/comparework.h"

#include <algorithm>
#include <thread>

#include "core/store/study.h"

namespace secateur::app {

namespace {

RunContext contextOf(const std::stop_token &stop, const std::shared_ptr<CompareProgress> &progress)
{
    return RunContext(stop, [progress](const Progress &step) {
        progress->total = step.total;
        progress->done = step.done;
    });
}

} // namespace

Result<CompareData> compareRuns(const CompareInput &input, const std::stop_token &stop,
                                const std::shared_ptr<CompareProgress> &progress)
{
    engine::CompareRequest request;
    request.study = input.study;
    request.runs = input.runs;
    // One thread is left to the window.
    request.threads = std::max(1, int(std::thread::hardware_concurrency()) - 1);
    SECATEUR_TRY(report, engine::compare(request, contextOf(stop, progress)));
    return CompareData(std::move(report));
}

Result<analysis::CombinationTable> combineRuns(const CompareInput &input, const std::stop_token &stop,
                                               const std::shared_ptr<CompareProgress> &progress)
{
    SECATEUR_TRY(study, store::Study::open(input.study, store::Study::Access::Read));
    std::vector<std::unique_ptr<store::RunReader>> readers;
    for (const std::string &id : input.runs) {
        SECATEUR_TRY(reader, study->read(id));
        readers.push_back(std::move(reader));
    }
    if (readers.empty())
        return failure(ErrorCode::InvalidArgument, "no run was chosen");
    const store::RunManifest &first = readers.front()->manifest();
    const auto load = [&readers](std::size_t run, const MatrixId &id) { return readers[run]->mask(id); };
    return analysis::combineRuns(readers.size(), first.layers(), first.sublayerNames(), load,
                                 contextOf(stop, progress));
}

} // namespace secateur::app
