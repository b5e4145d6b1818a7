// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/layersdialog.h"

#include <cmath>
#include <numeric>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QUndoStack>
#include <QtTest/QTest>

#include "tests/support/testsupport.h"
#include "widgets/plots/qcustomplot.h"

using namespace secateur;
using namespace secateur::app;

class TestLayersDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void draggingHoldsTheTotal();
    void keysMoveALayer();
    void theTotalMovesAll();
    void startsFromARun();
    void everyStepCanBeUndone();

private:
    [[nodiscard]] double total() const
    {
        const auto &shares = m_dialog->shares();
        return std::accumulate(shares.begin(), shares.end(), 0.0) / double(shares.size());
    }
    /// Where a share of a layer is in the plot.
    [[nodiscard]] QPoint at(int layer, double share) const
    {
        const QCustomPlot &plot = m_dialog->plot().plot();
        return {int(std::lround(plot.xAxis->coordToPixel(layer))),
                int(std::lround(plot.yAxis->coordToPixel(100.0 * share)))};
    }

    std::unique_ptr<LayersDialog> m_dialog;
};

void TestLayersDialog::init()
{
    store::RunManifest owl;
    owl.recipe.name = "math-wanda-0.7-owl";
    owl.recipe.layerSparsity = {0.625, 0.75, 0.75, 0.675};
    store::RunManifest other = owl;
    other.recipe.layerSparsity = {0.5, 0.5}; // of a model with other layers
    m_dialog = std::make_unique<LayersDialog>(std::vector<double>(4, 0.5), std::vector{owl, other});
    m_dialog->resize(700, 500);
    m_dialog->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_dialog.get()));
}

void TestLayersDialog::draggingHoldsTheTotal()
{
    QCustomPlot &plot = m_dialog->plot().plot();
    QTest::mousePress(&plot, Qt::LeftButton, {}, at(1, 0.5));
    QTest::mouseMove(&plot, at(1, 0.6));
    QTest::mouseMove(&plot, at(1, 0.8));
    QTest::mouseRelease(&plot, Qt::LeftButton, {}, at(1, 0.8));
    QVERIFY2(std::abs(m_dialog->shares()[1] - 0.8) < 0.01, std::to_string(m_dialog->shares()[1]).c_str());
    QVERIFY(std::abs(m_dialog->shares()[0] - 0.4) < 0.01);
    QVERIFY(std::abs(total() - 0.5) < 1e-9);
    QCOMPARE(m_dialog->undoStack().count(), 1); // one drag is one step
    QTest::mouseMove(&plot, at(2, 0.9)); // not held any more
    QVERIFY(std::abs(m_dialog->shares()[2] - 0.4) < 0.01);
}

void TestLayersDialog::keysMoveALayer()
{
    auto &plot = m_dialog->plot();
    plot.setFocus();
    QTest::keyClick(&plot, Qt::Key_Home);
    QTest::keyClick(&plot, Qt::Key_Right);
    QTest::keyClick(&plot, Qt::Key_Up);
    QTest::keyClick(&plot, Qt::Key_PageUp);
    QVERIFY(std::abs(m_dialog->shares()[1] - 0.61) < 1e-9);
    QVERIFY(std::abs(total() - 0.5) < 1e-9);
    QVERIFY(plot.describe({1, 0}).contains(QStringLiteral("61.0 %")));
}

void TestLayersDialog::theTotalMovesAll()
{
    QTest::keyClick(&m_dialog->plot(), Qt::Key_Home);
    QTest::keyClick(&m_dialog->plot(), Qt::Key_PageUp);
    m_dialog->totalBox().setValue(60.0);
    QVERIFY(std::abs(total() - 0.6) < 1e-6);
    QVERIFY(std::abs(m_dialog->shares()[0] - 0.7) < 1e-6);
    m_dialog->totalBox().setValue(95.0); // the first layer comes to its end before
    QVERIFY(std::abs(total() - 0.95) < 1e-6);
    QVERIFY(m_dialog->shares()[0] <= 0.99);
}

void TestLayersDialog::startsFromARun()
{
    auto &box = m_dialog->runBox();
    QCOMPARE(box.count(), 2); // the run of the other model is not offered
    box.setCurrentIndex(1);
    Q_EMIT box.activated(1);
    QCOMPARE(m_dialog->shares(), (std::vector<double>{0.625, 0.75, 0.75, 0.675}));
    QCOMPARE(m_dialog->totalBox().value(), 70.0);
}

void TestLayersDialog::everyStepCanBeUndone()
{
    const auto before = m_dialog->shares();
    m_dialog->totalBox().setValue(60.0);
    Q_EMIT m_dialog->runBox().activated(1);
    const auto after = m_dialog->shares();
    QTest::keyClick(m_dialog.get(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(std::abs(m_dialog->shares()[0] - 0.6) < 1e-6);
    QTest::keyClick(m_dialog.get(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(m_dialog->shares(), before);
    QCOMPARE(m_dialog->totalBox().value(), 50.0);
    QTest::keyClick(m_dialog.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QTest::keyClick(m_dialog.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(m_dialog->shares(), after);
}

QTEST_MAIN(TestLayersDialog)
#include "tst_layersdialog.moc"
