// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QImage>
#include <QScrollArea>

#include "widgets/common/latesttask.h"
#include "widgets/figure/figurescene.h"

namespace secateur::app {

/// A figure on its paper, drawn by what draws the exported files, at the proportions of the page: as large as fits, or
/// at a scale of which 1 is the printed size.
class FiguresPreview : public QScrollArea
{
    Q_OBJECT

public:
    explicit FiguresPreview(QWidget *parent = nullptr);

    void setScene(std::shared_ptr<const widgets::FigureScene> scene); ///< null: no paper
    void zoomToFit();
    void setZoom(double zoom);
    [[nodiscard]] double zoom() const { return m_zoom; }
    [[nodiscard]] bool isFitting() const { return m_fits; }
    [[nodiscard]] bool isDrawing() const { return m_task.isRunning(); }
    /// As shown now; null before it is drawn.
    [[nodiscard]] const QImage &image() const { return m_image; }

Q_SIGNALS:
    void zoomChanged(double zoom);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void refresh();
    void draw();
    void paintPaper();
    [[nodiscard]] double fittingZoom() const;
    [[nodiscard]] double pixelsPerMm() const; ///< of the screen, before its ratio of device pixels

    std::shared_ptr<const widgets::FigureScene> m_scene;
    QWidget *m_paper;
    QImage m_image;
    double m_drawnDpi = 0.0;
    std::shared_ptr<const widgets::FigureScene> m_drawn; ///< what m_image shows
    double m_zoom = 1.0;
    bool m_fits = true;
    widgets::LatestTask<QImage> m_task;
};

} // namespace secateur::app
