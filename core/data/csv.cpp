// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/csv.h"

#include <utility>

#include "core/base/system.h"
#include "core/data/textchunks.h"
#include "core/data/utf8.h"

namespace secateur::data {

tl::unexpected<Error> CsvSplitter::refuse(std::uint64_t line, const std::string &problem) const
{
    return failure(ErrorCode::BadInput, m_name + ", line " + std::to_string(line) + ": " + problem);
}

Result<void> CsvSplitter::feed(std::string_view piece)
{
    for (const char c : piece) {
        if (++m_rowBytes > maxRecordBytes)
            return refuse(m_rowLine,
                          "the row that starts here is longer than " + bytesText(maxRecordBytes)
                              + "; is a closing quote missing?");
        SECATEUR_CHECK(take(c));
        if (c == '\n')
            ++m_line;
    }
    return {};
}

Result<void> CsvSplitter::take(char c)
{
    switch (m_state) {
    case State::FieldStart:
        if (c == '"') {
            m_state = State::Quoted;
            m_rowHasQuotes = true;
            m_quoteLine = m_line;
            return {};
        }
        m_state = State::Unquoted;
        [[fallthrough]];
    case State::Unquoted:
        if (c == '\n') {
            if (m_field.ends_with('\r'))
                m_field.pop_back();
            return endRow();
        }
        if (c == m_delimiter)
            endField();
        else
            m_field += c;
        return {};
    case State::Quoted:
        if (c == '"')
            m_state = State::QuoteSeen;
        else
            m_field += c;
        return {};
    case State::QuoteSeen: return takeQuoteSeen(c);
    case State::ReturnSeen: return c == '\n' ? endRow() : Result<void>(refuse(m_line, "text follows a closing quote"));
    }
    return {};
}

Result<void> CsvSplitter::takeQuoteSeen(char c)
{
    if (c == '\n')
        return endRow();
    if (c == '"') {
        m_field += c;
        m_state = State::Quoted;
    } else if (c == m_delimiter) {
        endField();
    } else if (c == '\r') {
        m_state = State::ReturnSeen;
    } else {
        return refuse(m_line, "text follows a closing quote; a quote inside a quoted field is written twice (\"\")");
    }
    return {};
}

void CsvSplitter::endField()
{
    m_row.push_back(std::exchange(m_field, {}));
    m_state = State::FieldStart;
}

Result<void> CsvSplitter::endRow()
{
    endField();
    auto row = std::exchange(m_row, {});
    const auto line = std::exchange(m_rowLine, m_line + 1);
    const bool quoted = std::exchange(m_rowHasQuotes, false);
    m_rowBytes = 0;
    if (row.size() == 1 && row.front().empty() && !quoted)
        return {};
    for (const auto &field : row)
        if (firstInvalidUtf8(field))
            return refuse(line, "has text that is not UTF-8; convert the file to UTF-8");
    return m_visit(row, line);
}

Result<void> CsvSplitter::finish()
{
    if (m_state == State::Quoted)
        return refuse(m_quoteLine, "the quote opened here is never closed");
    if (m_rowBytes == 0)
        return {};
    if (m_state == State::Unquoted && m_field.ends_with('\r'))
        m_field.pop_back();
    return endRow();
}

} // namespace secateur::data
