// SPDX-License-Identifier: GPL-3.0-or-later
#include <cctype>

#include "core/base/text.h"
#include "core/eval/itemfields.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

void replaceAll(std::string &text, std::string_view from, std::string_view to)
{
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// The clean-up of WikiHow's marks (lm-evaluation-harness, tasks/hellaswag/utils.py): one pass for double blanks.
std::string clean(const std::string &raw)
{
    std::string text = stripped(raw);
    replaceAll(text, " [title]", ". ");
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t open = text.find('[', at);
        const std::size_t close = open == std::string::npos ? open : text.find(']', open);
        // Like ".*?" of a regular expression, a mark ends on its own line.
        if (close == std::string::npos || text.find('\n', open) < close) {
            const std::size_t end = close == std::string::npos ? text.size() : open + 1;
            kept += text.substr(at, end - at);
            at = end;
            continue;
        }
        kept += text.substr(at, open - at);
        at = close + 1;
    }
    std::string single;
    for (std::size_t at = 0; at < kept.size(); ++at) {
        single += kept[at];
        if (kept[at] == ' ' && at + 1 < kept.size() && kept[at + 1] == ' ')
            ++at;
    }
    return single;
}

/// As Python's str.capitalize() for ASCII: the first letter large, all others small.
std::string capitalized(std::string text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto letter = static_cast<unsigned char>(text[i]);
        text[i] = char(i == 0 ? std::toupper(letter) : std::tolower(letter));
    }
    return text;
}

/// The likeliest end of a story (lm-evaluation-harness, tasks/hellaswag). Mirrors without ctx_a and ctx_b have them
/// joined as "ctx".
class Hellaswag : public ChoiceTask
{
public:
    using ChoiceTask::ChoiceTask;

    Result<ChoiceItem> item(const data::Record &record) const override
    {
        const ItemFields fields(record);
        SECATEUR_TRY(activity, fields.text("activity_label"));
        std::string context;
        if (fields.has("ctx_a")) {
            SECATEUR_TRY(a, fields.text("ctx_a"));
            SECATEUR_TRY(b, fields.text("ctx_b"));
            context = a + " " + capitalized(b);
        } else {
            SECATEUR_TRY(both, fields.text("ctx"));
            context = both;
        }
        SECATEUR_TRY(endings, fields.texts("endings"));
        SECATEUR_TRY(gold, fields.number("label", endings.size()));
        for (auto &ending : endings)
            ending = clean(ending);
        return choicesOf(clean(activity + ": " + context), endings, gold);
    }
};

} // namespace

std::shared_ptr<const Task> makeHellaswag()
{
    return std::make_shared<Hellaswag>(
        TaskInfo{.name = "hellaswag",
                 .title = "HellaSwag",
                 .kind = TaskKind::Choice,
                 .domain = "csr",
                 .protocol = "lm-eval-zero-shot",
                 .version = "1",
                 .items = "HellaSwag's validation split: activity_label, ctx_a and ctx_b (or ctx), endings, label"});
}

} // namespace secateur::eval
