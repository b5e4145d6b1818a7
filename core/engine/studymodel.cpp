// SPDX-License-Identifier: GPL-3.0-or-later
#include <system_error>

#include "core/base/file.h"
#include "core/engine/light.h"

namespace secateur::engine {

namespace {

Error otherModel(const store::Study &study, const architecture::ModelArchive &model, const std::string &difference)
{
    return {ErrorCode::Conflict,
            model.path().string() + ": is not the model that the study " + study.folder().string()
                + " was made from: " + difference + "; give the path of the same model"};
}

/// What can be told without reading the weights, before a long hash of a wrong model.
Result<void> compareSizes(const store::Study &study, const architecture::ModelArchive &model)
{
    const auto &recorded = study.model();
    const auto files = model.weightFiles();
    if (architecture::configSha256(model.config()) != recorded.configSha256)
        return tl::make_unexpected(otherModel(study, model, "its configuration differs"));
    if (files.size() != recorded.files.size())
        return tl::make_unexpected(otherModel(study, model,
                                              "it has " + std::to_string(files.size()) + " weight files instead of "
                                                  + std::to_string(recorded.files.size())));
    for (std::size_t i = 0; i < files.size(); ++i) {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(files[i], error);
        if (error)
            return tl::make_unexpected(errnoError(error.value(), "examine", files[i]));
        if (bytes != recorded.files[i].bytes)
            return tl::make_unexpected(otherModel(study, model,
                                                  files[i].filename().string() + " has " + std::to_string(bytes)
                                                      + " bytes instead of "
                                                      + std::to_string(recorded.files[i].bytes)));
    }
    return {};
}

} // namespace

Result<std::shared_ptr<const architecture::ModelArchive>>
openStudyModel(const store::Study &study, const std::optional<std::filesystem::path> &path, const RunContext &context)
{
    const auto &recorded = study.model();
    auto opened = architecture::ModelArchive::open(path.value_or(recorded.path));
    if (!opened && !path && opened.error().code == ErrorCode::NotFound)
        return failure(ErrorCode::NotFound,
                       opened.error().detail + "; the study " + study.folder().string()
                           + " last saw its model there. Say where it is now");
    if (!opened)
        return opened;
    const auto &model = **opened;
    SECATEUR_CHECK(compareSizes(study, model));
    SECATEUR_TRY(identity, architecture::identify(model, context));
    for (std::size_t i = 0; i < identity.files.size(); ++i)
        if (identity.files[i].sha256 != recorded.files[i].sha256)
            return tl::make_unexpected(
                otherModel(study, model, "the weights in " + identity.files[i].name + " differ"));
    return opened;
}

Result<void> checkOutsideStudy(const std::filesystem::path &output, const std::filesystem::path &study)
{
    std::error_code ignored;
    const auto inside = std::filesystem::weakly_canonical(output, ignored)
                            .lexically_relative(std::filesystem::weakly_canonical(study, ignored));
    if (!inside.empty() && *inside.begin() != ".." && inside != ".")
        return failure(ErrorCode::InvalidArgument,
                       output.string()
                           + ": lies in the study's folder, which belongs to the study alone; write elsewhere");
    return {};
}

} // namespace secateur::engine
