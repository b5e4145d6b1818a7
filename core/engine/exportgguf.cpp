// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <system_error>
#include <vector>

#include "core/architecture/family.h"
#include "core/architecture/ggufdescription.h"
#include "core/engine/light.h"
#include "core/format/ggufwriter.h"
#include "core/mask/bitmatrix.h"
#include "core/tokenizer/ggufspecwriter.h"

namespace secateur::engine {

namespace {

namespace fs = std::filesystem;
using architecture::GgufTransform;
using format::DType;
using Entry = format::GgufWriter::Entry;
using Tensor = architecture::ModelArchive::Tensor;

constexpr std::uint64_t pieceBytes = 1 << 20;
constexpr std::uint32_t quantizationVersion = 2; // gguf.md, general.quantization_version

/// llama.cpp's enum llama_ftype: the type of most of the tensors.
std::uint32_t fileType(DType type)
{
    switch (type) {
    case DType::F16: return 1;
    case DType::Q4_0: return 2;
    case DType::Q8_0: return 7;
    case DType::BF16: return 32;
    default: return 0;
    }
}

bool isQuantised(DType type)
{
    return format::blockElements(type) > 1;
}

Result<void> checkType(DType type)
{
    if (type == DType::F32 || type == DType::F16 || type == DType::BF16 || type == DType::Q8_0 || type == DType::Q4_0)
        return {};
    return failure(ErrorCode::Unsupported,
                   std::string(format::dtypeName(type))
                       + " is not written: F32, F16, BF16, Q8_0 and Q4_0 are, in which a pruned weight stays zero");
}

/// One file in the making.
class GgufExporter
{
public:
    GgufExporter(const architecture::ModelArchive &model, const architecture::Family &family,
                 const store::RunReader &run, DType type)
        : m_model(model), m_family(family), m_run(run), m_type(type)
    {
        for (const auto &sublayer : run.manifest().sublayers)
            m_pruned.emplace(tensorName(sublayer.id), sublayer);
    }

    [[nodiscard]] Result<void> write(const fs::path &output, const format::GgufMetadata &metadata,
                                     const RunContext &context);
    [[nodiscard]] Result<void> verify(const fs::path &output, const RunContext &context) const;
    void report(ExportReport &report) const;

private:
    [[nodiscard]] Result<std::vector<Entry>> entries() const;
    [[nodiscard]] DType typeOf(const Tensor &tensor) const;
    [[nodiscard]] Result<void> writeTensor(const Tensor &tensor, const Entry &entry, format::GgufWriter &writer,
                                           const RunContext &context);
    [[nodiscard]] Result<void> readRow(const Tensor &tensor, std::uint64_t row, std::span<float> target) const;
    [[nodiscard]] std::uint64_t sourceRow(const Tensor &tensor, std::uint64_t row) const;

    const architecture::ModelArchive &m_model;
    const architecture::Family &m_family;
    const store::RunReader &m_run;
    DType m_type;
    std::map<std::string, store::SublayerInfo> m_pruned; ///< by tensor name
    std::uint64_t m_weights = 0; ///< that could be pruned
    std::uint64_t m_zeroed = 0; ///< pruned
    std::uint64_t m_rounded = 0; ///< kept, and not zero in the model, but in the file
    std::uint64_t m_bytes = 0;
};

DType GgufExporter::typeOf(const Tensor &tensor) const
{
    if (tensor.shape.size() < 2)
        return DType::F32;
    const bool prunable = m_pruned.contains(tensor.name);
    const DType wanted = !prunable && m_type == DType::Q4_0 ? DType::Q8_0 : m_type; // an embedding row is a whole token
    return tensor.shape.back() % format::blockElements(wanted) == 0 ? wanted : DType::F16;
}

Result<std::vector<Entry>> GgufExporter::entries() const
{
    std::vector<Entry> result;
    for (const auto &tensor : m_model.tensors()) {
        const auto name = architecture::ggufTensorName(m_family, tensor.name);
        if (!name)
            return failure(ErrorCode::Unsupported,
                           m_model.path().string() + ": GGUF has no name for tensor " + tensor.name);
        result.push_back({*name, typeOf(tensor), tensor.shape});
    }
    return result;
}

/// The row of the model's own tensor that is row `row` of the file's.
std::uint64_t GgufExporter::sourceRow(const Tensor &tensor, std::uint64_t row) const
{
    if (m_family.ggufTransform(tensor.name) != GgufTransform::UnpermuteRope)
        return row;
    const auto headDim = std::uint64_t(m_model.config().headDim);
    const std::uint64_t within = row % headDim;
    return row - within + within % 2 * (headDim / 2) + within / 2; // the halves of a head, interleaved
}

Result<void> GgufExporter::readRow(const Tensor &tensor, std::uint64_t row, std::span<float> target) const
{
    SECATEUR_CHECK(m_model.readRowsF32(tensor.name, row, target));
    if (m_family.ggufTransform(tensor.name) == GgufTransform::MinusOne)
        for (float &value : target)
            value += 1.0F;
    return {};
}

Result<void> GgufExporter::writeTensor(const Tensor &tensor, const Entry &entry, format::GgufWriter &writer,
                                       const RunContext &context)
{
    const std::uint64_t cols = tensor.shape.back();
    std::uint64_t rows = 1;
    for (std::size_t i = 0; i + 1 < tensor.shape.size(); ++i)
        rows *= tensor.shape[i];
    const auto found = m_pruned.find(tensor.name);
    mask::BitMatrix kept;
    if (found != m_pruned.end()) {
        SECATEUR_TRY(loaded, m_run.mask(found->second.id));
        kept = std::move(loaded);
        if (kept.rows() != rows || kept.cols() != cols)
            return failure(ErrorCode::Conflict,
                           m_model.path().string() + ": tensor " + tensor.name
                               + " has another shape than the run's mask");
        m_weights += kept.size();
        m_zeroed += kept.size() - kept.count();
    }
    std::vector<float> values(cols);
    std::vector<float> stored(cols);
    std::vector<std::byte> bytes(cols / format::blockElements(entry.type) * format::blockBytes(entry.type));
    for (std::uint64_t row = 0; row < rows; ++row) {
        if (row * bytes.size() % pieceBytes < bytes.size())
            SECATEUR_CHECK(context.checkpoint());
        const std::uint64_t source = sourceRow(tensor, row);
        SECATEUR_CHECK(readRow(tensor, source, values));
        if (kept.size() > 0)
            for (std::uint64_t col = 0; col < cols; ++col)
                if (!kept.test(source, col))
                    values[col] = 0.0F;
        SECATEUR_CHECK(format::fromFloat32(entry.type, values, bytes));
        if (kept.size() > 0) {
            SECATEUR_CHECK(format::toFloat32(entry.type, bytes, stored));
            for (std::uint64_t col = 0; col < cols; ++col)
                m_rounded += values[col] != 0.0F && stored[col] == 0.0F ? 1 : 0;
        }
        SECATEUR_CHECK(writer.append(bytes));
    }
    return {};
}

Result<void> GgufExporter::write(const fs::path &output, const format::GgufMetadata &metadata,
                                 const RunContext &context)
{
    SECATEUR_TRY(list, entries());
    const auto factors = architecture::ggufRopeFactors(m_model.config());
    if (!factors.empty())
        list.push_back({"rope_freqs.weight", DType::F32, {factors.size()}});
    SECATEUR_TRY(writer, format::GgufWriter::create(output, metadata, list, m_model.weightFiles()));
    const auto &tensors = m_model.tensors();
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        context.report({"export", i, tensors.size(), "tensors"});
        SECATEUR_CHECK(writeTensor(tensors[i], list[i], writer, context));
    }
    SECATEUR_CHECK(writer.append(std::as_bytes(std::span(factors))));
    m_bytes = writer.fileBytes();
    return writer.commit();
}

/// The file must be the same model to our own reader, and 0 where the run says pruned.
Result<void> GgufExporter::verify(const fs::path &output, const RunContext &context) const
{
    SECATEUR_TRY(written, architecture::ModelArchive::open(output));
    if (architecture::configSha256(written->config()) != architecture::configSha256(m_model.config()))
        return failure(ErrorCode::Unsupported,
                       m_model.path().string()
                           + ": GGUF's metadata cannot describe this configuration exactly; export a dense folder "
                             "(--format dense) and convert that with the tools of its destination");
    std::uint64_t done = 0;
    for (const auto &[name, info] : m_pruned) {
        SECATEUR_CHECK(context.checkpoint());
        context.report({"verify", done++, m_pruned.size(), "tensors"});
        SECATEUR_TRY(kept, m_run.mask(info.id));
        std::vector<float> values(kept.cols());
        for (std::size_t row = 0; row < kept.rows(); ++row) {
            SECATEUR_CHECK(written->readRowsF32(name, row, values));
            for (std::size_t col = 0; col < kept.cols(); ++col)
                if (!kept.test(row, col) && values[col] != 0.0F)
                    return failure(ErrorCode::Internal,
                                   output.string() + ": a pruned weight of tensor " + name
                                       + " was read back as another value than 0; the disk may be damaged, export to "
                                         "another one");
        }
    }
    context.report({"verify", m_pruned.size(), m_pruned.size(), "tensors"});
    return {};
}

void GgufExporter::report(ExportReport &report) const
{
    report.bytes = m_bytes;
    report.sparsity = m_weights ? double(m_zeroed) / double(m_weights) : 0.0;
    report.roundedToZero = m_rounded;
}

void addProvenance(const store::RunManifest &run, const architecture::ModelIdentity &model, DType type,
                   format::GgufMetadata &metadata)
{
    metadata.add("general.name", run.recipe.name);
    metadata.add("general.file_type", fileType(type));
    if (isQuantised(type))
        metadata.add("general.quantization_version", quantizationVersion);
    metadata.add("secateur.version", SECATEUR_VERSION);
    metadata.add("secateur.run", run.recipe.name);
    metadata.add("secateur.domain", run.recipe.domain);
    metadata.add("secateur.method", methodName(run.recipe.method));
    metadata.add("secateur.target", run.recipe.target);
    metadata.add("secateur.sparsity", float(run.sparsity()));
    metadata.add("secateur.source_sha256", model.fingerprint());
}

Result<void> checkOutput(const fs::path &output, const fs::path &study)
{
    std::error_code error;
    if (fs::exists(fs::symlink_status(output, error)))
        return failure(ErrorCode::Conflict, output.string() + ": exists already; choose a new name");
    return checkOutsideStudy(output, study);
}

} // namespace

Result<ExportReport> exportGguf(const ExportGgufRequest &request, const RunContext &context)
{
    SECATEUR_CHECK(checkType(request.type));
    SECATEUR_CHECK(checkOutput(request.output, request.study));
    SECATEUR_TRY(study, store::Study::open(request.study, store::Study::Access::Read));
    SECATEUR_TRY(run, study->read(request.run));
    SECATEUR_TRY(model, openStudyModel(*study, request.model, context));
    SECATEUR_TRY(family, architecture::familyNamed(model->config().family));
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(model->path()));

    ExportReport report;
    format::GgufMetadata metadata;
    SECATEUR_CHECK(architecture::addGgufConfig(*family, model->config(), metadata));
    addProvenance(run->manifest(), study->model(), request.type, metadata);
    SECATEUR_TRY(wordsNamed,
                 tokenizer::addGgufTokenizer(*tokenizer, std::uint64_t(model->config().vocabSize), metadata));
    if (!wordsNamed)
        report.notices.emplace_back("GGUF has no name for how this model's tokenizer splits text into words: other "
                                    "programs may cut texts into other tokens than the model was trained on");

    GgufExporter exporter(*model, *family, *run, request.type);
    SECATEUR_CHECK(exporter.write(request.output, metadata, context));
    if (auto verified = exporter.verify(request.output, context); !verified) {
        std::error_code ignored;
        fs::remove(request.output, ignored);
        return tl::make_unexpected(std::move(verified).error());
    }
    exporter.report(report);
    report.files = {request.output.filename().string()};
    return report;
}

} // namespace secateur::engine
