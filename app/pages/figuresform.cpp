// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/figuresform.h"

#include <algorithm>
#include <cmath>

#include <QCheckBox>
#include <QComboBox>
#include <QFontDatabase>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QScopedValueRollback>
#include <QSignalBlocker>
#include <QSpinBox>

#include "widgets/figure/colormap.h"

namespace secateur::app {
namespace {

using analysis::FigureKind;
using widgets::ColorRange;
using widgets::FigureSpec;
using widgets::Rendering;

enum RangeKind { Fitting, Whole, Custom };

bool showsAllLayers(FigureKind kind)
{
    return kind == FigureKind::JaccardLayers || kind == FigureKind::SparsityProfile || widgets::hasTasks(kind);
}

bool hasSet(FigureKind kind)
{
    return kind == FigureKind::JaccardLayers || kind == FigureKind::JaccardMatrix
        || kind == FigureKind::DistanceAccuracy;
}

QString kindTitle(FigureKind kind)
{
    switch (kind) {
    case FigureKind::Mask: return FiguresForm::tr("Masks of a matrix");
    case FigureKind::JaccardLayers: return FiguresForm::tr("Distances per layer");
    case FigureKind::JaccardMatrix: return FiguresForm::tr("Distances of all runs");
    case FigureKind::SparsityProfile: return FiguresForm::tr("Pruned share per layer");
    case FigureKind::Accuracy: return FiguresForm::tr("Accuracy by task");
    case FigureKind::DistanceAccuracy: return FiguresForm::tr("Accuracy against distance");
    }
    return {};
}

QDoubleSpinBox *makeNumber(double least, double most, int decimals, const QString &suffix)
{
    auto *const box = new QDoubleSpinBox;
    box->setDecimals(decimals);
    box->setRange(least, most);
    box->setSuffix(suffix);
    box->setKeyboardTracking(false);
    return box;
}

/// A family that is not installed is listed all the same: the figure was made with it.
void chooseText(QComboBox &box, const QString &text)
{
    if (box.findText(text) < 0)
        box.addItem(text);
    box.setCurrentIndex(box.findText(text));
}

QFormLayout *makeGroup(QBoxLayout &column, const QString &title)
{
    auto *const heading = new QLabel(title);
    QFont font = heading->font();
    font.setBold(true);
    heading->setFont(font);
    column.addWidget(heading);
    auto *const form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->setContentsMargins(0, 0, 0, 10);
    form->setHorizontalSpacing(10);
    form->setVerticalSpacing(5);
    column.addLayout(form);
    return form;
}

} // namespace

FigureSpec withoutStrangers(FigureSpec spec)
{
    if (spec.kind != FigureKind::Mask)
        spec.rendering = Rendering::Mask;
    if (showsAllLayers(spec.kind))
        spec.layer.reset();
    if (widgets::hasTasks(spec.kind))
        spec.sublayer.clear();
    else
        spec.tasks.clear();
    spec.meanOfSeeds = spec.meanOfSeeds && spec.kind == FigureKind::Accuracy;
    if (spec.kind == FigureKind::JaccardMatrix && !spec.layer)
        spec.sublayer.clear();
    // A range of distances is none of weights, and the other way round.
    const bool foreign = spec.range && spec.kind == FigureKind::Mask ? spec.range->low >= 0.0
        : spec.range                                                 ? spec.range->low < 0.0
                                                                     : false;
    if (!widgets::hasColorScale(spec.kind, spec.rendering) || foreign)
        spec.range.reset();
    return spec;
}

FiguresForm::FiguresForm(QWidget *parent)
    : QWidget(parent), m_kind(new QComboBox), m_runs(new QListWidget), m_layer(new QComboBox),
      m_sublayer(new QComboBox), m_tasks(new QLineEdit), m_seeds(new QComboBox), m_set(new QComboBox),
      m_rendering(new QComboBox), m_column(new QComboBox), m_width(makeNumber(20.0, 1000.0, 1, tr(" mm"))),
      m_height(makeNumber(20.0, 1000.0, 1, tr(" mm"))), m_fitsHeight(new QCheckBox(tr("fits the content"))),
      m_source(new QLabel), m_font(new QComboBox), m_fontSize(makeNumber(4.0, 40.0, 1, tr(" pt"))),
      m_palette(new QComboBox), m_rangeKind(new QComboBox), m_rangeRow(new QWidget),
      m_low(makeNumber(-1000.0, 1000.0, 3, {})), m_high(makeNumber(-1000.0, 1000.0, 3, {})), m_dpi(new QSpinBox)
{
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 8, 0);
    column->setSpacing(4);
    m_content = makeGroup(*column, tr("Content"));
    makeContentFields();
    makeSizeFields();
    m_looks = makeGroup(*column, tr("Looks"));
    makeLookFields();
    column->addStretch(1);
    connectFields();
}

void FiguresForm::addRow(QFormLayout &form, const QString &label, QWidget *field, const QString &tip)
{
    auto *const text = new QLabel(label);
    text->setBuddy(field);
    field->setToolTip(tip);
    field->setAccessibleName(QString(label).remove(QLatin1Char('&')));
    field->setAccessibleDescription(tip);
    if (auto *const box = qobject_cast<QComboBox *>(field)) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(14);
    }
    form.addRow(text, field);
}

void FiguresForm::makeContentFields()
{
    for (const FigureKind kind : widgets::figureKinds())
        m_kind->addItem(kindTitle(kind), int(kind));
    m_set->addItems({tr("of the pruned weights"), tr("of the kept weights")});
    m_rendering->addItems({tr("kept and pruned"), tr("the kept weights")});
    m_runs->setFixedHeight(96);
    m_runs->setSelectionMode(QAbstractItemView::SingleSelection);
    addRow(*m_content, tr("&Kind"), m_kind, tr("What the figure shows"));
    addRow(*m_content, tr("Ru&ns"), m_runs, tr("Which sub-models are in the figure, in the order of the study"));
    addRow(*m_content, tr("&Layer"), m_layer, tr("The layer that is shown"));
    addRow(*m_content, tr("Su&blayer"), m_sublayer, tr("The matrix of the layer that is shown"));
    m_tasks->setPlaceholderText(tr("all that were measured"));
    addRow(*m_content, tr("T&asks"), m_tasks, tr("Names of tasks between commas, such as perplexity:python"));
    m_seeds->addItems({tr("each on its own"), tr("their mean and range")});
    addRow(*m_content, tr("&Seeds"), m_seeds, tr("How runs are shown that differ in their calibration sample alone"));
    addRow(*m_content, tr("&Distances"), m_set, tr("The paper's Figure 4 compares the pruned weights"));
    addRow(*m_content, tr("Sho&w"), m_rendering,
           tr("Kept and pruned cells in two colours; or, as the paper's Figure 3, the values of the kept weights in "
              "colours, pruned ones blank, and the difference as red dots"));
}

void FiguresForm::makeSizeFields()
{
    auto *const form = makeGroup(*static_cast<QVBoxLayout *>(layout()), tr("Size on paper"));
    for (const auto &width : widgets::columnWidths())
        m_column->addItem(width.title, width.id);
    m_column->addItem(tr("Other"), QString());
    m_source->setWordWrap(true);
    m_source->setForegroundRole(QPalette::PlaceholderText);
    addRow(*form, tr("Ven&ue"), m_column, tr("Sets the width that a publisher's template has"));
    addRow(*form, tr("W&idth"), m_width, tr("Width on paper. Include the file without scaling it"));
    addRow(*form, tr("Heigh&t"), m_height, tr("Height on paper"));
    m_fitsHeight->setToolTip(tr("The height that width, labels and content ask for"));
    form->addRow(QString(), m_fitsHeight);
    form->addRow(m_source);
}

void FiguresForm::makeLookFields()
{
    for (const QString &family : QFontDatabase::families())
        if (QFontDatabase::isSmoothlyScalable(family) && !QFontDatabase::isPrivateFamily(family))
            m_font->addItem(family);
    m_palette->addItems(widgets::ColorMap::ids());
    m_rangeKind->addItems({tr("fit the numbers"), tr("from 0 to 1"), tr("from \u2026 to")});
    auto *const row = new QHBoxLayout(m_rangeRow);
    row->setContentsMargins({});
    m_low->setAccessibleName(tr("Value of the first colour"));
    m_high->setAccessibleName(tr("Value of the last colour"));
    for (auto *const box : {m_low, m_high}) {
        box->setSingleStep(0.05);
        row->addWidget(box);
    }
    m_dpi->setRange(36, 2400);
    m_dpi->setSingleStep(50);
    m_dpi->setSuffix(tr(" dpi"));
    m_dpi->setKeyboardTracking(false);
    addRow(*m_looks, tr("F&ont"), m_font, tr("Embedded into PDF files; LaTeX figures take the document's"));
    addRow(*m_looks, tr("Si&ze"), m_fontSize, tr("Of all labels, on paper. Most venues ask for 7 pt or more"));
    addRow(*m_looks, tr("&Palette"), m_palette,
           tr("Sequential ones grow steadily lighter, and so survive grey print; weights need a diverging one, and are "
              "drawn with blue-orange where none was chosen"));
    addRow(*m_looks, tr("&Colours"), m_rangeKind, tr("A fixed range makes figures comparable"));
    m_looks->addRow(QString(), m_rangeRow);
    addRow(*m_looks, tr("&Resolution"), m_dpi, tr("Of PNG files, and of masks too large for vector cells"));
}

void FiguresForm::connectFields()
{
    const auto onChange = [this](Field field) { return [this, field] { change(field); }; };
    const std::pair<QComboBox *, Field> boxes[] = {
        {m_kind, Kind},       {m_layer, Layer},   {m_sublayer, Sublayer}, {m_set, Set},         {m_seeds, Seeds},
        {m_rendering, Shown}, {m_column, Column}, {m_font, Font},         {m_palette, Palette}, {m_rangeKind, Range}};
    for (const auto &[box, field] : boxes)
        connect(box, &QComboBox::currentIndexChanged, this, onChange(field));
    const std::pair<QDoubleSpinBox *, Field> numbers[] = {
        {m_width, Width}, {m_height, Height}, {m_fontSize, Size}, {m_low, Range}, {m_high, Range}};
    for (const auto &[box, field] : numbers)
        connect(box, &QDoubleSpinBox::valueChanged, this, onChange(field));
    connect(m_dpi, &QSpinBox::valueChanged, this, onChange(Dpi));
    connect(m_fitsHeight, &QCheckBox::toggled, this, onChange(Height));
    connect(m_tasks, &QLineEdit::editingFinished, this, onChange(Tasks));
    connect(m_runs, &QListWidget::itemChanged, this, onChange(Runs));
}

void FiguresForm::setEdit(const FigureEdit &edit, const FigureOffer &offer)
{
    m_edit = edit;
    m_offer = offer;
    fill();
}

void FiguresForm::showHeight(double heightMm)
{
    const QSignalBlocker quiet(m_height);
    m_height->setValue(heightMm);
}

void FiguresForm::fillChoices()
{
    const FigureSpec &spec = m_edit.spec;
    m_runs->clear();
    for (const QString &run : m_offer.runs) {
        auto *const item = new QListWidgetItem(run, m_runs);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(spec.runs.isEmpty() || spec.runs.contains(run) ? Qt::Checked : Qt::Unchecked);
    }
    // A mask is always of one matrix, distances may be of the whole.
    const bool whole = spec.kind != FigureKind::Mask;
    m_layer->clear();
    m_sublayer->clear();
    if (whole) {
        m_layer->addItem(tr("all"));
        m_sublayer->addItem(tr("all"));
    }
    for (int layer = 0; layer < m_offer.layers; ++layer)
        m_layer->addItem(QString::number(layer), layer);
    for (const QString &name : m_offer.sublayers)
        m_sublayer->addItem(name.section(QLatin1Char('.'), 1), name);
    m_layer->setCurrentIndex(std::max(0, spec.layer ? m_layer->findData(int(*spec.layer)) : 0));
    const auto fits = [&spec](const QString &name) {
        return name == spec.sublayer || name.section(QLatin1Char('.'), 1) == spec.sublayer;
    };
    const auto found = std::ranges::find_if(m_offer.sublayers, fits);
    const int at = found == m_offer.sublayers.end() ? -1 : m_sublayer->findData(*found);
    m_sublayer->setCurrentIndex(std::max(0, at));
}

void FiguresForm::fillRange()
{
    const auto &range = m_edit.spec.range;
    const bool weights = m_edit.spec.kind == FigureKind::Mask;
    const bool isWhole = range == std::optional(ColorRange{0.0, 1.0});
    // Two free fields stay when their numbers happen to be 0 and 1.
    const bool custom = range && (!isWhole || m_rangeKind->currentIndex() == Custom);
    m_rangeKind->setCurrentIndex(!range ? Fitting : custom ? Custom : Whole);
    const ColorRange shown = range.value_or(weights ? ColorRange{-0.1, 0.1} : ColorRange{0.0, 1.0});
    m_low->setRange(weights ? -1000.0 : 0.0, weights ? 0.0 : 1.0);
    m_high->setRange(0.0, weights ? 1000.0 : 1.0);
    m_low->setValue(shown.low);
    m_high->setValue(shown.high);
    m_low->setEnabled(!weights); // zero is in the middle
}

void FiguresForm::fill()
{
    const QScopedValueRollback filling(m_isFilling, true);
    const FigureSpec &spec = m_edit.spec;
    m_kind->setCurrentIndex(m_kind->findData(int(spec.kind)));
    fillChoices();
    m_tasks->setText(spec.tasks.join(QStringLiteral(", ")));
    m_seeds->setCurrentIndex(spec.meanOfSeeds ? 1 : 0);
    m_set->setCurrentIndex(spec.set == analysis::SetKind::Kept ? 1 : 0);
    m_rendering->setCurrentIndex(spec.rendering == Rendering::Weights ? 1 : 0);
    const auto columns = widgets::columnWidths();
    const auto column = std::ranges::find(columns, spec.widthMm, &widgets::ColumnWidth::widthMm);
    m_column->setCurrentIndex(int(column - columns.begin())); // the last one is "other"
    m_source->setText(
        column == columns.end()
            ? tr("Enter the \\columnwidth or \\textwidth of your template.")
            : tr("After %1. Templates change: compare with yours, and edit the width.").arg(column->source));
    m_width->setValue(spec.widthMm);
    m_height->setValue(spec.heightMm);
    m_height->setEnabled(!m_edit.fitsHeight);
    m_fitsHeight->setChecked(m_edit.fitsHeight);
    chooseText(*m_font, spec.fontFamily);
    m_fontSize->setValue(spec.fontSizePt);
    chooseText(*m_palette, spec.palette);
    fillRange();
    m_dpi->setValue(spec.imageDpi);
    setVisibleRows();
}

void FiguresForm::setVisibleRows()
{
    const FigureSpec &spec = m_edit.spec;
    const auto show = [](QFormLayout *form, QWidget *field, bool visible) {
        field->setVisible(visible);
        if (auto *const label = form->labelForField(field))
            label->setVisible(visible);
    };
    const bool scale = widgets::hasColorScale(spec.kind, spec.rendering);
    show(m_content, m_layer, !showsAllLayers(spec.kind));
    const bool whole = widgets::hasTasks(spec.kind) || spec.kind == FigureKind::JaccardMatrix;
    show(m_content, m_sublayer, !whole || spec.layer.has_value());
    show(m_content, m_tasks, widgets::hasTasks(spec.kind));
    show(m_content, m_seeds, spec.kind == FigureKind::Accuracy);
    show(m_content, m_set, hasSet(spec.kind));
    show(m_content, m_rendering, spec.kind == FigureKind::Mask);
    show(m_looks, m_rangeKind, scale);
    show(m_looks, m_rangeRow, scale && m_rangeKind->currentIndex() == Custom);
}

QStringList FiguresForm::checkedRuns() const
{
    QStringList runs;
    for (int i = 0; i < m_runs->count(); ++i)
        if (m_runs->item(i)->checkState() == Qt::Checked)
            runs << m_runs->item(i)->text();
    return runs;
}

void FiguresForm::readRange(FigureSpec &spec) const
{
    const bool weights = spec.kind == FigureKind::Mask;
    const double high = m_high->value();
    if (m_rangeKind->currentIndex() == Fitting)
        spec.range.reset();
    else if (m_rangeKind->currentIndex() == Whole)
        spec.range = weights ? ColorRange{-1.0, 1.0} : ColorRange{0.0, 1.0};
    else
        spec.range = ColorRange{weights ? -high : std::min(m_low->value(), high - 0.001), high};
}

void FiguresForm::readColumn(FigureSpec &spec) const
{
    spec.widthMm = widgets::columnWidth(m_column->currentData().toString()).value_or(spec.widthMm);
}

FigureEdit FiguresForm::read(Field field) const
{
    FigureEdit next = m_edit;
    FigureSpec &spec = next.spec;
    const QVariant layer = m_layer->currentData();
    switch (field) {
    case Kind: spec.kind = FigureKind(m_kind->currentData().toInt()); break;
    case Runs: spec.runs = checkedRuns(); break;
    case Layer: spec.layer = layer.isValid() ? std::optional(quint32(layer.toUInt())) : std::nullopt; break;
    case Sublayer: spec.sublayer = m_sublayer->currentData().toString(); break;
    case Tasks:
        spec.tasks.clear();
        for (const QString &task : m_tasks->text().split(QLatin1Char(','), Qt::SkipEmptyParts))
            if (!task.trimmed().isEmpty())
                spec.tasks << task.trimmed();
        break;
    case Seeds: spec.meanOfSeeds = m_seeds->currentIndex() == 1; break;
    case Set: spec.set = m_set->currentIndex() == 1 ? analysis::SetKind::Kept : analysis::SetKind::Pruned; break;
    case Shown: spec.rendering = m_rendering->currentIndex() == 1 ? Rendering::Weights : Rendering::Mask; break;
    case Column: readColumn(spec); break;
    case Width: spec.widthMm = m_width->value(); break;
    case Height:
        next.fitsHeight = m_fitsHeight->isChecked();
        spec.heightMm = m_height->value();
        break;
    case Font: spec.fontFamily = m_font->currentText(); break;
    case Size: spec.fontSizePt = m_fontSize->value(); break;
    case Palette: spec.palette = m_palette->currentText(); break;
    case Range: readRange(spec); break;
    case Dpi: spec.imageDpi = m_dpi->value(); break;
    }
    // Whoever chooses by hand does not want the choice replaced by the next click elsewhere.
    if (field == Runs || field == Layer || field == Sublayer)
        next.follows = false;
    spec = withoutStrangers(spec);
    return next;
}

void FiguresForm::change(Field field)
{
    if (m_isFilling)
        return;
    const FigureEdit next = read(field);
    if (next == m_edit) {
        setVisibleRows();
        return;
    }
    m_edit = next;
    Q_EMIT edited(next, field);
}

} // namespace secateur::app
