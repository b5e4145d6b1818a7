// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/generation.h"

#include "core/model/batchgeneration.h"

namespace secateur::model {

Result<Generated> generate(Decoder &decoder, const std::vector<TokenId> &prompt, const GenerationOptions &options,
                           const TokenSink &sink, const RunContext &context)
{
    const BatchPrompt only{.ids = prompt,
                           .sharedPrefix = 0,
                           .sampling = options.sampling,
                           .maxNewTokens = options.maxNewTokens,
                           .ignoreEos = options.ignoreEos};
    // The tokens themselves are progress enough.
    const RunContext loading(context.stopToken(), [&](const Progress &progress) {
        if (progress.stage == "load")
            context.report(progress);
    });
    Generated generated;
    const auto keep = [&](std::size_t, TokenId id) {
        generated.ids.push_back(id);
        return sink(id);
    };
    const auto done = generateBatch(
        decoder, {&only, 1}, 1, keep, [](std::size_t) { return Result<void>(); }, loading);
    if (!done && (done.error().code != ErrorCode::Cancelled || generated.ids.empty()))
        return tl::make_unexpected(done.error());
    generated.cancelled = !done;
    return generated;
}

} // namespace secateur::model
