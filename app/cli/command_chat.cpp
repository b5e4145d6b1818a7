// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/sharedoptions.h"
#include "core/chat/conversation.h"
#include "core/engine/chat.h"

namespace secateur::cli {
namespace {

class Chat : public Command
{
public:
    std::string name() const override { return "chat"; }
    std::string summary() const override { return "Show conversations as the model's own chat template writes them"; }
    std::vector<std::string> examples() const override
    {
        return {"chat model.gguf conversations.jsonl",
                "chat ~/models/SmolLM2-135M-Instruct conversations.jsonl --generation-prompt --ids --json",
                "chat model.gguf conversations.jsonl --date 2026-01-31"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("MODEL", m_request.model, "Hugging Face folder or GGUF file, with a chat template", "")
            .required();
        arguments
            .path(
                "FILE", m_request.data,
                "Records with messages, conversations (ShareGPT), prompt and response, or question and answer: .jsonl, "
                ".json, .csv, also .gz",
                "")
            .required();
        arguments.flag("-g,--generation-prompt", m_request.generationPrompt,
                       "End the text where the model is to answer");
        arguments.flag("--ids", m_request.withIds, "Turn the texts into token ids, too");
        m_bos.declare(arguments);
        m_date.declare(arguments);
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(bos, m_bos.policy());
        SECATEUR_TRY(day, m_date.day());
        m_request.bos = bos;
        m_request.now = day;
        SECATEUR_TRY(report, engine::renderChats(m_request, session.context));
        Outcome outcome = outcomeOf(report);
        m_date.addNotice(report.usedClock, outcome.notices);
        if (report.droppedBos > 0)
            outcome.notices.push_back(chat::droppedBosNotice(report.droppedBos));
        for (std::size_t i = 0; i < report.conversations.size(); ++i)
            show(report.conversations[i], i, session);
        return outcome;
    }

private:
    [[nodiscard]] static Outcome outcomeOf(const engine::ChatReport &report)
    {
        Outcome outcome;
        auto list = nlohmann::ordered_json::array();
        for (const auto &conversation : report.conversations) {
            nlohmann::ordered_json entry = {{"origin", conversation.origin}};
            if (conversation.problem.empty()) {
                entry["text"] = conversation.text;
                if (!conversation.ids.empty())
                    entry["ids"] = conversation.ids;
            } else {
                entry["error"] = conversation.problem;
                outcome.notices.push_back(conversation.origin + ": " + conversation.problem);
                outcome.status = exitStatus(ErrorCode::BadInput);
            }
            list.push_back(std::move(entry));
        }
        outcome.json = {{"template", {{"origin", report.templateOrigin}, {"sha256", report.templateSha256}}},
                        {"conversations", std::move(list)}};
        return outcome;
    }

    /// The text as it is; between two of them a line that tells where the second is from.
    void show(const engine::ChatReport::Conversation &conversation, std::size_t number, const Session &session) const
    {
        if (number > 0)
            session.stream("\n--- " + conversation.origin + "\n");
        session.stream(conversation.text);
        if (conversation.ids.empty())
            return;
        std::string ids = "\n";
        for (const auto id : conversation.ids)
            ids += (ids.size() > 1 ? "," : "") + std::to_string(id);
        session.stream(ids + "\n");
    }

    engine::ChatRequest m_request;
    BosOption m_bos;
    DateOption m_date;
};

} // namespace

std::unique_ptr<Command> makeChat()
{
    return std::make_unique<Chat>();
}

} // namespace secateur::cli
