// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <variant>

#include <QImage>
#include <QString>

#include "widgets/plots/maskrenderer.h"

namespace secateur::widgets {

/// What a mask view shows: nothing, one mask, one mask's weights, or a difference (as four sets or as dots). Cheap to
/// copy; what it points to never changes.
class MaskContent
{
public:
    enum class DifferenceLook { Sets, Dots };

    MaskContent() = default;
    explicit MaskContent(std::shared_ptr<const MaskData> mask) : m_data(std::move(mask)) { }
    explicit MaskContent(std::shared_ptr<const KeptWeights> weights) : m_data(std::move(weights)) { }
    explicit MaskContent(std::shared_ptr<const MaskDifference> difference, DifferenceLook look = DifferenceLook::Sets)
        : m_data(std::move(difference)), m_look(look)
    {
    }

    [[nodiscard]] bool isEmpty() const;
    [[nodiscard]] std::size_t rows() const;
    [[nodiscard]] std::size_t cols() const;
    [[nodiscard]] bool isDifference() const
    {
        return std::holds_alternative<std::shared_ptr<const MaskDifference>>(m_data);
    }
    [[nodiscard]] QImage draw(const CellWindow &window, const MaskPalette &palette, MaskQuality quality) const;
    [[nodiscard]] const MaskMargins *margins() const; ///< null when empty
    /// "kept", "pruned", "kept in A only", …, of a cell of the matrix.
    [[nodiscard]] QString describe(std::size_t row, std::size_t col) const;

    friend bool operator==(const MaskContent &, const MaskContent &) = default;

private:
    [[nodiscard]] const MaskData *mask() const;

    std::variant<std::monostate, std::shared_ptr<const MaskData>, std::shared_ptr<const KeptWeights>,
                 std::shared_ptr<const MaskDifference>>
        m_data;
    DifferenceLook m_look = DifferenceLook::Sets;
};

} // namespace secateur::widgets
