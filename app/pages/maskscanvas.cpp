// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/maskscanvas.h"

#include <cmath>

#include <QBuffer>
#include <QEvent>
#include <QGridLayout>
#include <QImage>

namespace secateur::app {

using widgets::MaskContent;
using widgets::MaskPalette;

namespace {

/// A square with an edge in the text's colour, so that a colour near the background is still seen.
QString swatch(QRgb colour, const QPalette &palette)
{
    QImage image(13, 13, QImage::Format_RGB32);
    image.fill(palette.color(QPalette::PlaceholderText).rgb());
    for (int y = 1; y < image.height() - 1; ++y)
        for (int x = 1; x < image.width() - 1; ++x)
            image.setPixel(x, y, colour);
    QByteArray png;
    QBuffer buffer(&png);
    image.save(&buffer, "PNG");
    return QStringLiteral("<img src='data:image/png;base64,%1'>").arg(QString::fromLatin1(png.toBase64()));
}

QString entry(QRgb colour, const QString &text, const QPalette &palette)
{
    return swatch(colour, palette)
        + QStringLiteral("&nbsp;%1").arg(text).replace(QLatin1Char(' '), QStringLiteral("&nbsp;"));
}

QString percent(std::uint64_t part, std::uint64_t total)
{
    return MasksCanvas::tr("%1 %").arg(total == 0 ? 0.0 : 100.0 * double(part) / double(total), 0, 'f', 1);
}

QString maskLegend(const widgets::MaskData &mask, const MaskPalette &colours, const QPalette &palette)
{
    const auto total = mask.bits().size();
    return entry(colours.kept, MasksCanvas::tr("kept %1").arg(percent(mask.kept(), total)), palette)
        + QStringLiteral(" &nbsp; ")
        + entry(colours.pruned, MasksCanvas::tr("pruned %1").arg(percent(total - mask.kept(), total)), palette);
}

QString weightLegend(const widgets::KeptWeights &weights, const MaskPalette &colours, const QPalette &palette)
{
    const auto limit = QString::number(double(weights.weights().limit), 'g', 2);
    return entry(colours.diverging.front(), QChar(0x2212) + limit, palette) + QStringLiteral(" &nbsp; ")
        + entry(colours.diverging[127], QStringLiteral("0"), palette) + QStringLiteral(" &nbsp; ")
        + entry(colours.diverging.back(), QLatin1Char('+') + limit, palette) + QStringLiteral(" &nbsp; ")
        + entry(colours.blank, MasksCanvas::tr("pruned"), palette);
}

QString differenceLegend(const widgets::MaskDifference &difference, const MaskPalette &colours, bool dots,
                         const QPalette &palette)
{
    const auto &counts = difference.counts();
    const auto onlyA = counts.inA - counts.inBoth;
    const auto onlyB = counts.inB - counts.inBoth;
    const auto neither = counts.total - counts.inA - onlyB;
    if (dots)
        return entry(colours.differs, MasksCanvas::tr("differs %1").arg(percent(onlyA + onlyB, counts.total)), palette)
            + QStringLiteral(" &nbsp; ") + entry(colours.blank, MasksCanvas::tr("same"), palette);
    return entry(colours.onlyA, MasksCanvas::tr("A only %1").arg(percent(onlyA, counts.total)), palette)
        + QStringLiteral(" &nbsp; ")
        + entry(colours.onlyB, MasksCanvas::tr("B only %1").arg(percent(onlyB, counts.total)), palette)
        + QStringLiteral("<br>") // rather than between a square and its text
        + entry(colours.both, MasksCanvas::tr("both %1").arg(percent(counts.inBoth, counts.total)), palette)
        + QStringLiteral(" &nbsp; ")
        + entry(colours.neither, MasksCanvas::tr("neither %1").arg(percent(neither, counts.total)), palette);
}

MaskContent contentOf(const MaskSide &side, const std::shared_ptr<const widgets::KeptWeights> &weights)
{
    return !side.mask ? MaskContent() : weights ? MaskContent(weights) : MaskContent(side.mask);
}

} // namespace

MasksCanvas::MasksCanvas(QWidget *parent) : QWidget(parent)
{
    setupUi();
    for (widgets::MaskView *const view : m_views)
        connect(view, &widgets::MaskView::hovered, this, &MasksCanvas::onHovered);
}

void MasksCanvas::setupUi()
{
    auto *const grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(2);
    for (std::size_t i = 0; i < m_views.size(); ++i) {
        m_titles[i] = new QLabel(this);
        QFont bold = font();
        bold.setBold(true);
        m_titles[i]->setFont(bold);
        m_titles[i]->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        m_legends[i] = new QLabel(this);
        m_legends[i]->setTextFormat(Qt::RichText);
        m_legends[i]->setWordWrap(true);
        m_legends[i]->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        m_legends[i]->setMinimumHeight(2 * fontMetrics().lineSpacing() + 2);
        m_legends[i]->setAlignment(Qt::AlignTop | Qt::AlignLeft);
        m_views[i] = new widgets::MaskView(m_viewport, this);
        const int column = int(i);
        grid->addWidget(m_titles[i], 0, column);
        grid->addWidget(m_legends[i], 1, column);
        grid->addWidget(m_views[i], 2, column);
        grid->setColumnStretch(column, 1);
    }
    grid->setRowStretch(2, 1);
    setTabOrder(m_views[0], m_views[1]);
    setTabOrder(m_views[1], m_views[2]);
}

void MasksCanvas::show(const MasksPicture &picture)
{
    m_picture = picture;
    const MaskPair &pair = picture.pair;
    const MaskSide &first = pair.a.mask ? pair.a : pair.b;
    if (first.mask)
        m_viewport.setMatrix(std::int64_t(first.mask->rows()), std::int64_t(first.mask->cols()));
    m_views[0]->setContent(contentOf(pair.a, picture.weightsA));
    m_views[1]->setContent(contentOf(pair.b, picture.weightsB));
    const auto look =
        picture.made.weightPictures ? MaskContent::DifferenceLook::Dots : MaskContent::DifferenceLook::Sets;
    m_views[2]->setContent(pair.difference ? MaskContent(pair.difference, look) : MaskContent());
    const QString missing = tr("Prune a second domain to see where two sub-models differ.");
    m_views[1]->setMessage(missing);
    m_views[2]->setMessage(missing);
    const std::array<QString, 3> names = {tr("A  %1").arg(QString::fromStdString(pair.a.runName)),
                                          tr("B  %1").arg(QString::fromStdString(pair.b.runName)), tr("Difference")};
    for (std::size_t i = 0; i < m_views.size(); ++i) {
        m_titles[i]->setText(names[i]);
        m_titles[i]->setToolTip(names[i]);
        m_views[i]->setTitle(tr("%1, layer %2, %3")
                                 .arg(names[i])
                                 .arg(pair.id.layer.value)
                                 .arg(QString::fromStdString(pair.id.sublayer)));
        if (picture.weights)
            m_views[i]->setHeads({picture.weights->headCells, picture.weights->headsAlongRows});
    }
    updateLegends();
}

void MasksCanvas::showMessage(const QString &text)
{
    m_picture = {};
    for (std::size_t i = 0; i < m_views.size(); ++i) {
        m_views[i]->setContent({});
        m_views[i]->setMessage(text);
        m_titles[i]->clear();
    }
    updateLegends();
}

void MasksCanvas::setCellNote(const QString &note)
{
    for (widgets::MaskView *const view : m_views)
        view->setCellNote(note);
}

void MasksCanvas::updateLegends()
{
    const MaskPalette colours = MaskPalette::forPalette(palette());
    const auto ofSide = [&](const MaskSide &side, const std::shared_ptr<const widgets::KeptWeights> &weights) {
        return !side.mask ? QString()
            : weights     ? weightLegend(*weights, colours, palette())
                          : maskLegend(*side.mask, colours, palette());
    };
    m_legends[0]->setText(ofSide(m_picture.pair.a, m_picture.weightsA));
    m_legends[1]->setText(ofSide(m_picture.pair.b, m_picture.weightsB));
    m_legends[2]->setText(m_picture.pair.difference ? differenceLegend(*m_picture.pair.difference, colours,
                                                                       m_picture.made.weightPictures, palette())
                                                    : QString());
}

void MasksCanvas::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange)
        updateLegends();
    QWidget::changeEvent(event);
}

void MasksCanvas::onHovered(const std::optional<widgets::MatrixViewport::Cell> &cell)
{
    if (!cell)
        return Q_EMIT hovered({});
    const auto row = std::size_t(cell->row);
    const auto column = std::size_t(cell->column);
    const MaskContent &shown = !m_views[2]->content().isEmpty() ? m_views[2]->content()
        : !m_views[0]->content().isEmpty()                      ? m_views[0]->content()
                                                                : m_views[1]->content();
    Q_EMIT hovered(tr("Row %1, column %2: %3").arg(cell->row).arg(cell->column).arg(shown.describe(row, column)));
}

} // namespace secateur::app
