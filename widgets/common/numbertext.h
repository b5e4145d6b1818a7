// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace secateur::widgets {

/// "1 234 567", in groups of three that are parted by a narrow space which does not break: the same in all languages,
/// as ISO 80000-1 has it. Up to 9999 without.
[[nodiscard]] QString groupedNumber(qlonglong value);

} // namespace secateur::widgets
