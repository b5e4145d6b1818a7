// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/regex.h"

#include <algorithm>
#include <array>
#include <chrono>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/tokenizer/regexsyntax.h"
#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

namespace {

constexpr std::size_t MaxPatternBytes = 4096;
constexpr std::uint32_t MaxNestedParentheses = 50;
constexpr std::uint32_t MatchLimit = 10'000'000;
constexpr std::uint32_t HeapLimitKib = 64 * 1024;
constexpr std::size_t JitStackBytes = 8 * 1024 * 1024;
constexpr std::size_t MinWindow = 16;
constexpr std::size_t MaxWindow = 1024;
constexpr unsigned CallsPerCheck = 8;

std::string pcreMessage(int code)
{
    std::array<PCRE2_UCHAR, 256> buffer{};
    pcre2_get_error_message(code, buffer.data(), buffer.size());
    return reinterpret_cast<const char *>(buffer.data());
}

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T *pointer) const
    {
        Free(pointer);
    }
};

using CompileContext = std::unique_ptr<pcre2_compile_context, Deleter<pcre2_compile_context_free>>;
using CodePointer = std::unique_ptr<pcre2_code, Deleter<pcre2_code_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Deleter<pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Deleter<pcre2_match_context_free>>;
using JitStack = std::unique_ptr<pcre2_jit_stack, Deleter<pcre2_jit_stack_free>>;

} // namespace

struct Regex::Code {
    CodePointer code;
};

struct RegexScratch::Memory {
    MatchData data;
    MatchContext context;
    JitStack jitStack;
};

RegexScratch::RegexScratch(std::size_t textBytes) : m_budget(textBytes) { }

RegexScratch::~RegexScratch() = default;

RegexScratch::Memory *RegexScratch::memory()
{
    if (m_memory)
        return m_memory.get();
    auto memory = std::make_unique<Memory>();
    memory->data.reset(pcre2_match_data_create(1, nullptr));
    memory->context.reset(pcre2_match_context_create(nullptr));
    memory->jitStack.reset(pcre2_jit_stack_create(32 * 1024, JitStackBytes, nullptr));
    if (!memory->data || !memory->context)
        return nullptr;
    pcre2_set_match_limit(memory->context.get(), MatchLimit);
    pcre2_set_heap_limit(memory->context.get(), HeapLimitKib);
    if (memory->jitStack)
        pcre2_jit_stack_assign(memory->context.get(), nullptr, memory->jitStack.get());
    m_memory = std::move(memory);
    return m_memory.get();
}

Regex::Regex(std::unique_ptr<Code> code) : m_code(std::move(code)) { }
Regex::~Regex() = default;
Regex::Regex(Regex &&) noexcept = default;
Regex &Regex::operator=(Regex &&) noexcept = default;

Result<Regex> Regex::compile(std::string_view pattern)
{
    if (pattern.empty() || pattern.size() > MaxPatternBytes)
        return failure(ErrorCode::BadInput,
                       "a pattern must have 1 to 4096 bytes, not " + std::to_string(pattern.size()));
    SECATEUR_TRY(translated, translatePattern(pattern));
    const CompileContext context(pcre2_compile_context_create(nullptr));
    if (!context)
        return failure(ErrorCode::OutOfMemory, "no memory for a pattern");
    pcre2_set_max_pattern_length(context.get(), 4 * MaxPatternBytes);
    pcre2_set_parens_nest_limit(context.get(), MaxNestedParentheses);
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    // Oniguruma's ^ and $ are those of a line.
    const std::uint32_t options =
        PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
    int code = 0;
    PCRE2_SIZE offset = 0;
    auto compiled = std::make_unique<Code>();
    compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), options,
                                       &code, &offset, context.get()));
    if (!compiled->code)
        return failure(ErrorCode::BadInput,
                       "pattern \"" + std::string(pattern.substr(0, 80)) + "\": " + pcreMessage(code));
    // Without a JIT for this processor the interpreter runs; the limits hold for both.
    pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE);
    return Regex(std::move(compiled));
}

Result<bool> Regex::find(std::string_view text, std::size_t from, RegexScratch &scratch, Span &match) const
{
    auto *memory = scratch.memory();
    if (!memory)
        return failure(ErrorCode::OutOfMemory, "no memory to match a pattern");
    // PCRE2's limit counts per start position, so a long text without a match is searched in windows of start
    // positions, small enough that the clock is looked at in time and growing while they are quick.
    for (std::size_t start = from; start <= text.size();) {
        if (++scratch.m_calls % CallsPerCheck == 0)
            SECATEUR_CHECK(scratch.m_budget.check());
        const std::size_t last = std::min(text.size(), start + scratch.m_window);
        pcre2_set_offset_limit(memory->context.get(), last);
        const auto before = Budget::Clock::now();
        const int count = pcre2_match(m_code->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), start,
                                      PCRE2_NO_UTF_CHECK, memory->data.get(), memory->context.get());
        if (count >= 0) {
            const PCRE2_SIZE *range = pcre2_get_ovector_pointer(memory->data.get());
            match = {range[0], range[1]};
            if (match.begin < from || match.end < match.begin || match.end > text.size())
                return failure(ErrorCode::BadInput, "a pattern moves the start of its match");
            return true;
        }
        if (count != PCRE2_ERROR_NOMATCH)
            return failure(ErrorCode::BadInput,
                           "a pattern of the tokenizer ran away on this text: " + pcreMessage(count));
        const bool quick = Budget::Clock::now() - before < std::chrono::milliseconds(1);
        scratch.m_window = quick ? std::min(MaxWindow, scratch.m_window * 2) : MinWindow;
        start = last + 1;
        while (start < text.size() && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80)
            ++start;
    }
    return false;
}

Result<std::vector<Span>> Regex::findAll(std::string_view text, RegexScratch &scratch) const
{
    std::vector<Span> matches;
    Span match;
    for (std::size_t from = 0; from <= text.size();) {
        SECATEUR_TRY(found, find(text, from, scratch, match));
        if (!found)
            break;
        if (!match.empty() || matches.empty() || matches.back().end != match.begin)
            matches.push_back(match);
        from = match.end;
        if (match.empty()) {
            if (from == text.size())
                break;
            static_cast<void>(decodeUtf8(text, from));
        }
    }
    return matches;
}

} // namespace secateur::tokenizer
