// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/figurespage.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <QMimeData>
#include <QStackedWidget>
#include <QUndoCommand>

#include "app/pages/figurespreview.h"
#include "widgets/common/datatable.h"
#include "widgets/common/emptystate.h"
#include "widgets/figure/exporter.h"
#include "widgets/figure/figurecommand.h"
#include "widgets/figure/manifest.h"
#include "widgets/figure/papertable.h"
#include "widgets/figure/scenepainter.h"

namespace secateur::app {

using analysis::FigureKind;

namespace {

QString detail(const Error &error)
{
    QString text = QString::fromStdString(error.detail);
    return text.isEmpty() ? text : text.front().toUpper() + text.mid(1);
}

widgets::TableData shownTable(const widgets::FigureTable &table)
{
    widgets::TableData shown;
    shown.columns = table.header;
    for (const QStringList &row : table.rows) {
        std::vector<QVariant> cells;
        for (const QString &cell : row) {
            bool isNumber = false;
            bool isWhole = false;
            const double value = cell.toDouble(&isNumber);
            const qlonglong whole = cell.toLongLong(&isWhole);
            cells.push_back(isWhole ? QVariant(whole) : isNumber ? QVariant(value) : QVariant(cell));
        }
        shown.rows.push_back(std::move(cells));
    }
    return shown;
}

} // namespace

/// Edits of one field in a row undo as one.
class FiguresPage::Edit : public QUndoCommand
{
public:
    Edit(FiguresPage &page, FigureEdit after, const QString &text, int field)
        : QUndoCommand(text), m_page(&page), m_before(page.m_edit), m_after(std::move(after)), m_field(field)
    {
    }
    void undo() override { apply(m_before); }
    void redo() override { apply(m_after); }
    int id() const override { return m_field < 0 ? -1 : 0x46490000 + m_field; } // of no other command
    bool mergeWith(const QUndoCommand *other) override
    {
        m_after = static_cast<const Edit *>(other)->m_after;
        setObsolete(m_after == m_before);
        return true;
    }

private:
    void apply(const FigureEdit &edit)
    {
        if (m_page)
            m_page->apply(edit);
    }

    QPointer<FiguresPage> m_page;
    FigureEdit m_before;
    FigureEdit m_after;
    int m_field;
};

FiguresPage::FiguresPage(StudySession &studySession, Setting<QString> *style, QWidget *parent)
    : Page(studySession, parent), m_style(style)
{
    m_edit.spec.imageDpi = 300;
    loadStyle();
    setupActions();
    setupExports();
    setupUi();
    connectSignals();
    setAcceptDrops(true);
    refresh();
}

void FiguresPage::connectSignals()
{
    connect(m_form, &FiguresForm::edited, this,
            [this](const FigureEdit &next, int field) { setEdit(next, tr("change figure"), field); });
    connect(m_follow, &QAction::toggled, this, [this](bool on) {
        FigureEdit next = m_edit;
        next.follows = on;
        setEdit(next, on ? tr("link figure with the selection") : tr("unlink figure from the selection"));
    });
    connect(m_showTable, &QAction::toggled, m_table, &QWidget::setVisible);
    connect(&session().selection(), &Selection::changed, this, &FiguresPage::followSelection);
    connect(&session(), &StudySession::studyChanged, this, [this] {
        m_reader = std::make_shared<FigureReader>();
        m_edit.follows = true;
        refresh();
    });
    connect(&session(), &StudySession::runsChanged, this, &FiguresPage::refresh);
    connect(&session(), &StudySession::evaluationsChanged, this, &FiguresPage::refresh);
    connect(m_preview, &FiguresPreview::zoomChanged, this,
            [this](double zoom) { m_zoom->setText(tr("%1 %").arg(qRound(zoom * 100))); });
}

void FiguresPage::activate()
{
    m_active = true;
    refresh();
}

QString FiguresPage::problem() const
{
    return m_problem->isHidden() ? QString() : m_problem->text();
}

QString FiguresPage::nameOf(const QString &runId) const
{
    const auto *const run = session().run(runId);
    return run ? QString::fromStdString(run->recipe.name) : QString();
}

FigureOffer FiguresPage::offer() const
{
    FigureOffer offer;
    for (const auto &run : session().runs())
        offer.runs << QString::fromStdString(run.recipe.name);
    if (session().runs().empty())
        return offer;
    const auto &first = session().runs().front();
    offer.layers = int(first.layers());
    for (const auto &name : first.sublayerNames())
        offer.sublayers << QString::fromStdString(name);
    return offer;
}

void FiguresPage::setEdit(const FigureEdit &next, const QString &text, int mergeField)
{
    if (!(next == m_edit))
        session().undoStack().push(new Edit(*this, next, text, mergeField));
}

void FiguresPage::apply(const FigureEdit &next)
{
    m_edit = next;
    saveStyle();
    refresh();
}

/// What the selection says, where the figure follows it: both sub-models, and for masks the matrix.
void FiguresPage::followSelection()
{
    if (!m_edit.follows)
        return;
    const FigureEdit before = m_edit;
    auto &spec = m_edit.spec;
    const Selection &selection = session().selection();
    const FigureKind kind = spec.kind;
    spec.runs.clear();
    spec.layer.reset();
    spec.sublayer.clear();
    if (kind == FigureKind::Mask || kind == FigureKind::JaccardLayers)
        for (const QString &name : {nameOf(selection.runA()), nameOf(selection.runB())})
            if (!name.isEmpty() && !spec.runs.contains(name))
                spec.runs << name;
    if (kind == FigureKind::JaccardLayers && spec.runs.size() < 2)
        spec.runs.clear();
    if (kind == FigureKind::Mask) {
        spec.layer = selection.layer();
        const FigureOffer choices = offer();
        spec.sublayer = !selection.sublayer().isEmpty() || choices.sublayers.isEmpty() ? selection.sublayer()
                                                                                       : choices.sublayers.front();
    }
    if (!(m_edit == before))
        refresh();
}

void FiguresPage::refresh()
{
    if (m_edit.follows) {
        const FigureEdit before = m_edit;
        followSelection();
        if (!(m_edit == before))
            return; // which refreshed
    }
    const QSignalBlocker quiet(m_follow);
    m_follow->setChecked(m_edit.follows);
    m_form->setEdit(m_edit, offer());
    showEmptiness();
    make();
}

void FiguresPage::showEmptiness()
{
    const bool empty = session().runs().empty();
    m_stack->setCurrentIndex(empty ? 0 : 1);
    for (auto *const action : m_exportActions + m_copyActions)
        action->setEnabled(!empty && m_made);
}

void FiguresPage::make()
{
    FigureWanted wanted{m_edit.spec, m_edit.fitsHeight, session().folder(), session().modelPath(), {}};
    for (const auto &run : session().runs())
        wanted.known.push_back(run.id);
    if (widgets::hasTasks(m_edit.spec.kind))
        for (const auto &evaluation : session().evaluations())
            wanted.known.push_back(evaluation.id);
    if (wanted == m_wanted)
        return;
    m_makeTask.cancel();
    m_isMaking = false;
    m_wanted = {};
    if (session().runs().empty()) {
        m_made.reset();
        m_preview->setScene(nullptr);
        m_table->setTable({});
        return;
    }
    if (!m_active)
        return;
    m_wanted = wanted;
    m_isMaking = true;
    m_caption->setText(tr("Reading the numbers\u2026"));
    m_makeTask.start([wanted, reader = m_reader](const std::stop_token &stop) { return reader->make(wanted, stop); },
                     [this](const auto &result) { showResult(*result); });
}

void FiguresPage::showResult(const Result<FigureMade> &result)
{
    m_isMaking = false;
    if (!result) {
        if (result.error().code != ErrorCode::Cancelled)
            showProblem(detail(result.error()));
        return;
    }
    m_made = std::make_shared<const FigureMade>(*result);
    m_problem->hide();
    m_preview->setScene(m_made->scene);
    m_table->setTable(shownTable(m_made->table));
    if (m_edit.fitsHeight)
        m_form->showHeight(m_made->spec.heightMm);
    QStringList lines = {
        tr("%1. %2 \u00d7 %3 mm.")
            .arg(m_made->scene->title, QString::number(m_made->spec.widthMm), QString::number(m_made->spec.heightMm))};
    for (const auto &notice : m_made->data->notices)
        lines << tr("Note: %1.").arg(QString::fromStdString(notice));
    for (const QString &notice : m_made->scene->notices)
        lines << tr("Note: %1.").arg(notice);
    m_caption->setText(lines.join(QLatin1Char(' ')));
    showEmptiness();
}

void FiguresPage::showProblem(const QString &text)
{
    m_made.reset();
    m_preview->setScene(nullptr);
    m_table->setTable({});
    m_caption->clear();
    m_problem->setText(tr("This figure cannot be drawn. %1").arg(text));
    m_problem->show();
    showEmptiness();
}

void FiguresPage::exportTo(const std::filesystem::path &path)
{
    if (!m_made || m_isExporting)
        return;
    m_isExporting = true;
    m_output = QString::fromStdString(path.string());
    Q_EMIT statusChanged(tr("Writing %1\u2026").arg(m_output));
    m_exportTask.start([made = m_made, study = session().folder(),
                        path](const std::stop_token &) { return exportMade(*made, study, path); },
                       [this](const auto &result) {
                           m_isExporting = false;
                           if (!*result) {
                               m_problem->setText(tr("The figure was not written. %1").arg(detail(result->error())));
                               m_problem->show();
                               return;
                           }
                           m_problem->hide();
                           QStringList names;
                           for (const auto &file : **result)
                               names << QString::fromStdString(file.string());
                           Q_EMIT statusChanged(tr("Wrote %1").arg(names.join(QStringLiteral(", "))));
                       });
}

void FiguresPage::openManifest(const std::filesystem::path &path)
{
    const auto read = widgets::readManifest(path);
    if (!read) {
        m_problem->setText(tr("No figure could be restored. %1").arg(detail(read.error())));
        m_problem->show();
        return;
    }
    m_problem->hide();
    setEdit({*read, false, false}, tr("open the figure of %1").arg(QString::fromStdString(path.filename().string())));
    Q_EMIT statusChanged(tr("Restored the figure of %1").arg(QString::fromStdString(path.string())));
}

QString FiguresPage::commandLine(const QString &output) const
{
    if (!m_made)
        return {};
    // What is shown, said in full: it stays the same when the study gets more runs.
    const auto spec = widgets::resolved(m_made->spec, *m_made->data);
    return widgets::shellLine(QStringLiteral("secateur-cli"),
                              widgets::figureArguments(spec, QString::fromStdString(m_wanted.study.string()), output,
                                                       QString::fromStdString(m_wanted.model.string())));
}

void FiguresPage::copyCommand()
{
    if (!m_made)
        return;
    const QString output = m_output.isEmpty() ? widgets::kindName(m_made->spec.kind) + QLatin1String(".pdf") : m_output;
    QGuiApplication::clipboard()->setText(commandLine(output));
    Q_EMIT statusChanged(tr("Copied the command that draws this figure"));
}

void FiguresPage::copyText(QString (*format)(const widgets::FigureTable &))
{
    if (!m_made)
        return;
    QGuiApplication::clipboard()->setText(format(m_made->table));
    Q_EMIT statusChanged(tr("Copied %n row(s)", nullptr, int(m_made->table.rows.size())));
}

void FiguresPage::copyImage()
{
    if (!m_made)
        return;
    // The drawing too, for programs that take it.
    auto *const content = new QMimeData;
    content->setImageData(widgets::renderScene(*m_made->scene, std::min(300, m_made->spec.imageDpi)));
    content->setData(QStringLiteral("image/svg+xml"),
                     widgets::svgBytes(*m_made->scene, widgets::manifestText(m_made->spec, *m_made->data)));
    QGuiApplication::clipboard()->setMimeData(content);
    Q_EMIT statusChanged(tr("Copied the figure as an image"));
}

void FiguresPage::loadStyle()
{
    if (!m_style)
        return;
    const auto json = nlohmann::json::parse(m_style->value().toStdString(), nullptr, false);
    const auto spec = widgets::specFromJson(json, "settings");
    if (spec)
        m_edit.spec = *spec;
}

/// Size and looks, not what a figure shows: that belongs to a study.
void FiguresPage::saveStyle() const
{
    if (!m_style)
        return;
    auto spec = m_edit.spec;
    spec.runs.clear();
    spec.layer.reset();
    spec.sublayer.clear();
    spec.tasks.clear();
    spec.meanOfSeeds = false;
    m_style->setValue(QString::fromStdString(widgets::toJson(withoutStrangers(spec)).dump()));
}

} // namespace secateur::app
