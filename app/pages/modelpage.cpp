// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/modelpage.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QVBoxLayout>

#include "app/pages/accuracyplan.h"
#include "core/base/system.h"
#include "widgets/common/numbertext.h"

namespace secateur::app {
namespace {

QString fromStd(const std::string &text)
{
    return QString::fromStdString(text);
}

QString number(std::uint64_t value)
{
    return widgets::groupedNumber(qlonglong(value));
}

QString bytes(std::uint64_t value)
{
    return QLocale().formattedDataSize(qint64(value), 1, QLocale::DataSizeTraditionalFormat);
}

QString tokenText(const std::optional<std::int32_t> &token)
{
    return token ? QString::number(*token) : ModelPage::tr("none");
}

QString layers(const engine::InspectReport &report)
{
    const auto &experts = report.experts;
    return experts.count == 0 ? QString::number(report.layers)
                              : ModelPage::tr("%1, each with %2 experts, %3 of them for a token")
                                    .arg(report.layers)
                                    .arg(experts.count)
                                    .arg(experts.perToken);
}

widgets::TableData factsOf(const engine::InspectReport &report)
{
    const double share =
        report.parameters > 0 ? 100.0 * double(report.prunableParameters) / double(report.parameters) : 0;
    return {{ModelPage::tr("Property"), ModelPage::tr("Value")},
            {{ModelPage::tr("Architecture"), fromStd(report.architecture)},
             {ModelPage::tr("Weights"), number(report.parameters)},
             {ModelPage::tr("Of these prunable"),
              ModelPage::tr("%1 (%2 %)").arg(number(report.prunableParameters), QLocale().toString(share, 'f', 1))},
             {ModelPage::tr("Layers"), layers(report)},
             {ModelPage::tr("Hidden size"), QString::number(report.hiddenSize)},
             {ModelPage::tr("Stored as"), fromStd(report.dtype)},
             {ModelPage::tr("Size on disk"), bytes(report.fileBytes)},
             {ModelPage::tr("Tokenizer"), fromStd(report.tokenizerKind)},
             {ModelPage::tr("Vocabulary"), number(report.vocabSize)},
             {ModelPage::tr("Begins a text with token"), tokenText(report.bos)},
             {ModelPage::tr("Ends a text with token"), tokenText(report.eos)},
             {ModelPage::tr("Memory to prune"),
              ModelPage::tr("about %1, with 128 samples").arg(bytes(report.prunePeakBytes))},
             {ModelPage::tr("Time to prune"),
              ModelPage::tr("%1 for these, by a rule of thumb").arg(roughTime(report.pruneSeconds))}}};
}

widgets::TableData sublayersOf(const engine::InspectReport &report)
{
    widgets::TableData table{{ModelPage::tr("Sublayer"), ModelPage::tr("Outputs"), ModelPage::tr("Inputs"),
                              ModelPage::tr("Weights"), ModelPage::tr("Input as")},
                             {}};
    for (const auto &sublayer : report.sublayers)
        table.rows.push_back({fromStd(sublayer.name), qlonglong(sublayer.rows), qlonglong(sublayer.cols),
                              qlonglong(sublayer.rows * sublayer.cols),
                              sublayer.inputOf == sublayer.name ? QString() : fromStd(sublayer.inputOf)});
    return table;
}

} // namespace

ModelPage::ModelPage(StudySession &session, QWidget *parent)
    : Page(session, parent), m_reread(new QAction(tr("&Read the Model Again"), this)), m_name(widgets::makeHeading({})),
      m_path(widgets::makeText({})), m_verdict(new widgets::SignalLabel),
      m_facts(new widgets::DataTable(tr("Properties of the model"))),
      m_sublayers(new widgets::DataTable(tr("Prunable matrices of each layer"))),
      m_next(new QPushButton(tr("Next: what to calibrate on")))
{
    m_reread->setObjectName(QStringLiteral("model.reread"));
    connect(m_reread, &QAction::triggered, this, &ModelPage::read);
    connect(m_next, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("calibrate")); });
    connect(&session, &StudySession::studyChanged, this, [this] {
        if (this->session().modelPath() != m_shown)
            read();
    });
    setupUi();
    read();
}

void ModelPage::setupUi()
{
    m_facts->horizontalHeader()->hide();
    m_facts->horizontalHeader()->setStretchLastSection(true);
    m_sublayers->horizontalHeader()->setStretchLastSection(true);
    auto *const left = new QVBoxLayout;
    left->addWidget(m_facts, 1);
    auto *const right = new QVBoxLayout;
    right->addWidget(widgets::makeText(tr("Each layer has these matrices. Pruning sets single weights of them to zero; "
                                          "embeddings and the output head stay whole.")));
    right->addWidget(m_sublayers, 1);
    auto *const tables = new QHBoxLayout;
    tables->setSpacing(16);
    tables->addLayout(left, 2);
    tables->addLayout(right, 3);
    auto *const last = new QHBoxLayout;
    last->addWidget(m_verdict, 1);
    last->addWidget(m_next);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(10);
    column->addWidget(m_name);
    column->addWidget(m_path);
    column->addLayout(tables, 1);
    column->addLayout(last);
}

void ModelPage::read()
{
    const auto model = session().modelPath();
    m_shown = model;
    m_facts->setTable({});
    m_sublayers->setTable({});
    m_next->setEnabled(false);
    m_name->setText(model.empty() ? tr("No model") : fromStd(model.filename().string()));
    m_path->setText(model.empty()
                        ? tr("Open a Hugging Face folder or a GGUF file.")
                        : tr("%1\nStudy: %2").arg(fromStd(model.string()), fromStd(session().folder().string())));
    m_task.cancel();
    m_verdict->clear();
    if (model.empty())
        return;
    m_verdict->say(tr("Reading…"), widgets::SignalLabel::Signal::Plain);
    m_task.start([model](const std::stop_token &) { return engine::inspect(model, physicalCores()); },
                 [this](const widgets::LatestTask<Report>::Value &report) { show(*report); });
}

void ModelPage::show(const Report &report)
{
    if (report)
        return showReport(*report);
    m_verdict->say(tr("This model cannot be pruned: %1").arg(fromStd(report.error().detail)),
                   widgets::SignalLabel::Signal::Bad);
}

void ModelPage::showReport(const engine::InspectReport &report)
{
    m_facts->setTable(factsOf(report));
    // All of them are read here or nowhere: none may be cut.
    m_facts->setMinimumWidth(m_facts->fullWidth());
    m_sublayers->setTable(sublayersOf(report));
    m_next->setEnabled(true);
    QString text = tr("Ready to prune.");
    for (const auto &notice : report.notices)
        text += QStringLiteral(" ") + tr("Note: %1.").arg(fromStd(notice));
    m_verdict->say(text, widgets::SignalLabel::Signal::Good);
}

} // namespace secateur::app
