// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/queuefile.h"

#include <string>

#include "core/base/file.h"
#include "core/base/json.h"

namespace secateur::app {
namespace {

using nlohmann::json;
constexpr std::uint64_t largestFile = 16 << 20;
constexpr const char *schema = "secateur-queue-1";

Result<JobSpec> specFrom(const json &value, const std::string &origin)
{
    const auto refuse = [&origin] { return failure(ErrorCode::BadInput, origin + ": not a queue of jobs"); };
    if (!value.is_object() || !value.contains("title") || !value.contains("arguments"))
        return refuse();
    const auto &title = value["title"];
    const auto &arguments = value["arguments"];
    if (!title.is_string() || !arguments.is_array())
        return refuse();
    JobSpec spec;
    spec.title = QString::fromStdString(title.get<std::string>());
    for (const auto &argument : arguments) {
        if (!argument.is_string())
            return refuse();
        spec.arguments << QString::fromStdString(argument.get<std::string>());
    }
    return spec;
}

} // namespace

Result<std::vector<JobSpec>> readQueueFile(const std::filesystem::path &file)
{
    auto text = readTextFile(file, largestFile);
    if (!text && text.error().code == ErrorCode::NotFound)
        return std::vector<JobSpec>();
    if (!text)
        return tl::make_unexpected(text.error());
    SECATEUR_TRY(value, parseJson(*text, file.string()));
    if (!value.is_object() || value.value("schema", json()) != json(schema) || !value.contains("jobs")
        || !value["jobs"].is_array())
        return failure(ErrorCode::BadInput, file.string() + ": not a queue of jobs");
    std::vector<JobSpec> jobs;
    for (const auto &entry : value["jobs"]) {
        SECATEUR_TRY(spec, specFrom(entry, file.string()));
        jobs.push_back(std::move(spec));
    }
    return jobs;
}

Result<void> writeQueueFile(const std::filesystem::path &file, const std::vector<JobSpec> &jobs)
{
    std::error_code problem;
    if (jobs.empty()) {
        std::filesystem::remove(file, problem);
        return {};
    }
    std::filesystem::create_directories(file.parent_path(), problem);
    json entries = json::array();
    for (const auto &job : jobs) {
        json arguments = json::array();
        for (const auto &argument : job.arguments)
            arguments.push_back(argument.toStdString());
        entries.push_back({{"title", job.title.toStdString()}, {"arguments", std::move(arguments)}});
    }
    return writeFileAtomically(file, json({{"schema", schema}, {"jobs", std::move(entries)}}).dump(2) + "\n",
                               Survives::ProcessDeath);
}

} // namespace secateur::app
