// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/applydialog.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/base/file.h"
#include "core/engine/light.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/formrow.h"

namespace secateur::app {
namespace {

constexpr int dialogWidth = 680;

QString bytes(std::uint64_t value)
{
    return QLocale().formattedDataSize(qint64(value), 1, QLocale::DataSizeTraditionalFormat);
}

std::filesystem::path toPath(const QString &text)
{
    return text.toStdString();
}

QString statementOf(const engine::ApplyForecast &forecast)
{
    const QString types = forecast.isGguf ? ApplyDialog::tr("as float32, since a GGUF file's weights are written so")
                                          : ApplyDialog::tr("in the model's own types");
    const QString files =
        forecast.files == 1 ? ApplyDialog::tr("in one file") : ApplyDialog::tr("in %1 files").arg(forecast.files);
    return ApplyDialog::tr(
               "A Hugging Face folder will be written: %1 of weights %2, %3, with the model's configuration and "
               "tokenizer, and pruning_manifest.json. What the masks of \"%4\" prune is zero in it. It is read back, "
               "and appears when all of it is there.")
        .arg(bytes(forecast.bytes), files, types, QString::fromStdString(forecast.run).simplified());
}

} // namespace

ApplyDialog::ApplyDialog(StudySession &session, QWidget *parent)
    : QDialog(parent), m_session(session), m_archive(new PathField(tr("a file of masks alone (.safetensors)"))),
      m_model(new PathField(tr("a folder, or a GGUF file"))), m_place(new PathField(tr("a new folder"))),
      m_statement(widgets::makeText({})), m_planBox(new PlanBox(tr("Apply")))
{
    setWindowTitle(tr("Apply a Masks Archive"));
    m_statement->setTextFormat(Qt::PlainText); // it names what the archive says
    m_statement->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_statement->setMinimumHeight(4 * fontMetrics().lineSpacing());
    auto *const column = new QVBoxLayout(this);
    column->addWidget(widgets::makeText(
        tr("An archive of masks makes a sub-model again wherever the dense model is, without the study. Only the very "
           "model that was pruned will do; the job reads all of it first to make sure.")));
    column->addLayout(makeFields());
    column->addWidget(m_statement);
    column->addStretch(1);
    column->addWidget(m_planBox);
    setMinimumWidth(dialogWidth);
    connect(m_planBox, &PlanBox::closeRequested, this, &QDialog::close);
    connect(m_planBox, &PlanBox::startRequested, this, &ApplyDialog::start);
    connect(&session, &StudySession::studyChanged, this, &ApplyDialog::takeModel);
    takeModel();
    update();
}

QLayout *ApplyDialog::makeFields()
{
    auto *const form = new QFormLayout;
    const auto row = [form](const QString &label, PathField *field, const QString &help) {
        widgets::addFormRow(*form, label, field, help);
        field->edit().setAccessibleName(QString(label).remove(u'&'));
    };
    row(tr("&Masks"), m_archive, tr("What \u201cMasks alone\u201d of Export a Sub-model wrote"));
    row(tr("&Dense model"), m_model, tr("The model that was pruned"));
    row(tr("&To"), m_place, tr("A new folder, outside the study"));
    connect(m_archive->addButton(tr("Choose\u2026")), &QPushButton::clicked, this, &ApplyDialog::chooseArchive);
    auto *const kinds = new QMenu(this);
    kinds->addAction(tr("Folder\u2026"), this, [this] { chooseModel(true); });
    kinds->addAction(tr("GGUF File\u2026"), this, [this] { chooseModel(false); });
    m_model->addButton(tr("Choose\u2026"))->setMenu(kinds);
    connect(m_place->addButton(tr("Choose\u2026")), &QPushButton::clicked, this, &ApplyDialog::choosePlace);
    for (const auto *const field : {m_archive, m_model})
        connect(&field->edit(), &QLineEdit::textChanged, this, &ApplyDialog::read);
    connect(&m_place->edit(), &QLineEdit::textChanged, this, &ApplyDialog::update);
    return form;
}

void ApplyDialog::chooseArchive()
{
    const QString path = QFileDialog::getOpenFileName(this, tr("The masks"), m_archive->path(),
                                                      tr("Masks (*.safetensors);;All files (*)"));
    if (!path.isEmpty())
        m_archive->edit().setText(path);
}

void ApplyDialog::chooseModel(bool folder)
{
    const QString title = tr("The model that was pruned");
    const QString path = folder
        ? QFileDialog::getExistingDirectory(this, title, m_model->path())
        : QFileDialog::getOpenFileName(this, title, m_model->path(), tr("GGUF models (*.gguf);;All files (*)"));
    if (!path.isEmpty())
        m_model->edit().setText(path);
}

void ApplyDialog::choosePlace()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("A new folder"), m_place->path());
    if (!path.isEmpty())
        m_place->edit().setText(path);
}

/// The open model goes into the field, unless somebody wrote something else there.
void ApplyDialog::takeModel()
{
    const auto open = QString::fromStdString(m_session.modelPath().string());
    if (m_model->path() == m_taken)
        m_model->edit().setText(open);
    m_taken = open;
}

/// Files may have come since.
void ApplyDialog::showEvent(QShowEvent *event)
{
    QDialog::showEvent(event);
    read();
}

void ApplyDialog::read()
{
    m_forecast.reset();
    m_task.start([masks = toPath(m_archive->path()), model = toPath(m_model->path())](
                     const std::stop_token &) { return engine::forecastApply(masks, model); },
                 [this](const std::shared_ptr<const engine::ApplyForecast> &forecast) {
                     m_forecast = forecast;
                     update();
                 });
    update();
}

QString ApplyDialog::archiveProblem() const
{
    const QString problem = relativeProblem(m_archive->path());
    if (!problem.isEmpty() || !m_forecast || m_archive->path().isEmpty())
        return problem;
    const auto study = m_session.study();
    const bool isOpenModel = study && toPath(m_model->path()) == m_session.modelPath();
    if (m_forecast->archiveProblem.empty() && isOpenModel && study->model().fingerprint() != m_forecast->madeOf)
        return tr("These masks were made of another model than the one of this study.");
    return QString::fromStdString(m_forecast->archiveProblem);
}

QString ApplyDialog::modelProblem() const
{
    const QString problem = relativeProblem(m_model->path());
    return problem.isEmpty() && m_forecast ? QString::fromStdString(m_forecast->modelProblem) : problem;
}

QString ApplyDialog::targetProblem() const
{
    const QString path = m_place->path();
    const QString problem = placeProblem(path, true);
    if (!problem.isEmpty() || path.isEmpty())
        return problem;
    const auto outside =
        m_session.isOpen() ? engine::checkOutsideStudy(toPath(path), m_session.folder()) : Result<void>();
    if (!outside)
        return QString::fromStdString(outside.error().detail);
    const auto free = freeSpace(toPath(path).parent_path());
    return m_forecast && free && *free < m_forecast->bytes
        ? tr("%1 are needed, and %2 are free there.").arg(bytes(m_forecast->bytes), bytes(*free))
        : QString();
}

QString ApplyDialog::missing() const
{
    if (m_archive->path().isEmpty())
        return tr("Say which masks.");
    if (m_model->path().isEmpty())
        return tr("Say of which model.");
    if (m_place->path().isEmpty())
        return tr("Say where to.");
    return m_forecast ? QString() : tr("Reading\u2026");
}

void ApplyDialog::update()
{
    m_archive->setProblem(archiveProblem());
    m_model->setProblem(modelProblem());
    m_place->setProblem(targetProblem());
    const bool isKnown = m_forecast && !m_archive->path().isEmpty() && !m_model->path().isEmpty()
        && m_archive->problem().isEmpty() && m_model->problem().isEmpty();
    m_statement->setText(isKnown ? statementOf(*m_forecast) : QString());
    const QStringList made = arguments();
    m_planBox->setPlan(made, missing(), !made.isEmpty());
}

QString ApplyDialog::statement() const
{
    return m_statement->text();
}

QStringList ApplyDialog::arguments() const
{
    for (const auto *const field : {m_archive, m_model, m_place})
        if (!field->problem().isEmpty())
            return {};
    if (!missing().isEmpty())
        return {};
    return {QStringLiteral("apply"), m_archive->path(),          QStringLiteral("--model"),
            m_model->path(),         QStringLiteral("--output"), m_place->path()};
}

void ApplyDialog::start()
{
    update(); // somebody may have made the folder in the meantime
    if (const QStringList made = arguments(); !made.isEmpty()) {
        Q_EMIT jobRequested(made, tr("Apply %1").arg(QFileInfo(m_archive->path()).fileName()));
        close();
    }
}

} // namespace secateur::app
