// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progressprinter.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/cli/text.h"

namespace secateur::cli {
namespace {

constexpr double redrawEvery = 0.1; // seconds, for bars and JSON
constexpr double lineEvery = 5.0; // seconds, for lines about anything but layers

std::string amount(const Progress &progress)
{
    if (progress.unit == "percent")
        return std::to_string(progress.done) + " %";
    if (progress.unit == "bytes") {
        const auto megabytes = [](std::uint64_t bytes) { return grouped(bytes / 1000000); };
        return megabytes(progress.done) + (progress.total ? "/" + megabytes(progress.total) : std::string()) + " MB";
    }
    return grouped(progress.done) + (progress.total ? "/" + grouped(progress.total) : std::string()) + " "
        + progress.unit;
}

} // namespace

ProgressPrinter::ProgressPrinter(Form form, std::function<void(std::string_view)> write, std::function<double()> clock,
                                 int columns)
    : m_form(form), m_write(std::move(write)), m_clock(std::move(clock)), m_columns(columns), m_start(m_clock()),
      m_lastWrite(m_start)
{
}

void ProgressPrinter::report(const Progress &progress)
{
    if (m_form == Form::None)
        return;
    const double now = m_clock();
    m_remaining[progress.stage].add(now, progress.done);
    if (!due(progress, now))
        return;
    m_lastStage = progress.stage;
    m_lastDone = progress.done;
    m_lastWrite = now;
    switch (m_form) {
    case Form::Bar:
        m_write(bar(progress, now));
        m_barShown = true;
        break;
    case Form::Lines: m_write(plainLine(progress, now)); break;
    case Form::Json: m_write(jsonLine(progress, now)); break;
    case Form::None: break;
    }
}

void ProgressPrinter::finish()
{
    if (m_barShown)
        m_write("\r\x1b[K");
    m_barShown = false;
}

bool ProgressPrinter::due(const Progress &progress, double now)
{
    const bool sameStage = progress.stage == m_lastStage;
    const bool moved = !sameStage || progress.done != m_lastDone;
    const bool whole = progress.total != 0 && progress.done == progress.total;
    if (m_form != Form::Lines)
        return !sameStage || (moved && whole) || now - m_lastWrite >= redrawEvery;
    // Each layer is worth a line; of other steps, which may be thousands a second, one now and then.
    return moved && progress.done != 0 && (progress.unit == "layers" || now - m_lastWrite >= lineEvery);
}

std::string ProgressPrinter::timing(const Progress &progress, double now) const
{
    std::string text = durationText(now - m_start) + " elapsed";
    if (progress.tokensPerSecond > 0.0)
        text = grouped(std::uint64_t(progress.tokensPerSecond)) + " tokens/s, " + text;
    if (const auto left = m_remaining.at(progress.stage).until(progress.total); left && progress.total)
        text += ", about " + durationText(*left) + " left";
    return text;
}

std::string ProgressPrinter::bar(const Progress &progress, double now) const
{
    constexpr std::size_t cells = 24;
    const double share = progress.total ? std::min(1.0, double(progress.done) / double(progress.total)) : 0.0;
    const auto filled = std::size_t(share * double(cells));
    std::string text = printable(progress.stage) + " [" + std::string(filled, '=') + std::string(cells - filled, ' ')
        + "] " + amount(progress) + "  " + timing(progress, now);
    // A line that wraps could not be drawn over again.
    if (text.size() >= std::size_t(m_columns))
        text.resize(std::size_t(std::max(m_columns - 1, 0)));
    return "\r" + text + "\x1b[K";
}

std::string ProgressPrinter::plainLine(const Progress &progress, double now) const
{
    return printable(progress.stage) + ": " + amount(progress) + ", " + timing(progress, now) + "\n";
}

std::string ProgressPrinter::jsonLine(const Progress &progress, double now) const
{
    nlohmann::ordered_json line = {{"stage", progress.stage},     {"done", progress.done},    {"total", progress.total},
                                   {"unit", progress.unit},       {"elapsed", now - m_start}, {"eta", nullptr},
                                   {"tokens_per_second", nullptr}};
    if (const auto left = m_remaining.at(progress.stage).until(progress.total); left && progress.total)
        line["eta"] = *left;
    if (progress.tokensPerSecond > 0.0)
        line["tokens_per_second"] = progress.tokensPerSecond;
    return jsonText(line) + "\n";
}

ProgressPrinter::Form progressForm(const std::string &word, bool quiet, bool terminal)
{
    if (quiet || word == "none")
        return ProgressPrinter::Form::None;
    if (word == "json")
        return ProgressPrinter::Form::Json;
    return terminal ? ProgressPrinter::Form::Bar : ProgressPrinter::Form::Lines;
}

} // namespace secateur::cli
