// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizerjsonsax.h"

namespace secateur::tokenizer {

namespace {

using nlohmann::json;

constexpr std::size_t MaxDepth = 64;
constexpr std::size_t MaxOtherValues = 4'000'000;

class Reader final : public nlohmann::json_sax<json>
{
public:
    explicit Reader(TokenizerDocument &document) : m_document(document), m_builder(document.rest, false) { }

    const std::string &problem() const { return m_problem; }

    bool null() override
    {
        return forward([&] { return m_builder.null(); });
    }
    bool boolean(bool value) override
    {
        return forward([&] { return m_builder.boolean(value); });
    }
    bool number_integer(number_integer_t value) override
    {
        return m_mode == Mode::Pieces ? addScore(double(value))
                                      : forward([&] { return m_builder.number_integer(value); });
    }
    bool number_float(number_float_t value, const string_t &text) override
    {
        return m_mode == Mode::Pieces ? addScore(value) : forward([&] { return m_builder.number_float(value, text); });
    }
    bool binary(binary_t &value) override
    {
        return forward([&] { return m_builder.binary(value); });
    }
    bool number_unsigned(number_unsigned_t value) override
    {
        if (m_mode == Mode::Pieces)
            return addScore(double(value));
        return m_mode == Mode::Vocabulary ? addId(value) : forward([&] { return m_builder.number_unsigned(value); });
    }
    bool string(string_t &value) override
    {
        if (m_mode == Mode::Merges)
            return m_pairParts >= 0 ? addPairPart(value) : addSpacedMerge(value);
        if (m_mode == Mode::Pieces)
            return addPiece(value);
        return forward([&] { return m_builder.string(value); });
    }

    bool key(string_t &name) override
    {
        if (m_mode == Mode::Vocabulary)
            return addToken(name);
        if (!m_keys.back().insert(name).second)
            return refuse("key \"" + name + "\" is repeated");
        m_atVocabulary = m_inModel && m_depth == 2 && name == "vocab";
        m_atMerges = m_inModel && m_depth == 2 && name == "merges";
        if (m_depth == 1)
            m_inModel = name == "model";
        return m_builder.key(name);
    }
    bool start_object(std::size_t size) override
    {
        if (m_mode != Mode::Document)
            return misplaced();
        if (!enter())
            return false;
        if (m_atVocabulary)
            return divert(Mode::Vocabulary);
        m_keys.emplace_back();
        return m_builder.start_object(size);
    }
    bool end_object() override
    {
        --m_depth;
        if (m_mode != Mode::Document)
            return leaveDiversion();
        m_keys.pop_back();
        return m_builder.end_object();
    }
    bool start_array(std::size_t size) override
    {
        if (m_mode == Mode::Vocabulary || (m_mode != Mode::Document && m_pairParts >= 0))
            return misplaced();
        if (!enter())
            return false;
        if (m_mode != Mode::Document)
            m_pairParts = 0;
        if (m_mode != Mode::Document)
            return true;
        if (m_atVocabulary || m_atMerges)
            return divert(m_atMerges ? Mode::Merges : Mode::Pieces);
        return m_builder.start_array(size);
    }
    bool end_array() override
    {
        --m_depth;
        if (m_mode != Mode::Document && m_pairParts >= 0) {
            const bool whole = m_pairParts == 2;
            m_pairParts = -1;
            return whole
                || (m_mode == Mode::Pieces ? misplaced()
                                           : refuse("merge " + std::to_string(m_merges) + " has not two parts"));
        }
        return m_mode == Mode::Document ? m_builder.end_array() : leaveDiversion();
    }
    bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &error) override
    {
        return refuse(error.what());
    }

private:
    enum class Mode { Document, Vocabulary, Merges, Pieces };

    bool refuse(std::string problem)
    {
        m_problem = std::move(problem);
        return false;
    }
    bool misplaced()
    {
        return refuse(m_mode == Mode::Merges       ? "model.merges holds something other than merges"
                          : m_mode == Mode::Pieces ? "model.vocab holds something other than pieces with scores"
                                                   : "model.vocab holds something other than ids");
    }
    /// A value of the document itself; an error in the two lists.
    template <typename F>
    bool forward(F toBuilder)
    {
        if (m_mode != Mode::Document)
            return misplaced();
        m_atVocabulary = m_atMerges = false;
        if (++m_values > MaxOtherValues)
            return refuse("has more than " + std::to_string(MaxOtherValues) + " values");
        return toBuilder();
    }
    bool enter()
    {
        return ++m_depth <= MaxDepth || refuse("is nested deeper than " + std::to_string(MaxDepth) + " levels");
    }
    bool divert(Mode mode)
    {
        m_mode = mode;
        m_diversionDepth = m_depth;
        m_document.hasVocabulary = m_document.hasVocabulary || mode != Mode::Merges;
        m_atVocabulary = m_atMerges = false;
        return m_builder.null();
    }
    bool leaveDiversion()
    {
        if (m_depth < m_diversionDepth)
            m_mode = Mode::Document;
        return true;
    }

    bool addToken(std::string_view token)
    {
        if (m_document.tokens.size() >= std::size_t(MaxTokens))
            return refuse("model.vocab has more than " + std::to_string(MaxTokens) + " tokens");
        m_document.tokens.add(token);
        return true;
    }
    bool addId(std::uint64_t id)
    {
        if (id >= std::uint64_t(MaxTokens))
            return refuse("a token of model.vocab has the id " + std::to_string(id) + ", beyond the limit of "
                          + std::to_string(MaxTokens));
        m_document.ids.push_back(TokenId(id));
        return true;
    }
    bool addPiece(std::string_view piece)
    {
        if (m_pairParts != 0)
            return misplaced();
        ++m_pairParts;
        m_document.ids.push_back(TokenId(m_document.tokens.size()));
        return addToken(piece);
    }
    bool addScore(double score)
    {
        if (m_pairParts != 1)
            return misplaced();
        ++m_pairParts;
        m_document.scores.push_back(score);
        return true;
    }
    bool countMerge()
    {
        return ++m_merges <= MaxMerges || refuse("model.merges has more than " + std::to_string(MaxMerges) + " merges");
    }
    bool addPairPart(std::string_view part)
    {
        if (m_pairParts == 0 && !countMerge())
            return false;
        if (++m_pairParts > 2)
            return refuse("merge " + std::to_string(m_merges) + " has more than two parts");
        m_document.mergeParts.add(part);
        return true;
    }
    /// The older form, "left right" (a comment of version 0.2 may lead the list).
    bool addSpacedMerge(std::string_view merge)
    {
        if (merge.starts_with("#version"))
            return true;
        const std::size_t space = merge.find(' ');
        if (!countMerge())
            return false;
        if (space == std::string_view::npos || merge.find(' ', space + 1) != std::string_view::npos)
            return refuse("merge " + std::to_string(m_merges) + " is not two texts with one space between them");
        m_document.mergeParts.add(merge.substr(0, space));
        m_document.mergeParts.add(merge.substr(space + 1));
        return true;
    }

    TokenizerDocument &m_document;
    nlohmann::detail::json_sax_dom_parser<json> m_builder;
    std::vector<std::unordered_set<std::string>> m_keys;
    Mode m_mode = Mode::Document;
    std::size_t m_depth = 0;
    std::size_t m_diversionDepth = 0;
    std::size_t m_values = 0;
    std::size_t m_merges = 0;
    int m_pairParts = -1; ///< of a merge given as a list; -1: not in one
    bool m_inModel = false;
    bool m_atVocabulary = false;
    bool m_atMerges = false;
    std::string m_problem;
};

} // namespace

Result<TokenizerDocument> parseTokenizerDocument(std::string_view text, const std::string &origin)
{
    TokenizerDocument document;
    Reader reader(document);
    if (!json::sax_parse(text.begin(), text.end(), &reader))
        return failure(ErrorCode::BadInput, origin + ": " + reader.problem());
    if (document.tokens.size() != document.ids.size())
        return failure(ErrorCode::BadInput, origin + ": model.vocab holds something other than ids");
    return document;
}

} // namespace secateur::tokenizer
