// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace secateur::data {

/// Cuts comma- or tab-separated text into rows (RFC 4180): fields may be quoted, and then hold the delimiter, line ends
/// and doubled quotes; rows end with LF or CR LF; empty lines are passed over. A quote inside an unquoted field is
/// an ordinary character. Fields are checked to be UTF-8, a row to have at most maxRecordBytes.
class CsvSplitter
{
public:
    using Visitor = std::function<Result<void>(std::vector<std::string> &row, std::uint64_t firstLine)>;

    CsvSplitter(std::string name, char delimiter, Visitor visit)
        : m_name(std::move(name)), m_delimiter(delimiter), m_visit(std::move(visit))
    {
    }
    [[nodiscard]] Result<void> feed(std::string_view piece);
    /// Gives out a last row that has no line end. BadInput when a quoted field is still open.
    [[nodiscard]] Result<void> finish();

private:
    enum class State {
        FieldStart,
        Unquoted,
        Quoted,
        QuoteSeen, ///< in a quoted field after a quote: its end, or the first half of a doubled quote
        ReturnSeen, ///< after the CR that follows a closing quote
    };

    [[nodiscard]] Result<void> take(char c);
    [[nodiscard]] Result<void> takeQuoteSeen(char c);
    void endField();
    [[nodiscard]] Result<void> endRow();
    [[nodiscard]] tl::unexpected<Error> refuse(std::uint64_t line, const std::string &problem) const;

    std::string m_name;
    char m_delimiter;
    Visitor m_visit;
    State m_state = State::FieldStart;
    std::vector<std::string> m_row;
    std::string m_field;
    bool m_rowHasQuotes = false;
    std::size_t m_rowBytes = 0;
    std::uint64_t m_line = 1;
    std::uint64_t m_rowLine = 1;
    std::uint64_t m_quoteLine = 1;
};

} // namespace secateur::data
