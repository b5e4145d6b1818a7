// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/calibratepage.h"

#include <algorithm>

#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QSplitter>
#include <QVBoxLayout>

#include "widgets/common/numbertext.h"

namespace secateur::app {
namespace {

using Signal = widgets::SignalLabel::Signal;

constexpr std::size_t histogramBins = 32;
constexpr int leastDomains = 48; // pixels
constexpr int mostDomains = 96;
constexpr qsizetype shownBeginning = 160; ///< characters of a sample in the table

QString number(std::uint64_t value)
{
    return widgets::groupedNumber(qlonglong(value));
}

QString summaryOf(const CalibrationPreview &preview)
{
    QString text = CalibratePage::tr("%1 sequences, %2 tokens, the longest has %3.")
                       .arg(number(preview.samples.size()), number(preview.tokens), number(preview.longest));
    if (preview.provenance.duplicates > 0)
        text += CalibratePage::tr(" %1 repeated records were left out.").arg(number(preview.provenance.duplicates));
    QStringList shares;
    for (const auto &file : preview.provenance.files)
        if (file.weight)
            shares << CalibratePage::tr("%1 of %2").arg(number(file.sequences), QString::fromStdString(file.name));
    if (!shares.isEmpty())
        text += CalibratePage::tr(" Mixed: %1.").arg(shares.join(QStringLiteral(", ")));
    for (const auto &notice : preview.provenance.notices)
        text += CalibratePage::tr(" Note: %1.").arg(QString::fromStdString(notice));
    return text;
}

} // namespace

CalibratePage::CalibratePage(StudySession &session, QWidget *parent)
    : Page(session, parent), m_add(new QAction(tr("&Add a Domain"), this)),
      m_remove(new QAction(tr("&Remove the Domain"), this)), m_addFiles(new QAction(tr("Add &Files…"), this)),
      m_stack(new QStackedWidget), m_domains(new QListWidget), m_form(new DomainForm),
      m_summary(new widgets::SignalLabel), m_lengths(new widgets::Histogram(tr("Lengths of the sequences"))),
      m_samples(new widgets::DataTable(tr("Sequences to calibrate on"))), m_text(new QPlainTextEdit)
{
    setupActions();
    setupUi();
    connect(m_form, &DomainForm::edited, this, &CalibratePage::onEdited);
    connect(m_form, &DomainForm::filesWanted, m_addFiles, &QAction::trigger);
    connect(m_domains, &QListWidget::currentRowChanged, this, &CalibratePage::showDomain);
    connect(m_samples, &widgets::DataTable::rowActivated, this, [this](int row) {
        if (m_preview && *m_preview && std::size_t(row) < (*m_preview)->samples.size())
            m_text->setPlainText((*m_preview)->samples[std::size_t(row)].text);
    });
    connect(&session.domains(), &DomainPlans::changed, this, &CalibratePage::refill);
    connect(&session, &StudySession::studyChanged, this, &CalibratePage::showDomain);
    connect(&session, &StudySession::studyChanged, this, &CalibratePage::readChatTemplate);
    refill();
    readChatTemplate();
}

void CalibratePage::setupActions()
{
    m_add->setObjectName(QStringLiteral("calibrate.addDomain"));
    m_remove->setObjectName(QStringLiteral("calibrate.removeDomain"));
    m_addFiles->setObjectName(QStringLiteral("calibrate.addFiles"));
    connect(m_add, &QAction::triggered, this, &CalibratePage::addDomain);
    connect(m_remove, &QAction::triggered, this, [this] {
        if (current() >= 0)
            session().domains().remove(std::size_t(current()));
    });
    connect(m_addFiles, &QAction::triggered, this, &CalibratePage::chooseFiles);
}

QWidget *CalibratePage::makeDomainColumn()
{
    auto *const widget = new QWidget;
    auto *const column = new QVBoxLayout(widget);
    column->setContentsMargins(0, 0, 8, 0);
    auto *const buttons = new QHBoxLayout;
    for (auto *const action : {m_add, m_remove}) {
        auto *const button = new QPushButton(action->text().remove(u'&'));
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        connect(action, &QAction::changed, button, [button, action] { button->setEnabled(action->isEnabled()); });
        buttons->addWidget(button);
    }
    buttons->addStretch();
    m_domains->setAccessibleName(tr("Domains"));
    m_domains->setMinimumHeight(leastDomains);
    m_domains->setMaximumHeight(mostDomains);
    auto *const next = new QPushButton(tr("Next: prune"));
    connect(next, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("prune")); });
    column->addWidget(widgets::makeHeading(tr("Domains")));
    column->addWidget(m_domains);
    column->addLayout(buttons);
    column->addSpacing(8);
    column->addWidget(m_form);
    column->addStretch(1);
    column->addWidget(next, 0, Qt::AlignRight);
    return widget;
}

QWidget *CalibratePage::makePreviewColumn()
{
    auto *const widget = new QWidget;
    auto *const column = new QVBoxLayout(widget);
    column->setContentsMargins(8, 0, 0, 0);
    m_samples->horizontalHeader()->setStretchLastSection(true);
    m_samples->setWordWrap(false);
    m_text->setReadOnly(true);
    m_text->setAccessibleName(tr("Text of the selected sequence"));
    m_text->setPlaceholderText(tr("Select a sequence to read all of it."));
    auto *const texts = new QSplitter(Qt::Vertical);
    texts->addWidget(m_samples);
    texts->addWidget(m_text);
    texts->setStretchFactor(0, 3);
    texts->setStretchFactor(1, 2);
    column->addWidget(widgets::makeHeading(tr("What the model will see")));
    column->addWidget(m_summary);
    column->addWidget(m_lengths);
    column->addWidget(texts, 1);
    return widget;
}

void CalibratePage::setupUi()
{
    auto *const empty = new widgets::EmptyState(tr("No domains yet"),
                                                tr("A sub-model keeps the weights that matter for one domain. Add a "
                                                   "domain and give it some files of its texts: "
                                                   "JSON lines, CSV or plain text. 128 records are enough."));
    connect(empty->addButton(tr("Add a Domain")), &QPushButton::clicked, m_add, &QAction::trigger);
    auto *const splitter = new QSplitter;
    splitter->addWidget(makeDomainColumn());
    splitter->addWidget(makePreviewColumn());
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    splitter->setChildrenCollapsible(false);
    m_stack->addWidget(empty);
    m_stack->addWidget(splitter);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->addWidget(m_stack);
}

void CalibratePage::activate()
{
    readChatTemplate(); // somebody may have put one beside the model
    if (!m_preview)
        preview();
}

void CalibratePage::addDomain()
{
    session().domains().add({session().domains().uniqueName(tr("domain")), {}});
    m_domains->setCurrentRow(m_domains->count() - 1);
}

void CalibratePage::refill()
{
    const auto &plans = session().domains().plans();
    const int row = std::clamp(current(), plans.empty() ? -1 : 0, int(plans.size()) - 1);
    m_domains->blockSignals(true);
    m_domains->clear();
    for (const auto &plan : plans)
        m_domains->addItem(plan.name);
    m_domains->setCurrentRow(row);
    m_domains->blockSignals(false);
    showDomain();
}

void CalibratePage::showDomain()
{
    const auto &plans = session().domains().plans();
    const bool any = current() >= 0 && std::size_t(current()) < plans.size();
    m_stack->setCurrentIndex(any ? 1 : 0);
    m_remove->setEnabled(any);
    m_addFiles->setEnabled(any);
    if (any)
        m_form->setPlan(plans[std::size_t(current())]);
    preview();
}

void CalibratePage::onEdited()
{
    if (current() < 0)
        return;
    auto plan = m_form->plan();
    const auto &before = session().domains().plans()[std::size_t(current())];
    if (plan.name != before.name)
        plan.name = session().domains().uniqueName(plan.name);
    session().domains().change(std::size_t(current()), plan);
}

void CalibratePage::chooseFiles()
{
    auto *const dialog = new QFileDialog(this, tr("Files to calibrate on"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters(
        {tr("Texts (*.jsonl *.ndjson *.json *.csv *.tsv *.txt *.gz *.parquet *.arrow)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::filesSelected, this, &CalibratePage::addFiles);
    dialog->setModal(false);
    dialog->show();
}

void CalibratePage::readChatTemplate()
{
    const auto &model = session().modelPath();
    if (model.empty())
        return;
    m_templateTask.start(
        [model](const std::stop_token &) { return chatTemplateFacts(model); },
        [this](const std::shared_ptr<const ChatTemplateFacts> &facts) { m_form->setChatTemplate(*facts); });
}

void CalibratePage::preview()
{
    m_task.cancel();
    m_preview.reset();
    m_samples->setTable({});
    m_lengths->setCounts({}, {}, {});
    m_text->clear();
    const auto &plans = session().domains().plans();
    if (current() < 0 || std::size_t(current()) >= plans.size())
        return;
    const auto plan = plans[std::size_t(current())];
    const auto model = session().modelPath();
    if (plan.data.files.empty() || model.empty())
        return m_summary->say(tr("Add files to see the sequences they give."), Signal::Plain);
    m_summary->say(tr("Reading…"), Signal::Plain);
    m_task.start(
        [model, plan](const std::stop_token &stop) { return previewCalibration(model, plan, RunContext(stop, {})); },
        [this](const std::shared_ptr<const Preview> &preview) {
            m_preview = preview;
            showPreview(*preview);
        });
}

void CalibratePage::showPreview(const Preview &preview)
{
    if (!preview)
        return m_summary->say(QString::fromStdString(preview.error().detail), Signal::Bad);
    m_summary->say(summaryOf(*preview), Signal::Plain);
    m_lengths->setCounts(lengthHistogram(preview->samples, preview->longest, histogramBins), tr("0 tokens"),
                         tr("%1 tokens").arg(number(preview->longest)));
    widgets::TableData table{{tr("Tokens"), tr("Begins with")}, {}};
    for (const auto &sample : preview->samples)
        table.rows.push_back({qulonglong(sample.tokens), sample.text.left(shownBeginning).simplified()});
    m_samples->setTable(std::move(table));
    m_text->setPlainText(preview->samples.empty() ? QString() : preview->samples.front().text);
}

} // namespace secateur::app
