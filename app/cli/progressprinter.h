// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "app/cli/remainingtime.h"
#include "core/base/runcontext.h"

namespace secateur::cli {

/// Turns the reports of a job into what design/cli.md promises on standard error: a bar with the remaining time on a
/// terminal, one line per layer elsewhere, or JSON lines {"stage", "done", "total", "unit", "elapsed", "eta",
/// "tokens_per_second"} (seconds; null: unknown). Reports come from one thread at a time.
class ProgressPrinter
{
public:
    enum class Form { None, Bar, Lines, Json };

    /// `clock`: seconds since any fixed moment. `columns`: of the terminal, for a bar.
    ProgressPrinter(Form form, std::function<void(std::string_view)> write, std::function<double()> clock,
                    int columns = 80);

    void report(const Progress &progress);
    /// Removes the bar, so that other text can follow.
    void finish();

private:
    [[nodiscard]] bool due(const Progress &progress, double now);
    [[nodiscard]] std::string bar(const Progress &progress, double now) const;
    [[nodiscard]] std::string plainLine(const Progress &progress, double now) const;
    [[nodiscard]] std::string jsonLine(const Progress &progress, double now) const;
    [[nodiscard]] std::string timing(const Progress &progress, double now) const;

    Form m_form;
    std::function<void(std::string_view)> m_write;
    std::function<double()> m_clock;
    int m_columns;
    double m_start;
    std::map<std::string, RemainingTime> m_remaining; ///< by stage: stages may alternate, layer by layer
    std::string m_lastStage;
    std::uint64_t m_lastDone = 0;
    double m_lastWrite;
    bool m_barShown = false;
};

/// The form for the value of --progress, given what standard error is.
[[nodiscard]] ProgressPrinter::Form progressForm(const std::string &word, bool quiet, bool terminal);

} // namespace secateur::cli
