// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include <QTableWidget>

namespace secateur::app {

/// The files of a calibration set, and the weight of each in a mixture: empty everywhere to draw from all records
/// alike; where any weight is given, an empty one counts as 1 (core/data/mixture.h).
class SourceList : public QTableWidget
{
    Q_OBJECT

public:
    explicit SourceList(QWidget *parent = nullptr);

    void setSources(const std::vector<std::filesystem::path> &files, const std::vector<double> &weights);
    [[nodiscard]] std::vector<std::filesystem::path> files() const;
    [[nodiscard]] std::vector<double> weights() const; ///< one per file, or none
    /// Those that are not there yet.
    void addFiles(const QStringList &files);
    void removeSelected();

Q_SIGNALS:
    void edited(); ///< by the user, in a cell

private:
    enum Column { File, Weight };
    void addRow(const QString &file, const QString &weight);
    void showWeights();
    void onItemChanged(QTableWidgetItem *item);

    bool m_isFilling = false;
};

} // namespace secateur::app
