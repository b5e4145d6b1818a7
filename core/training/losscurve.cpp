// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/losscurve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace secateur::training {

namespace {

constexpr double width = 720, height = 420, left = 60, right = 600, top = 20, bottom = 370;

struct Line {
    std::string name;
    std::vector<double> values;
};

struct Table {
    std::vector<double> tokens;
    std::vector<Line> lines;
};

std::vector<std::string> cells(std::string_view row)
{
    std::vector<std::string> all;
    while (true) {
        const auto comma = row.find(',');
        all.emplace_back(row.substr(0, comma));
        if (comma == std::string_view::npos)
            return all;
        row.remove_prefix(comma + 1);
    }
}

/// Columns "tokens", "train" and those behind "tokens_per_second".
Result<Table> tableOf(std::string_view csv)
{
    Table table;
    std::vector<std::string> names;
    for (std::size_t at = 0; at < csv.size();) {
        const auto end = std::min(csv.find('\n', at), csv.size());
        const auto row = cells(csv.substr(at, end - at));
        at = end + 1;
        if (names.empty()) {
            names = row;
            for (std::size_t i = 6; i < names.size(); ++i)
                table.lines.push_back({names[i], {}});
            table.lines.push_back({"training", {}});
            continue;
        }
        if (row.size() != names.size() || names.size() < 7 || names[1] != "tokens" || names[3] != "train")
            return failure(ErrorCode::BadInput, "the log of losses has a line that does not fit its first one");
        table.tokens.push_back(std::strtod(row[1].c_str(), nullptr));
        for (std::size_t i = 6; i < row.size(); ++i)
            table.lines[i - 6].values.push_back(std::strtod(row[i].c_str(), nullptr));
        table.lines.back().values.push_back(std::strtod(row[3].c_str(), nullptr));
    }
    if (table.tokens.size() < 2)
        return failure(ErrorCode::BadInput, "the log of losses has fewer than two lines");
    return table;
}

std::string number(double value, const char *format = "%.1f")
{
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string text(double x, double y, const char *anchor, const std::string &words)
{
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" + words
        + "</text>\n";
}

double placeOfLoss(double loss, double lowest, double highest)
{
    return bottom - (bottom - top) * std::log(loss / lowest) / std::log(highest / lowest);
}

std::string axes(double mostTokens, double lowest, double highest)
{
    std::string out = "<path d=\"M" + number(left) + " " + number(top) + "V" + number(bottom) + "H" + number(right)
        + "\" fill=\"none\" stroke=\"#444\"/>\n";
    const double step = std::pow(10.0, std::floor(std::log10(mostTokens)));
    for (double tokens = 0; tokens <= mostTokens; tokens += step)
        out += text(left + (right - left) * tokens / mostTokens, bottom + 18, "middle", number(tokens / 1e6, "%g"));
    for (const double loss : {0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0})
        if (loss >= lowest && loss <= highest) {
            const double y = placeOfLoss(loss, lowest, highest);
            out += "<path d=\"M" + number(left) + " " + number(y) + "H" + number(right) + "\" stroke=\"#ddd\"/>\n"
                + text(left - 6, y + 4, "end", number(loss, "%g"));
        }
    out += text((left + right) / 2, bottom + 40, "middle", "million tokens of training");
    return out + "<text transform=\"translate(16 " + number((top + bottom) / 2)
        + ") rotate(-90)\" text-anchor=\"middle\">loss (nats per token, unseen texts)</text>\n";
}

} // namespace

Result<std::string> lossCurve(std::string_view csv)
{
    static constexpr std::array<const char *, 9> colors = {"#4477aa", "#66ccee", "#228833", "#ccbb44", "#ee6677",
                                                           "#aa3377", "#994f00", "#777777", "#000000"};
    SECATEUR_TRY(table, tableOf(csv));
    double lowest = 1e9;
    double highest = 0.0;
    for (const auto &line : table.lines)
        for (const double value : line.values) {
            lowest = std::min(lowest, std::max(value, 1e-3));
            highest = std::max(highest, value);
        }
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width, "%g") + " "
        + number(height, "%g")
        + "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
          "fill=\"white\"/>\n"
        + axes(table.tokens.back(), lowest, highest);
    for (std::size_t i = 0; i < table.lines.size(); ++i) {
        const char *const color = colors[i % colors.size()];
        std::string path;
        for (std::size_t at = 0; at < table.tokens.size(); ++at)
            path += (at ? "L" : "M") + number(left + (right - left) * table.tokens[at] / table.tokens.back()) + " "
                + number(placeOfLoss(std::max(table.lines[i].values[at], 1e-3), lowest, highest));
        const double y = top + 10 + 18 * double(i);
        out += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + color + "\" stroke-width=\"1.5\"/>\n<path d=\"M"
            + number(right + 10) + " " + number(y) + "h16\" stroke=\"" + color + "\" stroke-width=\"3\"/>\n"
            + text(right + 32, y + 4, "start", table.lines[i].name);
    }
    return out + "</svg>\n";
}

} // namespace secateur::training
