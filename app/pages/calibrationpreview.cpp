// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/calibrationpreview.h"

#include <algorithm>

#include <QCoreApplication>

#include "core/chat/chattemplate.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::app {
namespace {

Result<data::CalibrationRequest> requestOf(const DomainPlan &plan, const std::filesystem::path &model)
{
    auto request = plan.data;
    if (!plan.chat)
        return request;
    request.preset.clear();
    request.fieldTemplate.clear();
    SECATEUR_TRY(chatTemplate, chat::ChatTemplate::forModel(model));
    request.chat = chatTemplate;
    if (!plan.chatDay.empty()) {
        SECATEUR_TRY(day, chat::dayFromText(plan.chatDay));
        request.chatDay = day;
    }
    return request;
}

} // namespace

ChatTemplateFacts chatTemplateFacts(const std::filesystem::path &model)
{
    const auto words = [](const char *text) { return QCoreApplication::translate("ChatTemplateFacts", text); };
    const auto chatTemplate = chat::ChatTemplate::forModel(model);
    if (chatTemplate)
        return {{}, {}, (*chatTemplate)->mentionsClock()};
    return {chatTemplate.error().code == ErrorCode::NotFound ? words("The model has none")
                                                             : words("The model's cannot be used"),
            QString::fromStdString(chatTemplate.error().detail), false};
}

Result<CalibrationPreview> previewCalibration(const std::filesystem::path &model, const DomainPlan &plan,
                                              const RunContext &context)
{
    SECATEUR_TRY(request, requestOf(plan, model));
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(model));
    SECATEUR_TRY(set, data::buildCalibrationSet(request, *tokenizer, context));
    CalibrationPreview preview;
    for (const auto &sequence : set.sequences) {
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_TRY(text, tokenizer->decode(sequence, false));
        preview.samples.push_back({sequence.size(), QString::fromStdString(text)});
    }
    preview.tokens = set.tokens();
    preview.longest = set.longest();
    preview.provenance = std::move(set.provenance);
    return preview;
}

std::vector<int> lengthHistogram(const std::vector<CalibrationPreview::Sample> &samples, std::uint64_t longest,
                                 std::size_t bins)
{
    std::vector<int> counts(bins, 0);
    if (bins == 0)
        return counts;
    for (const auto &sample : samples) {
        const auto bin = longest == 0 ? 0 : std::size_t(sample.tokens * bins / (longest + 1));
        ++counts[std::min(bin, bins - 1)];
    }
    return counts;
}

} // namespace secateur::app
