// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include "app/pages/figurespage.h"
#include "app/pages/figurespreview.h"
#include "widgets/common/datatable.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/menubutton.h"
#include "widgets/figure/exporter.h"
#include "widgets/figure/papertable.h"

/// What the Figures page is made of.
namespace secateur::app {

namespace {

constexpr int formWidth = 300;

QString csvOf(const widgets::FigureTable &table)
{
    return QString::fromUtf8(table.csv());
}

/// The file that is dragged, if it may be a figure.
std::filesystem::path figureIn(const QMimeData &data)
{
    if (data.urls().size() != 1 || !data.urls().front().isLocalFile())
        return {};
    const std::filesystem::path path = data.urls().front().toLocalFile().toStdString();
    return widgets::formatFromPath(path) ? path : std::filesystem::path();
}

} // namespace

QAction *FiguresPage::addAction(const char *name, const QString &text, std::function<void()> run)
{
    return makeAction(QLatin1String("figures.") + QLatin1String(name), text, std::move(run));
}

void FiguresPage::setupActions()
{
    m_follow = makeToggle(QStringLiteral("figures.follow"), tr("Link Figures with the other pages"), m_edit.follows);
    m_showTable = makeToggle(QStringLiteral("figures.showTable"), tr("Show the numbers of the figure"), true);
    m_zoomFit = addAction("zoomFit", tr("Fit the figure into the view"), [this] { m_preview->zoomToFit(); });
    m_zoomActual =
        addAction("zoomActual", tr("Show the figure at its printed size"), [this] { m_preview->setZoom(1.0); });
    addAction("zoomIn", tr("Enlarge the figure's preview"), [this] { m_preview->setZoom(m_preview->zoom() * 1.25); });
    addAction("zoomOut", tr("Shrink the figure's preview"), [this] { m_preview->setZoom(m_preview->zoom() / 1.25); });
    m_copyActions = {
        addAction("copyImage", tr("Copy the figure as an image"), [this] { copyImage(); }),
        addAction("copyCsv", tr("Copy the figure's numbers as CSV"), [this] { copyText(csvOf); }),
        addAction("copyLatex", tr("Copy the figure's numbers as LaTeX"), [this] { copyText(widgets::latexOf); }),
        addAction("copyMarkdown", tr("Copy the figure's numbers as Markdown"),
                  [this] { copyText(widgets::markdownOf); }),
        addAction("copyCommand", tr("Copy the command line that draws the figure"), [this] { copyCommand(); })};
    m_openManifest = addAction("openManifest", tr("Open figure's manifest\u2026"), [this] { chooseManifest(); });
}

void FiguresPage::setupExports()
{
    const auto add = [this](const char *name, const QString &text, const char *ending) {
        const QString filter = tr("Figures (*%1)").arg(QLatin1String(ending));
        m_exportActions << addAction(name, text,
                                     [this, filter, ending] { chooseExport(QString::fromLatin1(ending), filter); });
    };
    add("exportPdf", tr("Export the figure as PDF\u2026"), ".pdf");
    add("exportSvg", tr("Export the figure as SVG\u2026"), ".svg");
    add("exportPng", tr("Export the figure as PNG\u2026"), ".png");
    add("exportTex", tr("Export the figure for LaTeX (pgfplots)\u2026"), ".tex");
    add("exportCsv", tr("Export the figure's numbers as CSV\u2026"), ".csv");
    add("exportManifest", tr("Export the figure's manifest\u2026"), ".json");
    m_exportActions.front()->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E));
}

void FiguresPage::setupUi()
{
    m_stack = new QStackedWidget(this);
    m_empty = new widgets::EmptyState(
        tr("No figures yet"),
        tr("Here you make the figures of a paper: masks, distances per layer and between all sub-models, at the exact "
           "size of a column, as PDF, SVG, PNG or LaTeX. Prune the model for a domain first; two domains make the "
           "paper's Figures 3 and 4."),
        m_stack);
    QPushButton *const prune = m_empty->addButton(tr("Go to Prune"));
    prune->setObjectName(QStringLiteral("goToPrune"));
    connect(prune, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("prune")); });

    m_form = new FiguresForm;
    auto *const formArea = new QScrollArea;
    formArea->setWidget(m_form);
    formArea->setWidgetResizable(true);
    formArea->setFrameShape(QFrame::NoFrame);
    formArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    formArea->setFixedWidth(formWidth);
    formArea->setAccessibleName(tr("What the figure shows and how"));
    auto *const content = new QWidget;
    auto *const row = new QHBoxLayout(content);
    row->setContentsMargins({});
    row->addWidget(formArea);
    row->addWidget(makeStage(), 1);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(content);
    auto *const layout = new QVBoxLayout(this);
    layout->addWidget(m_stack);
}

QWidget *FiguresPage::makeStage()
{
    auto *const stage = new QWidget;
    auto *const column = new QVBoxLayout(stage);
    column->setContentsMargins({});
    m_problem = widgets::makeText({}, stage);
    m_problem->setAccessibleName(tr("What is wrong"));
    m_problem->hide();
    m_caption = widgets::makeText({}, stage);
    m_caption->setAccessibleName(tr("About the figure"));
    m_preview = new FiguresPreview;
    m_table = new widgets::DataTable(tr("Numbers of the figure"));
    auto *const split = new QSplitter(Qt::Vertical);
    split->addWidget(m_preview);
    split->addWidget(m_table);
    split->setStretchFactor(0, 4);
    split->setStretchFactor(1, 1);
    split->setCollapsible(0, false);
    split->setSizes({400, 130});
    column->addWidget(makeBar());
    column->addWidget(m_problem);
    column->addWidget(split, 1);
    column->addWidget(m_caption);
    return stage;
}

QWidget *FiguresPage::makeBar()
{
    auto *const bar = new QWidget;
    auto *const row = new QHBoxLayout(bar);
    row->setContentsMargins({});
    const auto button = [row](QAction *action, const QString &text) {
        auto *const made = new QToolButton;
        made->setDefaultAction(action);
        made->setText(text);
        made->setToolTip(action->text());
        made->setAccessibleName(action->text());
        row->addWidget(made);
    };
    button(m_zoomFit, tr("Fit"));
    button(m_zoomActual, tr("100 %"));
    m_zoom = new QLabel;
    m_zoom->setAccessibleName(tr("Scale of the preview"));
    row->addWidget(m_zoom);
    row->addStretch(1);
    button(m_follow, tr("Linked"));
    button(m_showTable, tr("Table"));
    row->addWidget(
        widgets::makeMenuButton(tr("Copy as"), tr("Copy the figure, its numbers or its command line"), m_copyActions));
    row->addWidget(widgets::makeMenuButton(tr("Export"), tr("Export the figure, or open one"),
                                           QList<QAction *>(m_exportActions) << m_openManifest));
    return bar;
}

QFileDialog *FiguresPage::openDialog(const QString &title)
{
    delete m_dialog;
    m_dialog = new QFileDialog(this, title);
    m_dialog->setAttribute(Qt::WA_DeleteOnClose);
    m_dialog->setModal(false);
    if (!m_output.isEmpty())
        m_dialog->setDirectory(QFileInfo(m_output).absolutePath());
    return m_dialog;
}

void FiguresPage::chooseExport(const QString &ending, const QString &filter)
{
    if (!m_made)
        return;
    auto *const dialog = openDialog(tr("Export the figure"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(filter);
    dialog->setDefaultSuffix(ending.mid(1));
    dialog->selectFile(widgets::kindName(m_made->spec.kind) + ending);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &file) { exportTo(file.toStdString()); });
    dialog->show();
}

void FiguresPage::chooseManifest()
{
    auto *const dialog = openDialog(tr("Open a figure, or its manifest"));
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters(
        {tr("Figures made by Secateur (*.json *.pdf *.svg *.png *.tex *.csv)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString &file) { openManifest(file.toStdString()); });
    dialog->show();
}

void FiguresPage::dragEnterEvent(QDragEnterEvent *event)
{
    if (!figureIn(*event->mimeData()).empty() && !session().runs().empty())
        event->acceptProposedAction();
}

void FiguresPage::dropEvent(QDropEvent *event)
{
    if (const auto path = figureIn(*event->mimeData()); !path.empty()) {
        event->acceptProposedAction();
        openManifest(path);
    }
}

} // namespace secateur::app
