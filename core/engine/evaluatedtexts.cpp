// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "core/data/corpus.h"
#include "core/engine/evaluate.h"
#include "core/eval/registry.h"

namespace secateur::engine {

namespace {

namespace fs = std::filesystem;
using store::EvaluationRecipe;

bool isInWindows(const EvaluationRecipe &recipe)
{
    const auto task = eval::taskByName(recipe.task);
    return task && (*task)->info().kind == eval::TaskKind::Windows;
}

/// Where the files are, if they are still there.
Result<std::vector<fs::path>> pathsOf(const EvaluationRecipe &recipe)
{
    if (recipe.files.empty())
        return failure(ErrorCode::NotFound, "the measurement does not say which file its texts are from");
    std::vector<fs::path> paths;
    std::error_code failed;
    for (const auto &file : recipe.files) {
        if (file.path.empty())
            return failure(ErrorCode::NotFound, file.name + ": where this file was is not recorded");
        if (!fs::exists(file.path, failed))
            return failure(ErrorCode::NotFound,
                           file.path + ": this file, which the texts are from, is not there any more");
        paths.emplace_back(file.path);
    }
    return paths;
}

/// The template that all files were read with; none where they differ, and it is guessed for each as it was then.
Result<std::optional<data::RecordText>> templateOf(const EvaluationRecipe &recipe)
{
    const std::string &first = recipe.files.front().fieldTemplate;
    const bool same = std::ranges::all_of(recipe.files, [&](const auto &file) { return file.fieldTemplate == first; });
    if (first.empty() || !same)
        return std::optional<data::RecordText>();
    if (data::isChatText(first))
        return failure(ErrorCode::Unsupported,
                       "its texts were written by the model's chat template, which is not read to show them");
    SECATEUR_TRY(parsed, data::FieldTemplate::parse(first));
    return std::optional(data::RecordText(std::move(parsed)));
}

Result<void> checkUnchanged(const EvaluationRecipe &recipe, const data::Corpus &corpus)
{
    for (std::size_t i = 0; i < recipe.files.size(); ++i)
        if (corpus.files()[i].sha256 != recipe.files[i].sha256)
            return failure(ErrorCode::BadInput,
                           recipe.files[i].path + ": is not the file any more that was measured (its SHA-256 was "
                               + recipe.files[i].sha256 + ")");
    return {};
}

} // namespace

Result<std::vector<std::string>> evaluatedTexts(const EvaluationRecipe &recipe, const store::EvaluationItems &items,
                                                const RunContext &context)
{
    if (isInWindows(recipe))
        return failure(ErrorCode::Unsupported,
                       "its items are windows of " + std::to_string(recipe.length)
                           + " tokens of one text, which begin and end inside words");
    SECATEUR_TRY(paths, pathsOf(recipe));
    SECATEUR_TRY(fieldTemplate, templateOf(recipe));
    SECATEUR_TRY(filter, data::RecordFilter::parse(recipe.files.front().filter));
    SECATEUR_TRY(corpus, data::Corpus::scan(paths, fieldTemplate, context, filter));
    SECATEUR_CHECK(checkUnchanged(recipe, corpus));
    std::map<std::uint64_t, std::size_t> numbers; // of documents, by record
    for (std::size_t number = 0; number < corpus.documents().size(); ++number)
        numbers.emplace(corpus.documents()[number].record, number);
    std::vector<std::size_t> chosen;
    const auto index = items.counts.find("index");
    for (const std::uint64_t record : index == items.counts.end() ? std::vector<std::uint64_t>() : index->second)
        if (const auto found = numbers.find(record); found != numbers.end())
            chosen.push_back(found->second);
    EvaluationTexts texts;
    SECATEUR_TRY(read, corpus.texts(chosen, context));
    texts.texts = std::move(read);
    if (texts.texts.size() != items.rows() || texts.sha256() != recipe.itemsSha256)
        return failure(ErrorCode::BadInput, "the records of the file give other texts than those that were measured");
    return std::move(texts.texts);
}

} // namespace secateur::engine
