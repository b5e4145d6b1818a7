// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/jobs.h"
#include "core/compute/textgeneration.h"
#include "core/model/generation.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

Result<engine::GenerateReport> generateJob(const engine::GenerateRequest &request,
                                           const std::function<void(std::string_view)> &onText,
                                           const RunContext &context)
{
    SECATEUR_TRY(model, architecture::ModelArchive::open(request.model));
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(request.model));
    SECATEUR_TRY(prompt, promptOf(request, *tokenizer, model->config()));
    SECATEUR_TRY(positions, positionsFor(request, prompt.size(), model->config()));
    SECATEUR_TRY(keep,
                 keepsWeights(model->config(), generationShape(request, prompt, positions), "generating",
                              "take fewer tokens (--max-new-tokens), a shorter prompt or fewer threads (--threads)"));
    SECATEUR_TRY(masks, masksOfRun(*model, request.study, request.run, context));
    SECATEUR_TRY(decoder,
                 model::Decoder::create(model, positions,
                                        {.threads = request.threads,
                                         .precision = precisionOf(request.compute),
                                         .masks = std::move(masks),
                                         .keepWeights = keep}));
    engine::GenerateReport report;
    TextStream stream(tokenizer, onText, report);
    const auto options = generationOptions(request, prompt.size(), positions);
    SECATEUR_TRY(generated,
                 model::generate(
                     *decoder, prompt, options, [&](model::TokenId id) { return stream.add(id); }, context));
    SECATEUR_CHECK(stream.finish());
    report.cancelled = generated.cancelled;
    return report;
}

} // namespace secateur::compute
