// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

/// All records joined, tokenised once, cut into windows of one length of which each stands alone, the tail dropped
/// (Wanda's lib/eval.py). Not to be compared with the word perplexity of lm-evaluation-harness.
std::shared_ptr<const Task> makeWikitext2()
{
    return std::make_shared<WindowsTask>(TaskInfo{.name = "wikitext2",
                                                  .title = "WikiText-2",
                                                  .kind = TaskKind::Windows,
                                                  .domain = "general",
                                                  .protocol = "wanda-windows",
                                                  .version = "1",
                                                  .items = "wikitext-2-raw-v1's test split: text"},
                                         data::FieldTemplate::parse("{text}").value(), "\n\n");
}

} // namespace secateur::eval
