// SPDX-License-Identifier: GPL-3.0-or-later
#include <functional>
#include <span>
#include <utility>

#include "core/engine/light.h"
#include "core/format/safetensors.h"

namespace secateur::engine {

namespace {

namespace fs = std::filesystem;
using Entry = format::SafetensorsWriter::Entry;

/// A finished run, opened for reading.
struct OpenRun {
    std::unique_ptr<store::Study> study;
    std::unique_ptr<store::RunReader> reader;

    [[nodiscard]] const store::RunManifest &manifest() const { return reader->manifest(); }
};

Result<OpenRun> openRun(const fs::path &folder, const std::string &run)
{
    SECATEUR_TRY(study, store::Study::open(folder, store::Study::Access::Read));
    SECATEUR_TRY(reader, study->read(run));
    return OpenRun{std::move(study), std::move(reader)};
}

/// Files that must not be written over: the run's own, and the model's weights where the study last saw them.
std::vector<fs::path> protectedFiles(const OpenRun &run)
{
    std::vector<fs::path> files;
    for (const store::RunFile &file : run.manifest().files)
        files.push_back(run.study->folder() / "runs" / run.manifest().id / file.name);
    const architecture::ModelIdentity &model = run.study->model();
    files.emplace_back(model.path);
    for (const auto &file : model.files)
        files.push_back(fs::path(model.path) / file.name);
    return files;
}

std::map<std::string, std::string> metadataOf(const OpenRun &run, const std::string &key, const std::string &meaning)
{
    const store::RunRecipe &recipe = run.manifest().recipe;
    return {{"format", "pt"},
            {key, meaning},
            {"run", recipe.name},
            {"domain", recipe.domain},
            {"method", methodName(recipe.method)},
            {"target", recipe.target},
            {"statistics", statisticsName(recipe.statistics)},
            {"sparsity", std::to_string(run.manifest().sparsity())},
            {"approximate", recipe.approximate ? "true" : "false"},
            {"parent_run", recipe.parentRun},
            {"source_sha256", run.study->model().fingerprint()}};
}

/// Writes one tensor per matrix of the run; `bytesOf` reads and encodes the matrix's.
Result<WriteReport> writeTensors(const OpenRun &run, const fs::path &output, const std::vector<Entry> &entries,
                                 const std::map<std::string, std::string> &metadata,
                                 const std::function<Result<std::vector<std::byte>>(const MatrixId &)> &bytesOf,
                                 const RunContext &context)
{
    SECATEUR_CHECK(checkOutsideStudy(output, run.study->folder()));
    SECATEUR_TRY(writer, format::SafetensorsWriter::create(output, entries, metadata, protectedFiles(run)));
    const auto &sublayers = run.manifest().sublayers;
    for (std::size_t index = 0; index < sublayers.size(); ++index) {
        SECATEUR_CHECK(context.checkpoint());
        context.report({"write", sublayers[index].id.layer.value, run.manifest().layers(), "layers"});
        SECATEUR_TRY(bytes, bytesOf(sublayers[index].id));
        SECATEUR_CHECK(writer.append(bytes));
    }
    SECATEUR_CHECK(writer.commit());
    context.report({"write", run.manifest().layers(), run.manifest().layers(), "layers"});
    return WriteReport{sublayers.size(), writer.fileBytes()};
}

template <typename T>
std::vector<std::byte> bytesOfValues(const std::vector<T> &values)
{
    const auto bytes = std::as_bytes(std::span(values));
    return {bytes.begin(), bytes.end()};
}

} // namespace

Result<WriteReport> writeMasks(const fs::path &study, const std::string &run, const fs::path &output,
                               const RunContext &context)
{
    SECATEUR_TRY(opened, openRun(study, run));
    std::vector<Entry> entries;
    for (const store::SublayerInfo &matrix : opened.manifest().sublayers)
        entries.push_back({tensorName(matrix.id), format::DType::U8, {matrix.rows, (matrix.cols + 7) / 8}});
    const store::RunReader &reader = *opened.reader;
    const auto bytesOf = [&reader](const MatrixId &id) -> Result<std::vector<std::byte>> {
        SECATEUR_TRY(kept, reader.mask(id));
        return bytesOfValues(kept.toPackedRows());
    };
    return writeTensors(opened, output, entries, metadataOf(opened, "mask", "kept=1"), bytesOf, context);
}

Result<WriteReport> writeNorms(const fs::path &study, const std::string &run, const fs::path &output,
                               const RunContext &context)
{
    SECATEUR_TRY(opened, openRun(study, run));
    if (!opened.manifest().recipe.hasNorms())
        return failure(
            ErrorCode::NotFound,
            "run \"" + opened.manifest().recipe.name + "\" was "
                + (opened.manifest().recipe.isMadeOfMasks()
                       ? std::string("made of masks, which have no norms")
                       : "pruned by " + methodName(opened.manifest().recipe.method) + ", which measures no norms")
                + "; name another run");
    std::vector<Entry> entries;
    for (const store::SublayerInfo &matrix : opened.manifest().sublayers)
        entries.push_back({tensorName(matrix.id), format::DType::F32, {matrix.cols}});
    const store::RunReader &reader = *opened.reader;
    const auto bytesOf = [&reader](const MatrixId &id) -> Result<std::vector<std::byte>> {
        SECATEUR_TRY(norm, reader.norm(id));
        return bytesOfValues(norm);
    };
    const std::string meaning = "mean over sequences of the squared L2 norm of each input column";
    return writeTensors(opened, output, entries, metadataOf(opened, "norms", meaning), bytesOf, context);
}

} // namespace secateur::engine
