// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/maskspage.h"

#include <algorithm>
#include <thread>

#include <QHBoxLayout>
#include <QPointer>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QVBoxLayout>

#include "app/pages/applydialog.h"
#include "app/pages/exportdialog.h"
#include "widgets/common/emptystate.h"

namespace secateur::app {

namespace {

using Cell = widgets::MatrixViewport::Cell;

int workThreads()
{
    return int(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
}

QString sentence(const Error &error)
{
    return QString::fromStdString(error.detail);
}

} // namespace

MasksPage::MasksPage(StudySession &session, QWidget *parent)
    : Page(session, parent),
      m_recorder(
          m_shown, session.undoStack(), OwnLayerEdit, OwnCellEdit,
          // Undo leaves what was chosen apart from the other pages alone once the page follows them again.
          [this](const Selection::State &state) { return !m_linked->isChecked() && this->session().isValid(state); })
{
    m_recorder.setActive(false);
    m_shown.setState(session.selection().state());
    setupActions();
    setupUi();
    connectSignals();
    onSelectionChanged();
}

MasksPage::~MasksPage() = default;

QAction *MasksPage::addPageAction(const char *name, const QString &text, const QString &icon,
                                  const QKeySequence &shortcut)
{
    auto *const action = makeAction(QLatin1String(name), text);
    action->setIcon(QIcon::fromTheme(icon));
    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    const QString keys = shortcut.toString(QKeySequence::NativeText);
    action->setToolTip(keys.isEmpty() ? text : tr("%1 (%2)").arg(text, keys));
    addAction(action);
    return action;
}

void MasksPage::setupActions()
{
    const auto add = [this](const char *name, const QString &text, const QString &icon, const QKeySequence &keys,
                            auto work) {
        QAction *const action = addPageAction(name, text, icon, keys);
        connect(action, &QAction::triggered, this, work);
        return action;
    };
    add("masks.zoomOut", tr("Zoom Out"), QStringLiteral("zoom-out"), QKeySequence::ZoomOut, [this] {
        m_canvas->viewport().zoomAtCentre(0.8);
    })->setIconText(QStringLiteral("−"));
    add("masks.zoomIn", tr("Zoom In"), QStringLiteral("zoom-in"), QKeySequence::ZoomIn, [this] {
        m_canvas->viewport().zoomAtCentre(1.25);
    })->setIconText(QStringLiteral("+"));
    add("masks.fit", tr("Show Whole Matrix"), QStringLiteral("zoom-fit-best"), QKeySequence(Qt::CTRL | Qt::Key_0),
        [this] { m_canvas->viewport().fit(); })
        ->setIconText(tr("Fit"));
    add("masks.swap", tr("Swap A and B"), QStringLiteral("object-flip-horizontal"), {}, [this] {
        m_controls->swapRuns();
    })->setIconText(tr("Swap"));
    add("masks.previousLayer", tr("Previous Layer"), QStringLiteral("go-up"), QKeySequence(Qt::ALT | Qt::Key_PageUp),
        [this] { m_controls->changeLayer(-1); });
    add("masks.nextLayer", tr("Next Layer"), QStringLiteral("go-down"), QKeySequence(Qt::ALT | Qt::Key_PageDown),
        [this] { m_controls->changeLayer(1); });
    m_weightsAction =
        add("masks.weights", tr("Show Weights"), {}, {}, [this](bool on) { m_controls->setShowsWeights(on); });
    m_weightsAction->setCheckable(true);
    m_linked = add("masks.linked", tr("Link Masks with the Other Pages"), {}, {}, [this] { follow(); });
    m_linked->setIconText(tr("Linked"));
    m_linked->setToolTip(tr("Linked: what is chosen here is chosen on all pages, and the other way round"));
    m_linked->setCheckable(true);
    m_linked->setChecked(true);
    add("masks.asPruned", tr("Back to the Runs' Own Sparsity"), {}, {}, [this] { m_sparsity->reset(); });
    add("masks.export", tr("&Export a Sub-model\u2026"), QStringLiteral("document-export"), {},
        [this] { exportRun(); });
    add("masks.apply", tr("&Apply a Masks Archive\u2026"), {}, {}, [this] { applyArchive(); });
}

void MasksPage::exportRun()
{
    if (!m_exportDialog) {
        m_exportDialog = new ExportDialog(session(), this);
        connect(m_exportDialog, &ExportDialog::jobRequested, this, &MasksPage::jobRequested);
    }
    m_exportDialog->propose(m_shown.runA());
    m_exportDialog->show();
    m_exportDialog->raise();
    m_exportDialog->activateWindow();
}

void MasksPage::applyArchive()
{
    if (!m_applyDialog) {
        m_applyDialog = new ApplyDialog(session(), this);
        connect(m_applyDialog, &ApplyDialog::jobRequested, this, &MasksPage::jobRequested);
    }
    m_applyDialog->show();
    m_applyDialog->raise();
    m_applyDialog->activateWindow();
}

void MasksPage::setupUi()
{
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(makeContent());
    auto *const empty = new widgets::EmptyState(
        tr("No masks yet"),
        tr("A mask says which weights a sub-model keeps. Prune the model for two domains, and their masks can be "
           "compared here, weight by weight."));
    QPushButton *const prune = empty->addButton(tr("Prune a domain"));
    connect(prune, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("prune")); });
    m_stack->addWidget(empty);
}

QWidget *MasksPage::makeContent()
{
    auto *const content = new QWidget;
    m_controls = new MasksControls(session(), m_shown, actions().mid(0, 4) << m_linked);
    m_canvas = new MasksCanvas;
    m_overview = new widgets::MaskOverview(m_canvas->viewport());
    m_layers = new MasksLayers;
    m_readout = new MasksReadout;
    m_sparsity = new MasksSparsity;
    auto *const below = new QHBoxLayout;
    below->setSpacing(12);
    below->addWidget(m_overview, 2);
    below->addWidget(m_layers, 3);
    below->addWidget(m_readout, 4);
    below->addWidget(m_sparsity, 4);
    for (QWidget *const widget : std::initializer_list<QWidget *>{m_overview, m_layers, m_readout, m_sparsity})
        widget->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred); // of one height
    auto *const column = new QVBoxLayout(content);
    column->setSpacing(10);
    column->addWidget(m_controls);
    column->addWidget(m_canvas, 1);
    column->addLayout(below);
    return content;
}

void MasksPage::connectSignals()
{
    connect(&session(), &StudySession::runsChanged, this, &MasksPage::follow);
    connect(&session(), &StudySession::studyChanged, this, &MasksPage::follow);
    connect(&session().selection(), &Selection::changed, this, &MasksPage::follow);
    connect(&m_shown, &Selection::changed, this, &MasksPage::onShownChanged);
    connect(m_controls, &MasksControls::renderingChanged, this, [this] {
        m_weightsAction->setChecked(m_controls->showsWeights());
        update();
    });
    connect(m_sparsity, &MasksSparsity::ratioChanged, this, &MasksPage::update);
    connect(m_sparsity, &MasksSparsity::makeRunRequested, this, &MasksPage::makeRuns);
    connect(m_canvas, &MasksCanvas::hovered, this, &MasksPage::statusChanged);
    connect(m_layers, &MasksLayers::hovered, this, &MasksPage::statusChanged);
    connect(m_layers, &MasksLayers::layerChosen, &m_shown, &Selection::setLayer);
    const auto *const viewport = &m_canvas->viewport();
    connect(viewport, &widgets::MatrixViewport::currentCellChanged, this, &MasksPage::onCellChosen);
    connect(viewport, &widgets::MatrixViewport::moved, this, &MasksPage::recordView);
}

void MasksPage::onCellChosen()
{
    const auto &cell = m_canvas->viewport().currentCell();
    using Chosen = Selection::Cell;
    if (!m_adopting)
        m_shown.setCell(cell ? std::optional(Chosen{std::uint64_t(cell->row), std::uint64_t(cell->column)})
                             : std::nullopt);
    showCell();
    update();
}

void MasksPage::recordView(const widgets::MatrixViewport::View &before)
{
    using View = widgets::MatrixViewport::View;
    const View after = m_canvas->viewport().view();
    const QString text = before.scale != after.scale ? tr("zoom layer %1") : tr("move in layer %1");
    const auto show = [viewport = QPointer(&m_canvas->viewport())](const View &view) {
        if (viewport)
            viewport->setView(view);
    };
    session().undoStack().push(new ViewEdit<View>(text.arg(m_shown.layer()), ZoomEdit, before, after, show));
}

/// Shows what the other pages show, unless the page goes its own way and can.
void MasksPage::follow()
{
    const bool linked = m_linked->isChecked();
    m_recorder.setActive(!linked);
    if (linked || !session().isValid(m_shown.state()) || session().run(m_shown.runA()) == nullptr)
        m_recorder.show(session().selection().state());
    onSelectionChanged();
}

void MasksPage::onShownChanged()
{
    if (!m_linked->isChecked())
        return onSelectionChanged();
    if (!m_recorder.isQuiet()) // else it follows
        session().selection().setState(m_shown.state());
    onSelectionChanged();
}

void MasksPage::activate()
{
    m_active = true;
    update();
}

void MasksPage::onSelectionChanged()
{
    m_stack->setCurrentIndex(session().runs().empty() ? 1 : 0);
    m_layers->setRuns(session().run(m_shown.runA()), session().run(m_shown.runB()));
    m_layers->setLayer(m_shown.layer());
    if (m_picture && m_controls->matrix() == m_picture->pair.id) {
        const auto &cell = m_shown.cell();
        m_canvas->viewport().setCurrentCell(
            cell ? std::optional(Cell{std::int64_t(cell->row), std::int64_t(cell->column)}) : std::nullopt);
    }
    update();
}

std::optional<MasksWanted> MasksPage::wanted() const
{
    const auto matrix = m_controls->matrix();
    if (!m_active || !matrix || !session().study())
        return std::nullopt;
    const Selection &selection = m_shown;
    MasksWanted wanted;
    const std::string b = selection.runB() == selection.runA() ? std::string() : selection.runB().toStdString();
    wanted.request = {session().folder(), selection.runA().toStdString(), b, *matrix};
    wanted.model = session().modelPath();
    // The masks come first; what needs the weights follows when they are seen.
    if (!m_picture || m_picture->made.request != wanted.request)
        return wanted;
    wanted.weightPictures = m_controls->showsWeights();
    if (m_sparsity->isChanged())
        wanted.ratio = m_sparsity->ratio();
    wanted.weights = wanted.weightPictures || wanted.ratio || m_canvas->viewport().currentCell();
    return wanted;
}

bool MasksPage::isUpToDate() const
{
    const auto now = wanted();
    return !m_running && (!now || m_failed == now || (m_picture && m_picture->made == *now));
}

void MasksPage::update()
{
    const auto now = wanted();
    if (m_running && now && now->request == m_running->request)
        return; // adopt() comes here again
    if (m_running) {
        m_task.cancel();
        m_running.reset();
    }
    if (now && !isUpToDate())
        start(*now);
}

void MasksPage::start(const MasksWanted &wanted)
{
    m_running = wanted;
    using Made = Result<std::shared_ptr<const MasksPicture>>;
    m_task.start(
        [masks = m_masks, weights = m_weights, previous = m_picture, wanted](const std::stop_token &stop) -> Made {
            SECATEUR_TRY(made, preparePicture(*masks, *weights, wanted, previous.get(), workThreads(), stop));
            return std::make_shared<const MasksPicture>(std::move(made));
        },
        [this, wanted](const std::shared_ptr<const Made> &made) { adopt(wanted, *made); });
}

void MasksPage::adopt(const MasksWanted &done, Result<std::shared_ptr<const MasksPicture>> result)
{
    m_running.reset();
    const auto now = wanted();
    const bool outdated = !now || now->request != done.request;
    if (!result && result.error().code != ErrorCode::Cancelled && !outdated) {
        m_failed = done;
        m_picture.reset();
        m_canvas->showMessage(sentence(result.error()));
        m_overview->setContent({});
        m_sparsity->clear();
        m_readout->clear();
    } else if (result && !outdated) {
        const bool otherMasks = !m_picture || m_picture->made.request != done.request;
        m_failed.reset();
        m_picture = std::move(*result);
        {
            const QScopedValueRollback adopting(m_adopting, true);
            m_canvas->show(*m_picture);
        }
        if (otherMasks)
            m_sparsity->setPair(m_picture->asPruned);
        m_sparsity->setProblem(m_picture->weightsError ? sentence(*m_picture->weightsError) : QString());
        const auto &shown = m_canvas->difference().content();
        m_overview->setContent(shown.isEmpty() ? m_canvas->viewA().content() : shown);
        onSelectionChanged();
        showCell();
        Q_EMIT pictureChanged();
    }
    update();
}

void MasksPage::showCell()
{
    if (!m_picture)
        return;
    m_readout->show(m_picture->pair, m_picture->weights ? &*m_picture->weights : nullptr,
                    m_canvas->viewport().currentCell());
    m_canvas->setCellNote(m_readout->note());
}

void MasksPage::makeRuns(bool fromA, bool fromB)
{
    if (!m_picture)
        return;
    const QString sparsity = QString::number(m_sparsity->ratio(), 'g', 6);
    const auto request = [&](const MaskSide &side) {
        const QString name = QString::fromStdString(side.runName);
        QStringList arguments{QStringLiteral("resparsify"), QString::fromStdString(session().folder().string()), name,
                              QStringLiteral("--sparsity"), sparsity};
        if (!session().modelPath().empty())
            arguments << QStringLiteral("--model") << QString::fromStdString(session().modelPath().string());
        Q_EMIT jobRequested(arguments, tr("%1 at sparsity %2").arg(name, sparsity));
    };
    if (fromA && m_picture->pair.a.mask)
        request(m_picture->pair.a);
    if (fromB && m_picture->pair.b.mask)
        request(m_picture->pair.b);
}

} // namespace secateur::app
