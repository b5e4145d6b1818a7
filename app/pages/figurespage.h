// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QPointer>

#include "app/pages/figuresform.h"
#include "app/pages/figureswork.h"
#include "app/pages/page.h"
#include "app/settings/setting.h"
#include "widgets/common/latesttask.h"

class QFileDialog;
class QLabel;
class QStackedWidget;

namespace secateur::widgets {
class DataTable;
class EmptyState;
} // namespace secateur::widgets

namespace secateur::app {

class FiguresPreview;

/// Makes figures for papers: a form at the left, the figure as it will be printed at the right, and its numbers below.
class FiguresPage : public Page
{
    Q_OBJECT

public:
    /// `style` remembers size and looks from one figure to the next; null: nothing does.
    explicit FiguresPage(StudySession &session, Setting<QString> *style = nullptr, QWidget *parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("figures"); }
    [[nodiscard]] QString title() const override { return tr("Figures"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("image-x-generic"); }
    void activate() override;

    [[nodiscard]] const FigureEdit &edit() const { return m_edit; }
    /// As the user's edit, on the undo stack.
    void setEdit(const FigureEdit &edit, const QString &text, int mergeField = -1);
    /// What is shown; null while there is none.
    [[nodiscard]] const std::shared_ptr<const FigureMade> &made() const { return m_made; }
    [[nodiscard]] bool isWorking() const { return m_isMaking || m_isExporting; }
    [[nodiscard]] QString problem() const;
    [[nodiscard]] FiguresPreview &preview() const { return *m_preview; }

    void exportTo(const std::filesystem::path &path);
    void openManifest(const std::filesystem::path &path);
    /// The command that draws what is shown into `output`.
    [[nodiscard]] QString commandLine(const QString &output) const;

protected:
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    class Edit;
    void setupActions();
    void setupExports();
    QAction *addAction(const char *name, const QString &text, std::function<void()> run);
    void setupUi();
    QWidget *makeBar();
    QWidget *makeStage();
    void connectSignals();

    void apply(const FigureEdit &edit);
    void followSelection();
    void refresh();
    void make();
    void showResult(const Result<FigureMade> &result);
    void showProblem(const QString &text);
    void showEmptiness();
    void loadStyle();
    void saveStyle() const;
    [[nodiscard]] FigureOffer offer() const;
    [[nodiscard]] QString nameOf(const QString &runId) const;
    void chooseExport(const QString &ending, const QString &filter);
    void chooseManifest();
    void copyText(QString (*format)(const widgets::FigureTable &));
    void copyImage();
    void copyCommand();
    QFileDialog *openDialog(const QString &title);

    QAction *m_zoomFit = nullptr;
    QAction *m_zoomActual = nullptr;
    QAction *m_openManifest = nullptr;
    QList<QAction *> m_exportActions;
    QList<QAction *> m_copyActions;
    QAction *m_follow = nullptr;
    QAction *m_showTable = nullptr;
    QStackedWidget *m_stack = nullptr;
    widgets::EmptyState *m_empty = nullptr;
    FiguresForm *m_form = nullptr;
    FiguresPreview *m_preview = nullptr;
    widgets::DataTable *m_table = nullptr;
    QLabel *m_problem = nullptr;
    QLabel *m_caption = nullptr;
    QLabel *m_zoom = nullptr;
    QPointer<QFileDialog> m_dialog;
    Setting<QString> *m_style;

    FigureEdit m_edit;
    std::shared_ptr<FigureReader> m_reader = std::make_shared<FigureReader>();
    widgets::LatestTask<Result<FigureMade>> m_makeTask;
    widgets::LatestTask<Result<std::vector<std::filesystem::path>>> m_exportTask;
    std::shared_ptr<const FigureMade> m_made;
    FigureWanted m_wanted; ///< what is made or being made
    QString m_output; ///< where the last export went
    bool m_active = false;
    bool m_isMaking = false; ///< the result has not been shown yet
    bool m_isExporting = false;
};

} // namespace secateur::app
