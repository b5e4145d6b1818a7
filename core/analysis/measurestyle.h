// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace secateur::analysis {

/// How numbers of a metric are shown to people: in the window, in figures, in LaTeX and Markdown, in the command line's
/// tables. Shares are in percent with one decimal, as papers have them; perplexity, BLEU and chrF are plain numbers.
/// Files for programs (CSV, JSON, HDF5) hold numbers as they are, shares from 0 to 1.
struct MeasureStyle {
    double scale = 1.0; ///< from the number to the one that is shown
    int decimals = 2;
    std::string unit; ///< of the one that is shown: "%"; empty: none
    std::string title; ///< "Accuracy"

    [[nodiscard]] std::string titleWithUnit() const { return unit.empty() ? title : title + " (" + unit + ")"; }
    [[nodiscard]] bool isShare() const { return !unit.empty(); }
};

[[nodiscard]] MeasureStyle styleOf(const std::string &metric);

} // namespace secateur::analysis
