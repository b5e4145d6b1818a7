// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/combinationjson.h"

#include "core/store/jsonfields.h"
#include "core/store/names.h"

namespace secateur::store {

using nlohmann::json;

namespace {

constexpr std::size_t mostRuns = 1000; ///< that any study could combine

Result<CombinedRun> runFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    CombinedRun run;
    run.id = fields.text("id", 64);
    run.name = fields.text("name", 128);
    run.domain = fields.text("domain");
    run.target = fields.text("target", 64);
    run.weight = fields.number("weight");
    run.filesSha256 = fields.sha256("files_sha256");
    SECATEUR_CHECK(fields.status());
    if (!isRunId(run.id))
        return failure(ErrorCode::BadInput, origin + ": \"" + run.id + "\" is no run id");
    if (!(run.weight > 0.0))
        return failure(ErrorCode::BadInput, origin + ": \"weight\" should be above 0");
    return run;
}

Result<CombinedCalibration> calibrationFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    CombinedCalibration calibration;
    calibration.domain = fields.text("domain");
    calibration.fingerprint = fields.text("fingerprint", 64);
    calibration.provenance =
        fields.take(data::provenanceFromJson(fields.object("provenance"), origin + ": provenance"));
    SECATEUR_CHECK(fields.status());
    return calibration;
}

/// Appends, and refuses more than there can be.
template <typename T>
Result<void> append(std::vector<T> &list, Result<T> item, const std::string &where)
{
    SECATEUR_TRY(read, std::move(item));
    list.push_back(std::move(read));
    return list.size() <= mostRuns ? Result<void>()
                                   : failure(ErrorCode::BadInput, where + ": are more than can have been combined");
}

} // namespace

json toJson(const Combination &combination)
{
    json runs = json::array();
    for (const CombinedRun &run : combination.runs)
        runs.push_back({{"id", run.id},
                        {"name", run.name},
                        {"domain", run.domain},
                        {"target", run.target},
                        {"weight", run.weight},
                        {"files_sha256", run.filesSha256}});
    json calibrations = json::array();
    for (const CombinedCalibration &calibration : combination.calibrations)
        calibrations.push_back({{"domain", calibration.domain},
                                {"fingerprint", calibration.fingerprint},
                                {"provenance", data::toJson(calibration.provenance)}});
    return {{"rule", mask::ruleName(combination.rule)}, {"runs", runs}, {"calibrations", calibrations}};
}

Result<Combination> combinationFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    Combination combination;
    const std::string rule = fields.text("rule", 64);
    fields.each("runs", [&](const json &item, const std::string &where) {
        return append(combination.runs, runFromJson(item, where), where);
    });
    fields.each("calibrations", [&](const json &item, const std::string &where) {
        return append(combination.calibrations, calibrationFromJson(item, where), where);
    });
    SECATEUR_CHECK(fields.status());
    const auto known = mask::ruleFromName(rule);
    if (!known)
        return failure(ErrorCode::BadInput, origin + ": " + known.error().detail);
    combination.rule = *known;
    if (combination.runs.empty())
        return failure(ErrorCode::BadInput, origin + ": \"runs\" is empty");
    return combination;
}

} // namespace secateur::store
