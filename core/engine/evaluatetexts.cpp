// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/conversion.h"
#include "core/data/corpus.h"
#include "core/data/sampler.h"
#include "core/engine/evaluate.h"

namespace secateur::engine {

namespace {

namespace fs = std::filesystem;
using data::Corpus;
using data::Provenance;

constexpr const char *taskName = "perplexity";
constexpr const char *heldOutProtocol = "heldout-perplexity-1";
constexpr const char *itemsProtocol = "items-perplexity-1";
constexpr std::uint64_t windowWithoutRecord = 2048;

using TextHash = std::array<std::uint64_t, 2>;
using RecordOfFile = std::pair<std::string, std::uint64_t>; ///< SHA-256 of a file, number of the record in it

bool hasText(const Provenance &calibration)
{
    return !calibration.bos.empty() && !calibration.files.empty();
}

/// Finds the files that a run was calibrated on, among those the user names or where they were then.
class FileFinder
{
public:
    FileFinder(const std::vector<fs::path> &named, const RunContext &context) : m_named(named), m_context(context) { }

    Result<fs::path> find(const Provenance::File &file, const std::string &domain)
    {
        for (const auto &path : m_named) {
            SECATEUR_TRY(fits, isThis(path, file));
            if (fits)
                return path;
        }
        std::error_code failed;
        const std::string calibrated = "domain \"" + domain + "\" was calibrated on ";
        if (file.path.empty() || !fs::exists(file.path, failed))
            return failure(ErrorCode::NotFound,
                           (file.path.empty() ? file.name : file.path) + ": " + calibrated
                               + "this file, which is not there"
                               + (file.path.empty() ? " (where it was is not recorded)" : "")
                               + "; name it with --data, or give other texts with --items");
        SECATEUR_TRY(fits, isThis(file.path, file));
        if (!fits)
            return failure(ErrorCode::BadInput,
                           file.path + ": is not the file any more that " + calibrated + "(its SHA-256 was "
                               + file.sha256 + "): which of its records are held out cannot be known; restore it, "
                               + "or name the right one with --data");
        return fs::path(file.path);
    }

private:
    Result<bool> isThis(const fs::path &path, const Provenance::File &file)
    {
        std::error_code failed;
        if (fs::file_size(path, failed) != file.bytes && !failed)
            return false;
        if (!m_digests.contains(path)) {
            SECATEUR_TRY(digest, sha256File(path, m_context));
            m_digests[path] = digest;
        }
        return m_digests[path] == file.sha256;
    }

    const std::vector<fs::path> &m_named;
    const RunContext &m_context;
    std::map<fs::path, std::string> m_digests;
};

/// All distinct texts of what a run was calibrated on, rendered as it saw them.
struct Source {
    Provenance provenance;
    std::vector<std::uint64_t> used; ///< records, by all runs with these files and this template
    std::optional<Corpus> corpus;
};

RecordOfFile recordOfFile(const Corpus &corpus, std::uint64_t record)
{
    for (const auto &file : corpus.files()) {
        if (record < file.records)
            return {file.sha256, record};
        record -= file.records;
    }
    return {};
}

bool sameSource(const Provenance &a, const Provenance &b)
{
    return std::ranges::equal(a.files, b.files, [](const Provenance::File &left, const Provenance::File &right) {
        return left.sha256 == right.sha256 && left.fieldTemplate == right.fieldTemplate && left.filter == right.filter;
    });
}

/// One source per list of files, templates and filters; the first is that of the first run.
std::vector<Source> sourcesOf(const store::Study &study, const std::string &domain)
{
    std::vector<Source> sources;
    const auto addOne = [&](const std::string &whose, const Provenance &calibration) {
        if (whose != domain || !hasText(calibration))
            return;
        auto found = std::ranges::find_if(
            sources, [&](const Source &source) { return sameSource(source.provenance, calibration); });
        if (found == sources.end())
            found = sources.insert(sources.end(), {calibration, {}, {}});
        found->used.insert(found->used.end(), calibration.sampleIndices.begin(), calibration.sampleIndices.end());
    };
    const auto add = [&](const store::RunRecipe &recipe) {
        addOne(recipe.domain, recipe.calibration);
        if (recipe.combination) // whose runs may have been removed; it saw what they saw
            for (const auto &calibration : recipe.combination->calibrations)
                addOne(calibration.domain, calibration.provenance);
    };
    for (const auto &run : study.runs())
        add(run.recipe);
    for (const auto &run : study.interrupted())
        add(run.recipe);
    return sources;
}

Result<Corpus> scan(const Provenance &provenance, const std::vector<fs::path> &paths, const fs::path &model,
                    const RunContext &context)
{
    std::optional<data::RecordText> recordText; // none: the files differ in theirs, which are guessed again
    if (!provenance.fieldTemplate.empty()) {
        SECATEUR_TRY(parsed, data::RecordText::fromDescription(provenance.fieldTemplate, model));
        recordText = std::move(parsed);
    }
    SECATEUR_TRY(filter, data::RecordFilter::parse(provenance.files.front().filter));
    return Corpus::scan(paths, recordText, context, filter);
}

/// What no held-out text may be: a text that some run of the domain saw, or the same record rendered otherwise.
struct Seen {
    std::set<TextHash> texts;
    std::set<RecordOfFile> records;
};

Seen seenBy(const std::vector<Source> &sources)
{
    Seen seen;
    for (const auto &source : sources) {
        const std::set<std::uint64_t> used(source.used.begin(), source.used.end());
        for (const auto record : used)
            seen.records.insert(recordOfFile(*source.corpus, record));
        for (const auto &document : source.corpus->documents())
            if (used.contains(document.record))
                seen.texts.insert(document.hash);
    }
    return seen;
}

/// The documents whose key, made from the seed and the text alone, is smallest: a uniform sample of which most stays
/// when others join or leave. In the order of the files.
std::vector<std::size_t> sampleOf(const Corpus &corpus, const std::vector<std::size_t> &candidates, std::uint64_t limit,
                                  std::uint64_t seed)
{
    const std::uint64_t salt = SplitMix64(seed).next();
    std::vector<std::pair<std::uint64_t, std::size_t>> keys;
    for (const std::size_t number : candidates)
        keys.emplace_back(SplitMix64(corpus.documents()[number].hash[0] ^ salt).next(), number);
    std::ranges::sort(keys);
    if (limit < keys.size())
        keys.resize(std::size_t(limit));
    std::vector<std::size_t> chosen;
    for (const auto &key : keys)
        chosen.push_back(key.second);
    std::ranges::sort(chosen);
    return chosen;
}

Result<void> readTexts(const Corpus &corpus, const std::vector<std::size_t> &chosen, EvaluationTexts &texts,
                       const RunContext &context)
{
    SECATEUR_TRY(read, corpus.texts(chosen, context));
    texts.texts = std::move(read);
    texts.files = corpus.files();
    for (const std::size_t number : chosen)
        texts.records.push_back(corpus.documents()[number].record);
    return {};
}

Result<EvaluationTexts> heldOut(const EvaluateRequest &request, std::vector<Source> &sources, const std::string &domain,
                                const fs::path &model, std::vector<std::string> &notices, const RunContext &context)
{
    std::vector<fs::path> named;
    for (const auto &path : request.data) {
        SECATEUR_TRY(files, data::datasetFiles(path));
        named.insert(named.end(), files.begin(), files.end());
    }
    FileFinder finder(named, context);
    for (auto &source : sources) {
        std::vector<fs::path> paths;
        for (const auto &file : source.provenance.files) {
            SECATEUR_TRY(path, finder.find(file, domain));
            paths.push_back(path);
        }
        SECATEUR_TRY(corpus, scan(source.provenance, paths, model, context));
        source.corpus = std::move(corpus);
    }
    const Seen seen = seenBy(sources);
    const Corpus &corpus = *sources.front().corpus;
    std::vector<std::size_t> candidates;
    for (std::size_t number = 0; number < corpus.documents().size(); ++number) {
        const auto &document = corpus.documents()[number];
        if (!seen.texts.contains(document.hash) && !seen.records.contains(recordOfFile(corpus, document.record)))
            candidates.push_back(number);
    }
    const Provenance &provenance = sources.front().provenance;
    const std::uint64_t recorded = provenance.length != 0 ? provenance.length : provenance.maxLength;
    SECATEUR_TRY(bos, bosFromName(provenance.bos));
    EvaluationTexts texts{.task = std::string(taskName) + ":" + domain,
                          .version = "1",
                          .protocol = heldOutProtocol,
                          .domain = domain,
                          .files = {},
                          .records = {},
                          .texts = {},
                          .bos = bos,
                          .length = recorded != 0 ? recorded : windowWithoutRecord,
                          .limit = defaultItems,
                          .windows = false};
    const std::uint64_t limit = request.limit.value_or(defaultItems);
    if (candidates.size() < limit)
        notices.push_back("domain \"" + domain + "\": " + std::to_string(candidates.size()) + " texts of "
                          + std::to_string(corpus.documents().size()) + " are held out, fewer than the "
                          + std::to_string(limit) + " asked for; its runs were calibrated on the others");
    SECATEUR_CHECK(readTexts(corpus, sampleOf(corpus, candidates, limit, request.seed), texts, context));
    return texts;
}

/// Records of the user's own file.
Result<EvaluationTexts> ownItems(const EvaluateRequest &request, std::vector<std::string> &notices,
                                 const RunContext &context)
{
    SECATEUR_TRY(filter, data::RecordFilter::parse(request.filter));
    SECATEUR_TRY(corpus, Corpus::scan({*request.items}, std::nullopt, context, filter));
    std::vector<std::size_t> all(corpus.documents().size());
    for (std::size_t number = 0; number < all.size(); ++number)
        all[number] = number;
    if (!filter.takesAll())
        for (const auto &file : corpus.files())
            notices.push_back(data::filterNotice(file));
    EvaluationTexts texts;
    texts.task = taskName;
    texts.protocol = itemsProtocol;
    texts.length = request.length != 0 ? request.length : windowWithoutRecord;
    texts.bos = request.bos;
    SECATEUR_CHECK(
        readTexts(corpus, sampleOf(corpus, all, request.limit.value_or(all.size()), request.seed), texts, context));
    if (texts.texts.empty())
        return failure(ErrorCode::BadInput, request.items->string() + ": holds no text");
    return texts;
}

/// The domains that the tasks name; all of them for the task alone.
Result<std::vector<std::string>> domainsFor(const EvaluateRequest &request, const store::Study *study)
{
    const auto known = study ? domainsOf(*study) : std::vector<std::string>();
    std::vector<std::string> chosen;
    const auto add = [&chosen](const std::string &domain) {
        if (std::ranges::find(chosen, domain) == chosen.end())
            chosen.push_back(domain);
    };
    const std::string prefix = std::string(taskName) + ":";
    for (const auto &task : request.tasks) {
        if (task == taskName)
            std::ranges::for_each(known, add);
        else if (task.starts_with(prefix) && std::ranges::find(known, task.substr(prefix.size())) != known.end())
            add(task.substr(prefix.size()));
        else
            return failure(ErrorCode::InvalidArgument,
                           "there is no task \"" + task + "\"; there is perplexity, of the held-out texts of all "
                               + "domains or of --items"
                               + (known.empty() ? "" : ", and perplexity:DOMAIN for one of " + joined(known)));
    }
    return chosen;
}

} // namespace

std::string EvaluationTexts::sha256() const
{
    Sha256 digest;
    for (const auto &text : texts)
        digest.update(std::to_string(text.size()) + ":" + text);
    return digest.finishHex();
}

Result<std::vector<EvaluationTexts>> evaluationTexts(const EvaluateRequest &request, const store::Study *study,
                                                     std::vector<std::string> &notices, const RunContext &context)
{
    SECATEUR_TRY(domains, domainsFor(request, study));
    if (request.items) {
        if (request.tasks != std::vector<std::string>{taskName})
            return failure(ErrorCode::InvalidArgument, "--items is the file of a single task: --tasks perplexity");
        SECATEUR_TRY(own, ownItems(request, notices, context));
        return std::vector<EvaluationTexts>{std::move(own)};
    }
    if (!study)
        return failure(ErrorCode::InvalidArgument,
                       "a model has no held-out texts of its own: name a study, or a file of texts with --items");
    const fs::path model = request.model ? *request.model : fs::path(study->model().path);
    std::vector<EvaluationTexts> all;
    for (const auto &domain : domains) {
        auto sources = sourcesOf(*study, domain);
        if (sources.empty()) {
            notices.push_back(
                "domain \"" + domain
                + "\": has no held-out texts of its own, because none of its runs was calibrated on text");
            continue;
        }
        SECATEUR_TRY(texts, heldOut(request, sources, domain, model, notices, context));
        if (!texts.texts.empty())
            all.push_back(std::move(texts));
    }
    if (all.empty())
        return failure(ErrorCode::NotFound,
                       study->folder().string() + ": has no held-out texts"
                           + (notices.empty() ? std::string() : " (" + notices.front() + ")")
                           + "; give a file of texts with --items");
    return all;
}

} // namespace secateur::engine
