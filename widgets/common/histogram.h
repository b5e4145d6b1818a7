// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

namespace secateur::widgets {

/// A small bar chart of counts, without axes but the two ends of its range. What it shows is also its accessible
/// description.
class Histogram : public QWidget
{
    Q_OBJECT

public:
    explicit Histogram(const QString &accessibleName, QWidget *parent = nullptr);
    /// `lowest` and `highest` are written below the first and the last bar.
    void setCounts(std::vector<int> counts, const QString &lowest, const QString &highest);
    [[nodiscard]] QSize sizeHint() const override { return {240, 84}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 64}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::vector<int> m_counts;
    QString m_lowest;
    QString m_highest;
};

} // namespace secateur::widgets
