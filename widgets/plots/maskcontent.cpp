// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/maskcontent.h"

#include <QCoreApplication>

namespace secateur::widgets {

namespace {

QString translated(const char *text)
{
    return QCoreApplication::translate("secateur::widgets::MaskContent", text);
}

} // namespace

const MaskData *MaskContent::mask() const
{
    if (const auto *const mask = std::get_if<std::shared_ptr<const MaskData>>(&m_data))
        return mask->get();
    if (const auto *const weights = std::get_if<std::shared_ptr<const KeptWeights>>(&m_data))
        return *weights ? &(*weights)->mask() : nullptr;
    if (const auto *const difference = std::get_if<std::shared_ptr<const MaskDifference>>(&m_data))
        return *difference ? &(*difference)->a() : nullptr;
    return nullptr;
}

bool MaskContent::isEmpty() const
{
    return mask() == nullptr;
}

std::size_t MaskContent::rows() const
{
    return isEmpty() ? 0 : mask()->rows();
}

std::size_t MaskContent::cols() const
{
    return isEmpty() ? 0 : mask()->cols();
}

QImage MaskContent::draw(const CellWindow &window, const MaskPalette &palette, MaskQuality quality) const
{
    if (isEmpty())
        return {};
    if (const auto *const weights = std::get_if<std::shared_ptr<const KeptWeights>>(&m_data))
        return drawWeights(**weights, window, palette, quality);
    if (const auto *const difference = std::get_if<std::shared_ptr<const MaskDifference>>(&m_data))
        return drawDifference(**difference, window, m_look == DifferenceLook::Dots ? withDots(palette) : palette,
                              quality);
    return drawMask(*mask(), window, palette, quality);
}

const MaskMargins *MaskContent::margins() const
{
    if (isEmpty())
        return nullptr;
    if (const auto *const difference = std::get_if<std::shared_ptr<const MaskDifference>>(&m_data))
        return &(*difference)->margins();
    return &mask()->margins();
}

QString MaskContent::describe(std::size_t row, std::size_t col) const
{
    if (row >= rows() || col >= cols())
        return {};
    const auto *const difference = std::get_if<std::shared_ptr<const MaskDifference>>(&m_data);
    if (!difference)
        return mask()->bits().test(row, col) ? translated("kept") : translated("pruned");
    const bool inA = (*difference)->a().bits().test(row, col);
    const bool inB = (*difference)->b().bits().test(row, col);
    return inA && inB ? translated("kept in both")
        : inA         ? translated("kept in A only")
        : inB         ? translated("kept in B only")
                      : translated("pruned in both");
}

} // namespace secateur::widgets
