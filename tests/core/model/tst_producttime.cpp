// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/producttime.h"

#include <thread>
#include <vector>

#include <QtTest/QTest>

#include "core/model/gemm.h"
#include "core/model/rowwise.h"

using namespace secateur::model;

/// All products count, on whatever thread, and nothing else does.
class TestProductTime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyProductCounts_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("linear") << 0;
        QTest::newRow("linear by rows") << 1;
        QTest::newRow("attention scores") << 2;
        QTest::newRow("attention values") << 3;
        QTest::newRow("attention values by rows") << 4;
    }

    void everyProductCounts()
    {
        QFETCH(int, kind);
        const double before = productSeconds();
        multiplyOnce(kind);
        QVERIFY(productSeconds() > before);
        const double after = productSeconds();
        QCOMPARE(productSeconds(), after);
    }

    /// More threads than there are places.
    void threadsAddUp()
    {
        for (int i = 0; i < 70; ++i) {
            const double before = productSeconds();
            std::thread([this] { multiplyOnce(1); }).join();
            QVERIFY(productSeconds() > before);
        }
    }

private:
    void multiplyOnce(int kind)
    {
        constexpr std::int64_t side = 64;
        const ConstMatrixView x{m_x.data(), side, side, side};
        const MatrixView out{m_out.data(), side, side, side};
        switch (kind) {
        case 0: multiplyTransposed(x, x, out, Precision::Float32); break;
        case 1: multiplyRows(x, x, out); break;
        case 2: multiplyTransposed(x, x, out, 0.5F); break;
        case 3: multiply(x, x, out); break;
        default: addWeightedRows(x, x, out); break;
        }
    }

    std::vector<float> m_x = std::vector<float>(64 * 64, 1.0F);
    std::vector<float> m_out = std::vector<float>(64 * 64);
};

QTEST_APPLESS_MAIN(TestProductTime)
#include "tst_producttime.moc"
