// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/mask/bitmatrix.h"

namespace secateur::mask {

/// How the masks of several sub-models become one.
enum class CombineRule {
    Union, ///< a weight stays that any of them keeps
    Intersection, ///< that all of them keep
    Majority, ///< that more than half of them keep; of two, the intersection
    Difference, ///< that the first keeps and none of the others
    Scores, ///< selected anew by the weighted mean of their scores (selection/meannorms.h), not from the masks
};
inline constexpr CombineRule allCombineRules[] = {CombineRule::Union, CombineRule::Intersection, CombineRule::Majority,
                                                  CombineRule::Difference, CombineRule::Scores};

/// "union", "intersection", "majority", "difference", "scores"
[[nodiscard]] std::string ruleName(CombineRule rule);
/// InvalidArgument, naming the rules there are.
[[nodiscard]] Result<CombineRule> ruleFromName(const std::string &name);

/// As what works on several masks takes them; they must outlive the pointers.
[[nodiscard]] std::vector<const BitMatrix *> pointersTo(const std::vector<BitMatrix> &masks);

/// The mask (1 = kept) that a rule makes of several, cell by cell. Internal for no mask, different shapes, and Scores.
[[nodiscard]] Result<BitMatrix> combineMasks(CombineRule rule, const std::vector<const BitMatrix *> &masks);

} // namespace secateur::mask
