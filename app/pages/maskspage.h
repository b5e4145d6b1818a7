// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QStackedLayout>

#include "app/pages/maskscanvas.h"
#include "app/pages/maskscontrols.h"
#include "app/pages/maskslayers.h"
#include "app/pages/masksreadout.h"
#include "app/pages/maskssparsity.h"
#include "app/pages/page.h"
#include "app/session/viewedits.h"
#include "widgets/common/latesttask.h"
#include "widgets/plots/maskoverview.h"

namespace secateur::app {

class ApplyDialog;
class ExportDialog;

/// The paper's Figure 3, alive: the masks of one matrix in two sub-models and where they differ.
///
/// All reading and selecting happens on a worker thread, one piece at a time: when it is done, the next piece is
/// whatever is wanted by then, so a slider that is dragged never waits for values it has passed.
///
/// What is looked at is the shared selection while the page is linked, and the page's own otherwise.
class MasksPage : public Page
{
    Q_OBJECT

public:
    explicit MasksPage(StudySession &session, QWidget *parent = nullptr);
    ~MasksPage() override;

    [[nodiscard]] QString id() const override { return QStringLiteral("masks"); }
    [[nodiscard]] QString title() const override { return tr("Masks"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("view-grid"); }
    void activate() override;

    [[nodiscard]] MasksCanvas &canvas() { return *m_canvas; }
    [[nodiscard]] MasksControls &controls() { return *m_controls; }
    [[nodiscard]] MasksSparsity &sparsity() { return *m_sparsity; }
    [[nodiscard]] MasksLayers &layers() { return *m_layers; }
    [[nodiscard]] MasksReadout &readout() { return *m_readout; }
    /// What is shown; null before the first masks are there.
    [[nodiscard]] const MasksPicture *picture() const { return m_picture.get(); }
    [[nodiscard]] bool isUpToDate() const;
    [[nodiscard]] Selection &shown() { return m_shown; }

Q_SIGNALS:
    void pictureChanged();

private:
    void setupActions();
    void exportRun();
    void applyArchive();
    void setupUi();
    QWidget *makeContent();
    void connectSignals();
    QAction *addPageAction(const char *name, const QString &text, const QString &icon, const QKeySequence &shortcut);

    [[nodiscard]] std::optional<MasksWanted> wanted() const;
    void update();
    void start(const MasksWanted &wanted);
    void adopt(const MasksWanted &wanted, Result<std::shared_ptr<const MasksPicture>> result);
    void showCell();
    void onSelectionChanged();
    void onShownChanged();
    void follow();
    void onCellChosen();
    void recordView(const widgets::MatrixViewport::View &before);
    void makeRuns(bool fromA, bool fromB);

    Selection m_shown;
    SelectionRecorder m_recorder; ///< of `m_shown`, while that is not the shared one
    QStackedLayout *m_stack = nullptr;
    MasksControls *m_controls = nullptr;
    MasksCanvas *m_canvas = nullptr;
    widgets::MaskOverview *m_overview = nullptr;
    MasksLayers *m_layers = nullptr;
    MasksReadout *m_readout = nullptr;
    ExportDialog *m_exportDialog = nullptr; ///< made when it is first wanted
    ApplyDialog *m_applyDialog = nullptr; ///< likewise
    MasksSparsity *m_sparsity = nullptr;
    QAction *m_weightsAction = nullptr;
    QAction *m_linked = nullptr;

    std::shared_ptr<MasksReader> m_masks = std::make_shared<MasksReader>();
    std::shared_ptr<WeightsReader> m_weights = std::make_shared<WeightsReader>();
    std::shared_ptr<const MasksPicture> m_picture;
    std::optional<MasksWanted> m_running;
    std::optional<MasksWanted> m_failed; ///< not tried again until something else is wanted
    bool m_active = false; ///< nothing is read before the page is first seen
    bool m_adopting = false; ///< a new matrix forgets the cell, which nobody chose
    widgets::LatestTask<Result<std::shared_ptr<const MasksPicture>>> m_task;
};

} // namespace secateur::app
