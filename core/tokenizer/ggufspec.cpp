// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ggufspec.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/tokenizer/decoder.h"
#include "core/tokenizer/ggufpre.h"
#include "core/tokenizer/posttemplate.h"
#include "core/tokenizer/scoremerges.h"
#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

using nlohmann::json;

namespace {

class GgufReader
{
public:
    explicit GgufReader(const format::GgufFile &file) : m_file(file) { }

    Result<TokenizerSpec> read()
    {
        m_spec.origin = m_file.path().string();
        SECATEUR_TRY(model, m_file.text("tokenizer.ggml.model"));
        if (!model)
            return failure(ErrorCode::BadInput, "has no tokenizer (tokenizer.ggml.model is absent)");
        if (*model != "gpt2" && *model != "llama")
            return failure(ErrorCode::Unsupported,
                           "tokenizer.ggml.model is \"" + *model + "\" (supported: gpt2, llama)");
        SECATEUR_CHECK(readTokens());
        SECATEUR_CHECK(readMerges());
        SECATEUR_CHECK(readNamedTokens(*model == "llama"));
        SECATEUR_CHECK(*model == "llama" ? readSentencePiece() : readByteLevel());
        addSpecialTokens();
        SECATEUR_CHECK(readTemplate());
        SECATEUR_TRY(chatTemplate, m_file.text("tokenizer.chat_template"));
        m_spec.chatTemplate = chatTemplate;
        return std::move(m_spec);
    }

private:
    [[nodiscard]] std::int64_t typeOf(std::size_t id) const { return m_types ? (*m_types)[id] : std::int64_t(ggufNormal); }

    Result<void> readTokens()
    {
        const auto *tokens = m_file.texts("tokenizer.ggml.tokens");
        if (!tokens || tokens->empty() || tokens->size() > std::size_t(MaxTokens))
            return failure(ErrorCode::BadInput, "tokenizer.ggml.tokens must be a list of 1 to 1048576 texts");
        m_types = m_file.integers("tokenizer.ggml.token_type");
        if (m_types && m_types->size() != tokens->size())
            return failure(ErrorCode::BadInput, "tokenizer.ggml.token_type and tokens differ in length");
        for (std::size_t id = 0; id < tokens->size(); ++id) {
            const std::string &token = (*tokens)[id];
            if (!isValidUtf8(token))
                return failure(ErrorCode::BadInput, "token " + std::to_string(id) + " is not UTF-8");
            if (typeOf(id) == ggufByte && byteOfToken(token) < 0)
                return failure(ErrorCode::BadInput,
                               "token " + std::to_string(id) + " is of type byte, but \"" + token.substr(0, 40)
                                   + "\" is not of the form <0x0A>");
            m_spec.tokens.add(token);
            m_spec.ids.push_back(TokenId(id));
        }
        return {};
    }

    Result<void> readMerges()
    {
        const auto *merges = m_file.texts("tokenizer.ggml.merges");
        if (!merges)
            return {};
        if (merges->size() > MaxMerges)
            return failure(ErrorCode::BadInput, "tokenizer.ggml.merges has more than 1048576 merges");
        for (std::size_t i = 0; i < merges->size(); ++i) {
            const std::string_view merge = (*merges)[i];
            // The first part may itself begin with a space.
            const std::size_t space = merge.find(' ', 1);
            if (space == std::string_view::npos || space + 1 == merge.size())
                return failure(ErrorCode::BadInput,
                               "merge " + std::to_string(i) + " is not two texts with a space between");
            m_spec.mergeParts.add(merge.substr(0, space));
            m_spec.mergeParts.add(merge.substr(space + 1));
        }
        return {};
    }

    Result<std::optional<TokenId>> namedToken(const char *name)
    {
        const std::string key = std::string("tokenizer.ggml.") + name + "_token_id";
        SECATEUR_TRY(id, m_file.integer(key));
        if (!id)
            return std::optional<TokenId>();
        // Converters write -1 or 2^32 - 1 for "none".
        if (*id < 0 || *id == 0xFFFFFFFF)
            return std::optional<TokenId>();
        if (std::uint64_t(*id) >= m_spec.tokens.size())
            return failure(ErrorCode::BadInput, key + " is " + std::to_string(*id) + ", outside the vocabulary");
        m_named.insert(TokenId(*id));
        return std::optional(TokenId(*id));
    }

    [[nodiscard]] std::optional<std::string> textOf(std::optional<TokenId> id) const
    {
        return id ? std::optional(std::string(m_spec.tokens[std::size_t(*id)])) : std::nullopt;
    }

    /// Where a "llama" vocabulary does not say, its unknown, begin and end tokens are 0, 1 and 2, as SentencePiece
    /// numbers them.
    Result<void> readNamedTokens(bool sentencePiece)
    {
        SECATEUR_TRY(bos, namedToken("bos"));
        SECATEUR_TRY(eos, namedToken("eos"));
        SECATEUR_TRY(pad, namedToken("padding"));
        SECATEUR_TRY(unknown, namedToken("unknown"));
        if (sentencePiece && m_spec.tokens.size() > 2) {
            bos = bos.value_or(1);
            eos = eos.value_or(2);
            unknown = unknown.value_or(0);
            m_named.insert({*bos, *eos, *unknown});
        }
        m_bos = bos;
        m_eos = eos;
        m_spec.bosToken = textOf(bos);
        m_spec.eosToken = textOf(eos);
        m_spec.padToken = textOf(pad);
        if (sentencePiece)
            m_spec.unknownToken = textOf(unknown);
        return {};
    }

    Result<void> readByteLevel()
    {
        SECATEUR_TRY(name, m_file.text("tokenizer.ggml.pre"));
        SECATEUR_TRY(pre, ggufPre(name.value_or("default")));
        m_spec.normalizer = pre.normalizer;
        m_spec.preTokenizer = pre.preTokenizer;
        m_spec.ignoreMerges = pre.ignoreMerges;
        m_spec.decoder = {
            {"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}};
        m_addBos = pre.addBos;
        if (m_spec.mergeParts.size() == 0)
            return failure(ErrorCode::BadInput, "a gpt2 tokenizer without tokenizer.ggml.merges");
        return {};
    }

    Result<void> readSentencePiece()
    {
        SECATEUR_TRY(prefix, m_file.boolean("tokenizer.ggml.add_space_prefix"));
        const bool addPrefix = prefix.value_or(true);
        const json toMark = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "\u2581"}};
        const json toSpace = {{"type", "Replace"}, {"pattern", {{"String", "\u2581"}}}, {"content", " "}};
        json normalizers = json::array();
        json decoders = json::array({toSpace, {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
        if (addPrefix) {
            normalizers.push_back({{"type", "Prepend"}, {"prepend", "\u2581"}});
            decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
        }
        normalizers.push_back(toMark);
        m_spec.normalizer = {{"type", "Sequence"}, {"normalizers", normalizers}};
        m_spec.decoder = {{"type", "Sequence"}, {"decoders", decoders}};
        m_spec.byteFallback = true;
        m_spec.fuseUnknown = true;
        m_addBos = true;
        return m_spec.mergeParts.size() > 0 ? Result<void>() : readScores();
    }

    Result<void> readScores()
    {
        const auto *scores = m_file.numbers("tokenizer.ggml.scores");
        if (!scores || scores->size() != m_spec.tokens.size())
            return failure(ErrorCode::BadInput,
                           "a llama tokenizer needs tokenizer.ggml.merges or one of "
                           "tokenizer.ggml.scores per token");
        if (std::any_of(scores->begin(), scores->end(), [](double score) { return !std::isfinite(score); }))
            return failure(ErrorCode::BadInput, "tokenizer.ggml.scores holds a value that is no number");
        std::vector<bool> mergeable(m_spec.tokens.size());
        for (std::size_t id = 0; id < mergeable.size(); ++id)
            mergeable[id] = typeOf(id) == ggufNormal;
        return addMergesFromScores(*scores, mergeable, m_spec);
    }

    void addSpecialTokens()
    {
        for (std::size_t id = 0; id < m_spec.tokens.size(); ++id) {
            const bool named = m_named.contains(TokenId(id));
            const bool special = named || typeOf(id) == ggufControl || typeOf(id) == ggufUnknown;
            if ((special || typeOf(id) == ggufUserDefined) && !m_spec.tokens[id].empty())
                m_spec.addedTokens.push_back({std::string(m_spec.tokens[id]), TokenId(id), special});
        }
    }

    Result<void> readTemplate()
    {
        SECATEUR_TRY(addBos, m_file.boolean("tokenizer.ggml.add_bos_token"));
        SECATEUR_TRY(addEos, m_file.boolean("tokenizer.ggml.add_eos_token"));
        std::vector<TemplateToken> before;
        std::vector<TemplateToken> after;
        if (addBos.value_or(m_addBos) && m_bos)
            before.push_back({*m_spec.bosToken, *m_bos});
        if (addEos.value_or(false) && m_eos)
            after.push_back({*m_spec.eosToken, *m_eos});
        m_spec.postProcessor = templateJson(before, after);
        return {};
    }

    const format::GgufFile &m_file;
    TokenizerSpec m_spec;
    const std::vector<std::int64_t> *m_types = nullptr;
    std::set<TokenId> m_named;
    std::optional<TokenId> m_bos;
    std::optional<TokenId> m_eos;
    bool m_addBos = false;
};

} // namespace

Result<TokenizerSpec> readGgufSpec(const format::GgufFile &file)
{
    auto spec = GgufReader(file).read();
    if (!spec)
        return tl::make_unexpected(withContext(spec.error(), file.path().string()));
    return spec;
}

} // namespace secateur::tokenizer
