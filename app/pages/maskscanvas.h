// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include <QLabel>
#include <QWidget>

#include "app/pages/maskswork.h"
#include "widgets/plots/maskview.h"

namespace secateur::app {

/// Sub-model A, sub-model B and their difference side by side, with a legend over each, moving together.
class MasksCanvas : public QWidget
{
    Q_OBJECT

public:
    explicit MasksCanvas(QWidget *parent = nullptr);

    [[nodiscard]] widgets::MatrixViewport &viewport() { return m_viewport; }
    [[nodiscard]] widgets::MaskView &viewA() { return *m_views[0]; }
    [[nodiscard]] widgets::MaskView &viewB() { return *m_views[1]; }
    [[nodiscard]] widgets::MaskView &difference() { return *m_views[2]; }
    [[nodiscard]] QString legend(int view) const { return m_legends[std::size_t(view)]->text(); }

    void show(const MasksPicture &picture);
    void showMessage(const QString &text);
    /// What the read-out says of the current cell, for assistive technology.
    void setCellNote(const QString &note);

Q_SIGNALS:
    void hovered(const QString &text); ///< the cell under the pointer and what became of it

protected:
    void changeEvent(QEvent *event) override;

private:
    void setupUi();
    void updateLegends();
    void onHovered(const std::optional<widgets::MatrixViewport::Cell> &cell);

    widgets::MatrixViewport m_viewport;
    std::array<QLabel *, 3> m_titles;
    std::array<QLabel *, 3> m_legends;
    std::array<widgets::MaskView *, 3> m_views;
    MasksPicture m_picture;
};

} // namespace secateur::app
