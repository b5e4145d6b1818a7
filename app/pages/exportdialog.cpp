// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/exportdialog.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "widgets/common/emptystate.h"
#include "widgets/common/formrow.h"

namespace secateur::app {

namespace {

constexpr int dialogWidth = 620;
constexpr QLatin1String masksAlone("masks"); ///< in the place of a type

} // namespace

ExportDialog::ExportDialog(StudySession &session, QWidget *parent)
    : QDialog(parent), m_session(session), m_run(new QComboBox), m_format(new QComboBox),
      m_path(new PathField(tr("a new folder, or a new file"))), m_advice(widgets::makeText({})),
      m_state(widgets::makeText({})), m_export(new QPushButton(tr("Export")))
{
    setWindowTitle(tr("Export a Sub-model"));
    m_format->addItem(tr("Hugging Face folder, in the model's own types"), QString());
    for (const char *const type : {"f16", "bf16", "f32", "q8_0", "q4_0"})
        m_format->addItem(tr("GGUF file, %1").arg(QString::fromLatin1(type).toUpper()), QString::fromLatin1(type));
    m_format->addItem(tr("Masks alone, one bit a weight (safetensors)"), QString(masksAlone));
    auto *const form = new QFormLayout;
    widgets::addFormRow(*form, tr("Sub-&model"), m_run, tr("The run whose pruned weights become zero"));
    widgets::addFormRow(*form, tr("&As"), m_format,
                        tr("In all of these a pruned weight stays exactly zero; in GGUF's Q4_K, Q5_K, Q2_K and Q4_1 it "
                           "would not, so they are not offered"));
    widgets::addFormRow(*form, tr("&To"), m_path, tr("A new folder or file, outside the study"));
    pathEdit().setAccessibleName(tr("To"));
    connect(m_path->addButton(tr("&Choose\u2026")), &QPushButton::clicked, this, &ExportDialog::choosePath);
    m_export->setDefault(true);
    connect(m_export, &QPushButton::clicked, this, &ExportDialog::start);
    auto *const close = new QPushButton(tr("Close"));
    close->setAutoDefault(false);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    auto *const last = new QHBoxLayout;
    last->addWidget(m_state, 1);
    last->addWidget(close);
    last->addWidget(m_export);
    auto *const column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addWidget(m_advice);
    column->addStretch(1);
    column->addLayout(last);
    setMinimumWidth(dialogWidth);
    connect(m_run, &QComboBox::currentIndexChanged, this, &ExportDialog::update);
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::update);
    connect(&pathEdit(), &QLineEdit::textChanged, this, &ExportDialog::update);
    connect(&session, &StudySession::studyChanged, this, &ExportDialog::refill);
    connect(&session, &StudySession::runsChanged, this, &ExportDialog::refill);
    refill();
}

void ExportDialog::propose(const QString &runId)
{
    if (const int row = m_run->findData(runId); row >= 0)
        m_run->setCurrentIndex(row);
}

void ExportDialog::refill()
{
    const QString before = m_run->currentData().toString();
    {
        const QSignalBlocker quiet(m_run);
        m_run->clear();
        for (const auto &run : m_session.runs())
            m_run->addItem(QString::fromStdString(run.recipe.name), QString::fromStdString(run.id));
    }
    propose(before);
    update();
}

QString ExportDialog::type() const
{
    return m_format->currentData().toString();
}

QString ExportDialog::advice() const
{
    if (type() == masksAlone)
        return tr("A mask is small: one bit a weight, a sixteenth of a model in 16 bits. \u201cApply a Masks "
                  "Archive\u201d in the Masks menu, or \u201csecateur-cli apply\u201d, puts it onto the dense model "
                  "elsewhere.");
    const QString size =
        tr("What is written is as large as the dense model in the same types, and no faster: a zero is "
           "stored and multiplied like any other weight. Only programs that look for zeros gain by "
           "them. What is small is the masks alone.");
    return type() == QStringLiteral("q8_0") || type() == QStringLiteral("q4_0") ? size + QLatin1Char(' ')
            + tr("%1 also rounds some kept weights to zero; the job says how many.").arg(type().toUpper())
                                                                                : size;
}

QString ExportDialog::problem() const
{
    if (m_run->currentIndex() < 0)
        return tr("There is no run to export yet.");
    const QString path = m_path->path();
    return path.isEmpty() ? tr("Say where to.") : placeProblem(path, type().isEmpty());
}

QStringList ExportDialog::arguments() const
{
    if (!problem().isEmpty())
        return {};
    QStringList arguments = {type() == masksAlone ? QStringLiteral("masks") : QStringLiteral("export"),
                             QString::fromStdString(m_session.folder().string()), m_run->currentText(),
                             QStringLiteral("--output"), m_path->path()};
    if (type() == masksAlone)
        return arguments; // which need no model
    if (!type().isEmpty())
        arguments << QStringLiteral("--format") << QStringLiteral("gguf") << QStringLiteral("--type") << type();
    if (!m_session.modelPath().empty())
        arguments << QStringLiteral("--model") << QString::fromStdString(m_session.modelPath().string());
    return arguments;
}

QString ExportDialog::state() const
{
    return m_state->text();
}

void ExportDialog::update()
{
    m_advice->setText(advice());
    m_state->setText(problem());
    m_export->setEnabled(m_state->text().isEmpty());
}

void ExportDialog::choosePath()
{
    const QString filter = type().isEmpty() ? QString()
        : type() == masksAlone              ? tr("Masks (*.safetensors)")
                                            : tr("GGUF models (*.gguf)");
    const QString path = QFileDialog::getSaveFileName(this, windowTitle(), m_path->path(), filter);
    if (!path.isEmpty())
        pathEdit().setText(path);
}

void ExportDialog::start()
{
    update(); // somebody may have made the file in the meantime
    if (const QStringList made = arguments(); !made.isEmpty()) {
        Q_EMIT jobRequested(made, tr("Export %1").arg(m_run->currentText()));
        close();
    }
}

} // namespace secateur::app
