// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/domainform.h"

#include <algorithm>

#include <QFormLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "core/data/dataset.h"
#include "core/data/recordfilter.h"
#include "widgets/common/formrow.h"

namespace secateur::app {
namespace {

constexpr int mostSamples = 1'000'000;
constexpr int longestLength = 1'000'000;
constexpr QLatin1String dayFormat("yyyy-MM-dd");
constexpr int leastFiles = 56; // pixels
constexpr int mostFiles = 100;

QString fromStd(const std::string &text)
{
    return QString::fromStdString(text);
}

void select(QComboBox &box, const QString &data)
{
    box.setCurrentIndex(std::max(0, box.findData(data)));
}

QSpinBox *makeNumber(int lowest, int highest, const QString &suffix)
{
    auto *const box = new QSpinBox;
    box->setRange(lowest, highest);
    box->setSuffix(suffix);
    box->setKeyboardTracking(false);
    return box;
}

QString chatHelp()
{
    return DomainForm::tr("The records are conversations, written as the model's own chat template writes them; "
                          "instead of a preset or a template");
}

} // namespace

DomainForm::DomainForm(QWidget *parent)
    : QWidget(parent), m_name(new QLineEdit), m_files(new SourceList), m_addFiles(new QPushButton(tr("Add Files…"))),
      m_removeFiles(new QPushButton(tr("Remove"))), m_preset(new QComboBox), m_template(new QLineEdit),
      m_chat(new QCheckBox), m_chatDay(new QDateEdit(QDate::currentDate())), m_filter(new QLineEdit),
      m_filterError(new widgets::SignalLabel), m_samples(makeNumber(1, mostSamples, {})),
      m_length(makeNumber(0, longestLength, tr(" tokens"))), m_maxLength(makeNumber(1, longestLength, tr(" tokens"))),
      m_bos(new QComboBox), m_form(new QFormLayout(this))
{
    setupFields();
    connectFields();
    updateStates();
}

QWidget *DomainForm::makeFileArea()
{
    auto *const area = new QWidget;
    auto *const column = new QVBoxLayout(area);
    column->setContentsMargins(0, 0, 0, 0);
    m_files->setMinimumHeight(leastFiles);
    m_files->setMaximumHeight(mostFiles);
    m_removeFiles->setAccessibleName(tr("Remove the selected files"));
    auto *const buttons = new QHBoxLayout;
    buttons->addWidget(m_addFiles);
    buttons->addWidget(m_removeFiles);
    buttons->addStretch();
    column->addWidget(m_files);
    column->addLayout(buttons);
    return area;
}

void DomainForm::setupFields()
{
    m_preset->addItem(tr("Guess from the first record"), QString());
    for (const auto &preset : data::presets())
        m_preset->addItem(tr("%1 (%2)").arg(fromStd(preset.name), fromStd(preset.domain)), fromStd(preset.name));
    m_preset->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_preset->setMinimumContentsLength(24);
    m_template->setPlaceholderText(QStringLiteral("{question}\\n{answer}"));
    m_filter->setPlaceholderText(QStringLiteral("language == \"python\" and len(content) < 20000"));
    m_filterError->setObjectName(QStringLiteral("filterError"));
    m_filterError->hide();
    m_length->setSpecialValueText(tr("one record each"));
    m_bos->addItem(tr("As the tokenizer does"), QStringLiteral("auto"));
    m_bos->addItem(tr("Always"), QStringLiteral("always"));
    m_bos->addItem(tr("Never"), QStringLiteral("never"));
    m_chatDay->setDisplayFormat(dayFormat);
    m_chatDay->setCalendarPopup(true);
    m_chatDay->setKeyboardTracking(false);
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    const auto row = [this](const QString &label, QWidget *field, const QString &help) {
        widgets::addFormRow(*m_form, label, field, help);
    };
    row(tr("Domain &name"), m_name, tr("What the data is about, for example math or python"));
    m_form->addRow(tr("Files"), makeFileArea());
    row(tr("&Preset"), m_preset, tr("How to read a well-known dataset"));
    row(tr("&Template"), m_template, tr("Text of a record from its fields; instead of a preset"));
    row(tr("&Chat template"), m_chat, chatHelp());
    row(tr("Template's da&y"), m_chatDay, tr("The day that the chat template writes into the texts"));
    row(tr("&Only where"), m_filter,
        tr("Which records are drawn from: fields, ==, !=, <, <=, >, >=, contains, present, absent, joined by and"));
    m_form->addRow(m_filterError);
    row(tr("&Samples"), m_samples, tr("How many sequences to calibrate on; the paper takes 128"));
    row(tr("Sequence &length"), m_length,
        tr("Join the records and cut them to sequences of this length, or one record each"));
    row(tr("Longest &record"), m_maxLength, tr("Longer records are cut here"));
    row(tr("&Begin of sequence"), m_bos, tr("Whether a beginning-of-sequence token is put before each text"));
}

void DomainForm::connectFields()
{
    const auto tell = [this] {
        updateStates();
        if (!m_isFilling)
            Q_EMIT edited();
    };
    connect(m_name, &QLineEdit::editingFinished, this, tell);
    connect(m_template, &QLineEdit::editingFinished, this, tell);
    connect(m_filter, &QLineEdit::editingFinished, this, tell);
    connect(m_preset, &QComboBox::currentIndexChanged, this, tell);
    connect(m_chat, &QCheckBox::toggled, this, tell);
    connect(m_chatDay, &QDateEdit::dateChanged, this, tell);
    connect(m_bos, &QComboBox::currentIndexChanged, this, tell);
    for (auto *const box : {m_samples, m_length, m_maxLength})
        connect(box, &QSpinBox::valueChanged, this, tell);
    connect(m_addFiles, &QPushButton::clicked, this, &DomainForm::filesWanted);
    connect(m_removeFiles, &QPushButton::clicked, this, &DomainForm::removeSelectedFiles);
    connect(m_files, &SourceList::edited, this, tell);
    connect(m_files, &SourceList::itemSelectionChanged, this,
            [this] { m_removeFiles->setEnabled(!m_files->selectedItems().isEmpty()); });
}

/// A box that is checked stays usable whatever the model is, so that it can be unchecked.
void DomainForm::updateStates()
{
    const bool isChat = m_chat->isChecked();
    m_preset->setEnabled(!isChat);
    m_template->setEnabled(!isChat && m_preset->currentData().toString().isEmpty());
    m_chat->setEnabled(isChat || m_facts.problem.isEmpty());
    m_chat->setText(m_facts.problem.isEmpty() ? tr("Records are conversations") : m_facts.problem);
    m_chat->setToolTip(m_facts.problem.isEmpty() ? chatHelp() : m_facts.detail);
    m_chat->setAccessibleDescription(m_chat->toolTip());
    m_form->setRowVisible(m_chatDay, isChat && m_facts.tellsDay);
    m_maxLength->setEnabled(m_length->value() == 0);
    m_removeFiles->setEnabled(!m_files->selectedItems().isEmpty());
    showFilterError();
}

void DomainForm::setChatTemplate(const ChatTemplateFacts &facts)
{
    m_facts = facts;
    updateStates();
}

void DomainForm::setPlan(const DomainPlan &plan)
{
    m_isFilling = true;
    m_base = plan;
    m_name->setText(plan.name);
    m_files->setSources(plan.data.files, plan.data.weights);
    select(*m_preset, fromStd(plan.data.preset));
    m_template->setText(fromStd(plan.data.fieldTemplate));
    m_filter->setText(fromStd(plan.data.filter));
    m_samples->setValue(int(std::min<std::uint64_t>(plan.data.samples, mostSamples)));
    m_length->setValue(int(std::min<std::uint64_t>(plan.data.length, longestLength)));
    m_maxLength->setValue(int(std::min<std::uint64_t>(plan.data.maxLength, longestLength)));
    select(*m_bos, fromStd(bosName(plan.data.bos)));
    m_chat->setChecked(plan.chat);
    const QDate day = QDate::fromString(fromStd(plan.chatDay), Qt::ISODate);
    m_chatDay->setDate(day.isValid() ? day : QDate::currentDate());
    updateStates();
    m_isFilling = false;
}

DomainPlan DomainForm::plan() const
{
    DomainPlan plan = m_base;
    if (const QString name = m_name->text().simplified(); !name.isEmpty())
        plan.name = name;
    plan.data.files = m_files->files();
    plan.data.weights = m_files->weights();
    plan.data.preset = m_preset->currentData().toString().toStdString();
    plan.data.fieldTemplate = plan.data.preset.empty() ? m_template->text().toStdString() : std::string();
    plan.chat = m_chat->isChecked();
    if (plan.chat && m_facts.tellsDay)
        plan.chatDay = m_chatDay->date().toString(Qt::ISODate).toStdString();
    plan.data.filter = m_filter->text().trimmed().toStdString();
    plan.data.samples = std::uint64_t(m_samples->value());
    plan.data.length = std::uint64_t(m_length->value());
    plan.data.maxLength = std::uint64_t(m_maxLength->value());
    plan.data.bos = bosFromName(m_bos->currentData().toString().toStdString()).value_or(BosPolicy::Auto);
    return plan;
}

void DomainForm::addFiles(const QStringList &files)
{
    m_files->addFiles(files);
    Q_EMIT edited();
}

void DomainForm::showFilterError()
{
    const auto parsed = data::RecordFilter::parse(m_filter->text().trimmed().toStdString());
    m_filterError->setVisible(!parsed);
    m_filterError->say(parsed ? QString() : fromStd(parsed.error().detail), widgets::SignalLabel::Signal::Bad);
}

void DomainForm::removeSelectedFiles()
{
    m_files->removeSelected();
    Q_EMIT edited();
}

} // namespace secateur::app
