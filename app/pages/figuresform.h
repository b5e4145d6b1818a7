// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

#include "widgets/figure/figurespec.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QSpinBox;

namespace secateur::app {

/// What the user decides about a figure.
struct FigureEdit {
    widgets::FigureSpec spec;
    bool follows = true; ///< runs and matrix are those of the selection
    bool fitsHeight = true; ///< the height follows from width and data
    friend bool operator==(const FigureEdit &, const FigureEdit &) = default;
};

/// What a study offers to choose from.
struct FigureOffer {
    QStringList runs;
    int layers = 0;
    QStringList sublayers;
    friend bool operator==(const FigureOffer &, const FigureOffer &) = default;
};

/// Without what its kind cannot have: a layer where all are shown, a range without colours for numbers.
[[nodiscard]] widgets::FigureSpec withoutStrangers(widgets::FigureSpec spec);

/// The fields of a figure.
class FiguresForm : public QWidget
{
    Q_OBJECT

public:
    /// One of them is edited at a time; edits of the same one undo together.
    enum Field {
        Kind,
        Runs,
        Layer,
        Sublayer,
        Tasks,
        Seeds,
        Set,
        Shown,
        Column,
        Width,
        Height,
        Font,
        Size,
        Palette,
        Range,
        Dpi
    };

    explicit FiguresForm(QWidget *parent = nullptr);

    /// Without edited(). `heightMm` is what the figure has, which is shown where it follows from the data.
    void setEdit(const FigureEdit &edit, const FigureOffer &offer);
    void showHeight(double heightMm);

Q_SIGNALS:
    void edited(const secateur::app::FigureEdit &edit, int field);

private:
    void makeContentFields();
    void makeSizeFields();
    void makeLookFields();
    void connectFields();
    void addRow(QFormLayout &form, const QString &label, QWidget *field, const QString &tip);
    void fill();
    void fillChoices();
    void fillRange();
    void setVisibleRows();
    void change(Field field);
    void readRange(widgets::FigureSpec &spec) const;
    void readColumn(widgets::FigureSpec &spec) const;
    [[nodiscard]] FigureEdit read(Field field) const;
    [[nodiscard]] QStringList checkedRuns() const;

    FigureEdit m_edit;
    FigureOffer m_offer;
    bool m_isFilling = false;

    QFormLayout *m_content = nullptr;
    QFormLayout *m_looks = nullptr;
    QComboBox *m_kind;
    QListWidget *m_runs;
    QComboBox *m_layer;
    QComboBox *m_sublayer;
    QLineEdit *m_tasks;
    QComboBox *m_seeds;
    QComboBox *m_set;
    QComboBox *m_rendering;
    QComboBox *m_column;
    QDoubleSpinBox *m_width;
    QDoubleSpinBox *m_height;
    QCheckBox *m_fitsHeight;
    QLabel *m_source;
    QComboBox *m_font;
    QDoubleSpinBox *m_fontSize;
    QComboBox *m_palette;
    QComboBox *m_rangeKind;
    QWidget *m_rangeRow;
    QDoubleSpinBox *m_low;
    QDoubleSpinBox *m_high;
    QSpinBox *m_dpi;
};

} // namespace secateur::app
