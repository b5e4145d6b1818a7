// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/maskscontrols.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>

namespace secateur::app {

namespace {

constexpr int mostWidth = 230; ///< of a box, in pixels

void selectData(QComboBox &box, const QString &id)
{
    const QSignalBlocker quiet(box);
    box.setCurrentIndex(box.findData(id));
}

void addLabelled(QHBoxLayout &row, const QString &text, QWidget *widget)
{
    auto *const label = new QLabel(text);
    label->setBuddy(widget);
    row.addWidget(label);
    row.addWidget(widget);
    row.addSpacing(4);
}

} // namespace

MasksControls::MasksControls(StudySession &session, Selection &selection, const QList<QAction *> &buttons,
                             QWidget *parent)
    : QWidget(parent), m_session(session), m_selection(selection), m_runA(new QComboBox(this)),
      m_runB(new QComboBox(this)), m_layer(new QSpinBox(this)), m_sublayer(new QComboBox(this)),
      m_rendering(new QComboBox(this))
{
    setupUi(buttons);
    connectSignals();
    recordChoices(*m_rendering, session.undoStack());
    listRuns();
}

void MasksControls::setupUi(const QList<QAction *> &buttons)
{
    m_runA->setAccessibleName(tr("Sub-model A"));
    m_runB->setAccessibleName(tr("Sub-model B"));
    m_layer->setAccessibleName(tr("Layer"));
    m_sublayer->setAccessibleName(tr("Sublayer"));
    m_rendering->setAccessibleName(tr("Rendering"));
    m_rendering->addItems({tr("Masks"), tr("Weights")});
    m_rendering->setToolTip(tr("Masks: kept or pruned. Weights: their values, pruned ones blank."));
    for (QComboBox *const box : {m_runA, m_runB, m_sublayer}) {
        // Long names of runs give way to a narrow window; their tool tip has them whole.
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(6);
        box->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        box->setMaximumWidth(mostWidth);
        connect(box, &QComboBox::currentTextChanged, box, &QWidget::setToolTip);
    }
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    addLabelled(*row, tr("&A"), m_runA);
    addLabelled(*row, tr("&B"), m_runB);
    addLabelled(*row, tr("&Layer"), m_layer);
    addLabelled(*row, tr("&Sublayer"), m_sublayer);
    addLabelled(*row, tr("Sho&w"), m_rendering);
    for (QComboBox *const box : {m_runA, m_runB, m_sublayer})
        row->setStretchFactor(box, 4); // before the gap takes what is left
    row->addStretch(1);
    for (QAction *const action : buttons) {
        auto *const button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        button->setMinimumSize(button->sizeHint().expandedTo(QSize(26, 26)));
        row->addWidget(button);
    }
}

void MasksControls::connectSignals()
{
    Selection &selection = m_selection;
    connect(&m_session, &StudySession::runsChanged, this, &MasksControls::listRuns);
    connect(&selection, &Selection::changed, this, &MasksControls::showSelection);
    connect(m_runA, &QComboBox::currentIndexChanged, this,
            [this, &selection] { selection.setRunA(m_runA->currentData().toString()); });
    connect(m_runB, &QComboBox::currentIndexChanged, this,
            [this, &selection] { selection.setRunB(m_runB->currentData().toString()); });
    const auto setMatrix = [this, &selection] {
        selection.setMatrix(std::uint32_t(m_layer->value()), m_sublayer->currentData().toString());
    };
    connect(m_layer, &QSpinBox::valueChanged, this, setMatrix);
    connect(m_sublayer, &QComboBox::currentIndexChanged, this, setMatrix);
    connect(m_rendering, &QComboBox::currentIndexChanged, this, &MasksControls::renderingChanged);
}

const store::RunManifest *MasksControls::anyRun() const
{
    const Selection &selection = m_selection;
    const auto *const run = m_session.run(selection.runA());
    return run ? run : m_session.run(selection.runB());
}

std::optional<MatrixId> MasksControls::matrix() const
{
    const auto *const run = anyRun();
    if (!run || run->sublayers.empty())
        return std::nullopt;
    const Selection &selection = m_selection;
    const std::string sublayer =
        selection.sublayer().isEmpty() ? run->sublayerNames().front() : selection.sublayer().toStdString();
    return MatrixId{LayerIndex{selection.layer()}, sublayer};
}

void MasksControls::changeLayer(int by)
{
    m_layer->setValue(m_layer->value() + by);
}

void MasksControls::swapRuns()
{
    m_selection.setRuns(m_selection.runB(), m_selection.runA());
}

void MasksControls::listRuns()
{
    for (QComboBox *const box : {m_runA, m_runB}) {
        const QSignalBlocker quiet(box);
        box->clear();
        for (const auto &run : m_session.runs())
            box->addItem(QString::fromStdString(run.recipe.name), QString::fromStdString(run.id));
    }
    showSelection();
}

void MasksControls::showSelection()
{
    const Selection &selection = m_selection;
    selectData(*m_runA, selection.runA());
    selectData(*m_runB, selection.runB());
    const QSignalBlocker quietLayer(m_layer);
    const QSignalBlocker quietSublayer(m_sublayer);
    const auto *const run = anyRun();
    m_layer->setMaximum(run ? std::max(0, int(run->layers()) - 1) : 0);
    m_layer->setValue(int(selection.layer()));
    QStringList names;
    for (const auto &name : run ? run->sublayerNames() : std::vector<std::string>())
        names << QString::fromStdString(name);
    QStringList listed;
    for (int i = 0; i < m_sublayer->count(); ++i)
        listed << m_sublayer->itemData(i).toString();
    if (names != listed) {
        m_sublayer->clear();
        for (const QString &name : names)
            m_sublayer->addItem(name.section(QLatin1Char('.'), 1), name);
    }
    const auto shown = matrix();
    m_sublayer->setCurrentIndex(shown ? m_sublayer->findData(QString::fromStdString(shown->sublayer)) : -1);
}

} // namespace secateur::app
