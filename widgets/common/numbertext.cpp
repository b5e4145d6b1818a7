// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/numbertext.h"

namespace secateur::widgets {

QString groupedNumber(qlonglong value)
{
    constexpr QChar narrowSpace(0x202f);
    QString digits = QString::number(value);
    const qsizetype sign = value < 0 ? 1 : 0;
    if (digits.size() - sign <= 4)
        return digits;
    for (qsizetype at = digits.size() - 3; at > sign; at -= 3)
        digits.insert(at, narrowSpace);
    return digits;
}

} // namespace secateur::widgets
