// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"
#include "core/engine/light.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::engine {
namespace {

constexpr std::uint64_t largestTextFile = 256ULL << 20;

} // namespace

Result<TokenizeReport> tokenize(const TokenizeRequest &request)
{
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(request.model));
    TokenizeReport report;
    if (!request.ids.empty()) {
        SECATEUR_TRY(decoded, tokenizer->decode(request.ids, false));
        report.ids = request.ids;
        report.text = std::move(decoded);
    } else if (request.file) {
        SECATEUR_TRY(content, readTextFile(*request.file, largestTextFile));
        report.text = std::move(content);
    } else if (request.text) {
        report.text = *request.text;
    } else {
        return failure(ErrorCode::InvalidArgument, "nothing to tokenize: neither a text nor a file nor ids");
    }
    if (request.ids.empty()) {
        auto encoded = tokenizer->encode(report.text, request.bos);
        if (!encoded)
            return tl::make_unexpected(
                withContext(encoded.error(), request.file ? request.file->string() : "the text"));
        report.ids = std::move(*encoded);
    }
    for (const auto id : report.ids)
        report.tokens.push_back(tokenizer->tokenText(id));
    return report;
}

} // namespace secateur::engine
