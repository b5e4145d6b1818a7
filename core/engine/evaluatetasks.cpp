// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/data/corpus.h"
#include "core/data/recordreader.h"
#include "core/engine/evaluate.h"
#include "core/eval/registry.h"
#include "core/eval/taskfile.h"

namespace secateur::engine {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t defaultWindow = 2048;
constexpr std::uint64_t mostJoinedBytes = std::uint64_t(1) << 30;

bool isPerplexity(const std::string &task)
{
    return task == "perplexity" || task.starts_with("perplexity:");
}

Result<RequestedTask> withItems(std::shared_ptr<const eval::Task> task, const std::string &name,
                                const std::string &items, const EvaluateRequest &request)
{
    if (!items.empty() && request.items)
        return failure(ErrorCode::InvalidArgument,
                       "task " + name + " has its items behind the \"=\" already; leave out --items");
    if (!items.empty())
        return RequestedTask{std::move(task), items};
    if (request.items && request.tasks.size() == 1)
        return RequestedTask{std::move(task), *request.items};
    return failure(ErrorCode::InvalidArgument,
                   "task " + name + " takes its items from a file of yours (" + task->info().items + "): name it as "
                       + name + "=FILE" + (request.items ? "; --items goes with a single task" : ", or with --items"));
}

/// "arc_easy=FILE", "arc_easy", "mine.json".
Result<RequestedTask> requestedTask(const std::string &text, const EvaluateRequest &request)
{
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (name.ends_with(".json")) {
        SECATEUR_TRY(own, eval::readTaskFile(name));
        if (own.items && equals == std::string::npos)
            return RequestedTask{own.task, *own.items};
        return withItems(own.task, name, equals == std::string::npos ? "" : text.substr(equals + 1), request);
    }
    SECATEUR_TRY(task, eval::taskByName(name, {request.paper, request.demonstrations, request.wordNet}));
    const bool choice = task->info().kind == eval::TaskKind::Choice; // there it says that no BOS is added
    if (request.paper && !choice && !task->info().protocol.ends_with("paper"))
        return failure(ErrorCode::InvalidArgument,
                       "task " + name + " has no settings of the paper's own code here; leave out --paper");
    return withItems(task, name, equals == std::string::npos ? "" : text.substr(equals + 1), request);
}

} // namespace

Result<RequestedTasks> requestedTasks(const EvaluateRequest &request)
{
    RequestedTasks tasks;
    if (request.tasks.empty())
        return failure(ErrorCode::InvalidArgument, "name a task");
    for (const auto &name : request.tasks) {
        if (isPerplexity(name)) {
            tasks.perplexity.push_back(name);
            continue;
        }
        SECATEUR_TRY(task, requestedTask(name, request));
        const auto same = [&task](const RequestedTask &other) {
            return other.task->info().name == task.task->info().name
                && other.task->info().protocol == task.task->info().protocol && other.items == task.items;
        };
        if (std::ranges::none_of(tasks.others, same))
            tasks.others.push_back(std::move(task));
    }
    if (request.items && !tasks.perplexity.empty() && !tasks.others.empty())
        return failure(ErrorCode::InvalidArgument, "--items goes with a single task");
    if (!request.filter.empty() && (!request.items || !tasks.others.empty()))
        return failure(ErrorCode::InvalidArgument,
                       "--where chooses among the records of --items, for --tasks perplexity; held-out texts have the "
                       "filter of their domain's runs");
    return tasks;
}

Result<EvaluationTexts> windowTexts(const EvaluateRequest &request, const RequestedTask &task,
                                    const RunContext &context)
{
    const auto *const windows = dynamic_cast<const eval::WindowsTask *>(task.task.get());
    if (!windows)
        return failure(ErrorCode::Internal, task.task->info().name + ": is no task in windows");
    SECATEUR_TRY(items, taskItems(task, std::nullopt, context));
    EvaluationTexts texts;
    texts.task = task.task->info().name;
    texts.domain = task.task->info().domain;
    texts.files = {items.file};
    texts.bos = request.bos;
    texts.length = request.length != 0 ? request.length : defaultWindow;
    texts.windows = true;
    texts.version = task.task->info().version;
    texts.protocol = task.task->info().protocol; // the evaluation adds the length, which the model may limit
    std::string joined;
    for (std::size_t i = 0; i < items.records.size(); ++i) {
        SECATEUR_TRY(text, windows->text(items.records[i]));
        joined += (i == 0 ? "" : windows->joint()) + text;
        if (joined.size() > mostJoinedBytes)
            return failure(ErrorCode::BadInput, task.items.string() + ": holds more than 1 GiB of text");
    }
    texts.texts = {std::move(joined)};
    texts.records = {0};
    return texts;
}

Result<TaskItems> taskItems(const RequestedTask &task, std::optional<std::uint64_t> limit, const RunContext &context)
{
    TaskItems items;
    data::FileDigest digest;
    std::uint64_t records = 0;
    SECATEUR_CHECK(data::forEachRecord(
        task.items,
        [&](const data::Record &record) -> Result<void> {
            if (records++ < limit.value_or(UINT64_MAX))
                items.records.push_back(record);
            return {};
        },
        context, digest));
    if (items.records.empty())
        return failure(ErrorCode::BadInput, task.items.string() + ": holds no items");
    std::error_code failed;
    const auto whole = fs::absolute(task.items, failed);
    items.file = {.name = task.items.filename().string(),
                  .bytes = digest.bytes,
                  .sha256 = digest.sha256,
                  .records = records,
                  .fieldTemplate = {},
                  .path = failed ? task.items.string() : whole.string()};
    return items;
}

} // namespace secateur::engine
