// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/demodialog.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "app/pages/programconsent.h"
#include "core/engine/demo.h"
#include "widgets/common/emptystate.h"

namespace secateur::app {
namespace {

constexpr int dialogWidth = 560;

} // namespace

DemoDialog::DemoDialog(StudySession &session, QWidget *parent)
    : QDialog(parent), m_session(session), m_folder(new QLineEdit), m_state(new widgets::SignalLabel),
      m_start(new QPushButton)
{
    setObjectName(QStringLiteral("demoDialog"));
    setWindowTitle(tr("Open the Demo Study"));
    setupUi();
    connect(m_folder, &QLineEdit::textChanged, this, &DemoDialog::update);
    connect(m_start, &QPushButton::clicked, this, &DemoDialog::start);
    update();
}

void DemoDialog::setupUi()
{
    auto *const heading = widgets::makeHeading(tr("The paper's figures for a small model, made here"));
    auto *const what = widgets::makeText(
        tr("Secateur brings along a language model of 4 million weights. %1 sub-models of it are pruned, for nine "
           "domains and for comparison, then measured on problems that the model was not trained on, and compared: "
           "Figures 2, 3 and 4 of the paper, and a page of findings.\n\nThis takes one to two minutes on two "
           "processor cores, about 15 MB on the disk, and no network. It runs as a job: you can watch it, go on using "
           "the window, and cancel it; what was finished is kept.")
            .arg(engine::demoPrunes({}, {}, 1).size()));
    m_folder->setAccessibleName(tr("Folder"));
    m_folder->setAccessibleDescription(tr("Where the study, its figures and its findings go"));
    auto *const label = new QLabel(tr("&Folder"));
    label->setBuddy(m_folder);
    auto *const browse = new QPushButton(tr("Choose…"));
    browse->setAccessibleName(tr("Choose the folder"));
    browse->setAutoDefault(false);
    connect(browse, &QPushButton::clicked, this, &DemoDialog::chooseFolder);
    auto *const cancel = new QPushButton(tr("Cancel"));
    cancel->setAutoDefault(false);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    m_start->setDefault(true);
    auto *const place = new QHBoxLayout;
    place->addWidget(label);
    place->addWidget(m_folder, 1);
    place->addWidget(browse);
    auto *const last = new QHBoxLayout;
    last->addStretch(1);
    last->addWidget(cancel);
    last->addWidget(m_start);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(12);
    column->addWidget(heading);
    column->addWidget(what);
    column->addLayout(place);
    column->addWidget(m_state, 1);
    column->addLayout(last);
    // Labels that wrap tell a layout their height only at a width.
    for (QLabel *const text : {heading, what})
        text->setMinimumHeight(text->heightForWidth(dialogWidth - 40));
    m_state->setMinimumHeight(2 * m_state->fontMetrics().lineSpacing());
    m_state->setAlignment(Qt::AlignTop);
    setMinimumWidth(dialogWidth);
    resize(dialogWidth, column->heightForWidth(dialogWidth));
}

QString DemoDialog::whyPrograms()
{
    return tr("To measure code, the demo runs programs that its model writes on this computer.");
}

void DemoDialog::setFolder(const QString &folder)
{
    m_folder->setText(folder);
    update(); // what is there may have changed
}

std::filesystem::path DemoDialog::folder() const
{
    return m_folder->text().trimmed().toStdString();
}

void DemoDialog::refuse(const QString &problem)
{
    m_state->say(problem, widgets::SignalLabel::Signal::Bad);
}

void DemoDialog::chooseFolder()
{
    auto *const dialog = new QFileDialog(this, tr("Folder of the demo study"), m_folder->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, m_folder, &QLineEdit::setText);
    dialog->open();
}

void DemoDialog::update()
{
    const bool absolute = folder().is_absolute(); // others would depend on where the program was started
    const auto state = absolute ? engine::demoState(folder()) : engine::DemoState();
    m_isComplete = absolute && state.isComplete();
    m_start->setEnabled(absolute);
    m_start->setText(m_isComplete ? tr("Open it") : state.finished > 0 ? tr("Go on") : tr("Make the study"));
    QString text;
    if (!absolute)
        text = tr("Write the whole path of a folder, from / on.");
    else if (m_isComplete)
        text = tr("A finished demo study is there.");
    else if (state.finished == state.all)
        text = tr("All %1 sub-models are there; what is left is measured and drawn.").arg(state.all);
    else if (state.finished > 0)
        text = tr("%1 of %2 sub-models are there; it goes on from them.").arg(state.finished).arg(state.all);
    else
        text = tr("The folder is made if it is not there. You are asked first whether programs that the model writes "
                  "may be run.");
    m_state->say(text, widgets::SignalLabel::Signal::Plain);
}

void DemoDialog::start()
{
    if (m_isComplete)
        return finish(false);
    if (const auto model = engine::demoFolder(); !model)
        return refuse(QString::fromStdString(model.error().detail));
    askToRunPrograms(m_session, this,
                     {.what = whyPrograms(),
                      .onAllowed = [this] { finish(true); },
                      .without = tr("Leave code out"),
                      .onWithout = [this] { finish(false); }});
}

void DemoDialog::finish(bool withPrograms)
{
    if (const auto ready = m_isComplete ? Result<void>() : engine::prepareDemoFolder(folder()); !ready)
        return refuse(QString::fromStdString(ready.error().detail));
    close();
    Q_EMIT requested(folder(), withPrograms);
}

} // namespace secateur::app
