// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace secateur::cli {

/// "a,,b" has three parts; an empty text has none.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

/// `value` with `digits` decimals, whatever the locale.
[[nodiscard]] std::string fixed(double value, int digits);
/// "1,234,567"
[[nodiscard]] std::string grouped(std::uint64_t value);
/// "0:07", "12:30", "3:05:00"
[[nodiscard]] std::string durationText(double seconds);

/// Lines of at most `width` bytes, broken at blanks; a longer word stays whole.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// Text that comes from files, made safe to print on a terminal: control characters but newline and tab as "\x1b".
[[nodiscard]] std::string printable(std::string_view text);

/// "mlp.experts.*.up_proj" of that sublayer of every expert; the name of another.
[[nodiscard]] std::string sublayerKind(const std::string &sublayer);

/// One line of JSON; bytes that are not UTF-8 (in file names, say) become U+FFFD.
[[nodiscard]] std::string jsonText(const nlohmann::ordered_json &value);

/// Rows of cells in aligned columns, numbers to the right, two blanks between columns. Cells are made printable().
class Table
{
public:
    enum class Align { Left, Right };
    struct Column {
        std::string title;
        Align align = Align::Left;
    };
    explicit Table(std::vector<Column> columns) : m_columns(std::move(columns)) { }
    /// Missing cells stay empty; more cells than columns are ignored.
    void addRow(const std::vector<std::string> &cells);
    [[nodiscard]] std::string text() const;

private:
    std::vector<Column> m_columns;
    std::vector<std::vector<std::string>> m_rows;
};

} // namespace secateur::cli
