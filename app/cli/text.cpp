// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace secateur::cli {
namespace {

/// Characters, counted as UTF-8 sequences.
std::size_t width(std::string_view text)
{
    return std::size_t(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string line(const std::vector<std::string> &cells, const std::vector<Table::Column> &columns,
                 const std::vector<std::size_t> &widths)
{
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string padding(widths[i] - width(cells[i]), ' ');
        text += i == 0 ? "" : "  ";
        text += columns[i].align == Table::Align::Right ? padding + cells[i] : cells[i] + padding;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
}

} // namespace

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty() || !parts.empty()) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end + 1);
    }
    return parts;
}

std::string fixed(double value, int digits)
{
    if (!std::isfinite(value))
        return "-";
    std::array<char, 400> buffer; // the largest double has 309 digits before the point
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed,
                                   std::clamp(digits, 0, 17));
    return {buffer.data(), end.ptr};
}

std::string grouped(std::uint64_t value)
{
    std::string text = std::to_string(value);
    for (std::size_t end = text.size(); end > 3; end -= 3)
        text.insert(end - 3, 1, ',');
    return text;
}

std::string durationText(double seconds)
{
    const auto whole = std::uint64_t(std::clamp(std::round(seconds), 0.0, 1e9));
    std::array<char, 48> buffer;
    if (whole >= 3600)
        std::snprintf(buffer.data(), buffer.size(), "%llu:%02llu:%02llu", whole / 3600ULL, whole / 60 % 60ULL,
                      whole % 60ULL);
    else
        std::snprintf(buffer.data(), buffer.size(), "%llu:%02llu", whole / 60ULL, whole % 60ULL);
    return buffer.data();
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width)
{
    std::vector<std::string> lines(1);
    for (const auto &word : split(text, ' ')) {
        if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width)
            lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
    }
    return lines;
}

std::string printable(std::string_view text)
{
    std::string safe;
    safe.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        // U+0080 to U+009F, which terminals may obey too, are the bytes c2 80 to c2 9f.
        const bool highControl = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (highControl || (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) {
            std::array<char, 8> escaped;
            std::snprintf(escaped.data(), escaped.size(), "\\x%02x",
                          unsigned(highControl ? static_cast<unsigned char>(text[++i]) : byte));
            safe += escaped.data();
        } else {
            safe += text[i];
        }
    }
    return safe;
}

std::string sublayerKind(const std::string &sublayer)
{
    constexpr std::string_view experts = "mlp.experts.";
    return sublayer.starts_with(experts)
        ? std::string(experts) + "*" + sublayer.substr(std::min(sublayer.find('.', experts.size()), sublayer.size()))
        : sublayer;
}

std::string jsonText(const nlohmann::ordered_json &value)
{
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void Table::addRow(const std::vector<std::string> &cells)
{
    std::vector<std::string> row(m_columns.size());
    for (std::size_t i = 0; i < std::min(row.size(), cells.size()); ++i) {
        row[i] = printable(cells[i]);
        std::replace_if(
            row[i].begin(), row[i].end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    }
    m_rows.push_back(std::move(row));
}

std::string Table::text() const
{
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        titles.push_back(m_columns[i].title);
        widths.push_back(width(m_columns[i].title));
        for (const auto &row : m_rows)
            widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string text = line(titles, m_columns, widths);
    for (const auto &row : m_rows)
        text += line(row, m_columns, widths);
    return text;
}

} // namespace secateur::cli
