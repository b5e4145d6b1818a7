// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>
#include <limits>

#include "app/cli/commands.h"
#include "app/cli/sharedoptions.h"
#include "app/cli/text.h"
#include "core/engine/light.h"

namespace secateur::cli {
namespace {

Result<std::vector<tokenizer::TokenId>> parseIds(const std::vector<std::string> &words)
{
    std::vector<tokenizer::TokenId> ids;
    for (const auto &word : words) {
        tokenizer::TokenId id = 0;
        const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), id);
        if (problem != std::errc() || end != word.data() + word.size())
            return failure(ErrorCode::InvalidArgument, "--ids: \"" + word + "\" is not a token id; write --ids 1,2,3");
        ids.push_back(id);
    }
    return ids;
}

class Tokenize : public Command
{
public:
    std::string name() const override { return "tokenize"; }
    std::string summary() const override { return "Turn a text into token ids, or token ids into a text"; }
    std::vector<std::string> examples() const override
    {
        return {"tokenize model.gguf --text \"def add(a, b):\"", "tokenize model.gguf --file notes.txt --json",
                "tokenize model.gguf --ids 504,2365,6354"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("MODEL", m_request.model, "Hugging Face folder or GGUF file", "").required();
        const Argument text = arguments.text("-t,--text", m_request.text, "TEXT", "The text itself");
        const Argument file = arguments.path("-f,--file", m_request.file, "A UTF-8 text file").excludes(text);
        arguments.list("--ids", m_ids, "1,2,3", "Token ids to turn into text").excludes(text).excludes(file);
        m_bos.declare(arguments);
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(ids, parseIds(m_ids));
        if (!m_request.text && !m_request.file && ids.empty())
            return failure(ErrorCode::InvalidArgument, "give --text T, --file F or --ids 1,2,3");
        SECATEUR_TRY(bos, m_bos.policy());
        m_request.ids = std::move(ids);
        m_request.bos = bos;
        SECATEUR_TRY(report, engine::tokenize(m_request));
        Outcome outcome{{{"ids", report.ids}, {"text", report.text}}, {}, {}, 0};
        if (m_request.ids.empty()) {
            outcome.text = table(report);
        } else {
            session.stream(report.text); // byte for byte, except on a terminal
            outcome.text = "\n";
        }
        return outcome;
    }

private:
    [[nodiscard]] static std::string table(const engine::TokenizeReport &report)
    {
        Table table({{"Id", Table::Align::Right}, {"Token"}});
        for (std::size_t i = 0; i < report.ids.size(); ++i)
            table.addRow({std::to_string(report.ids[i]), report.tokens[i]});
        return table.text() + std::to_string(report.ids.size()) + " tokens\n";
    }

    engine::TokenizeRequest m_request;
    std::vector<std::string> m_ids;
    BosOption m_bos;
};

} // namespace

std::unique_ptr<Command> makeTokenize()
{
    return std::make_unique<Tokenize>();
}

} // namespace secateur::cli
