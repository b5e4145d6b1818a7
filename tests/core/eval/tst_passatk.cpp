// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>

#include <QTest>

#include <nlohmann/json.hpp>

#include "core/eval/metrics/passatk.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using eval::passAtK;

/// pass@k by hand, and against the reference's exact fractions.
class TestPassAtK : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void byHand()
    {
        QCOMPARE(passAtK(2, 1, 1).value(), 0.5);
        QCOMPARE(passAtK(4, 2, 2).value(), 1.0 - 1.0 / 6.0); // of 6 pairs 1 has none of the two
        QCOMPARE(passAtK(5, 0, 3).value(), 0.0);
        QCOMPARE(passAtK(5, 3, 3).value(), 1.0);
        QVERIFY(!passAtK(2, 1, 3));
        QVERIFY(!passAtK(2, 3, 1));
        QVERIFY(!passAtK(2, 1, 0));
    }

    void asTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        std::ifstream file(test::sharedFolder() / "goldens" / "eval" / "pass_at_k.json");
        const auto golden = nlohmann::json::parse(file);
        std::size_t compared = 0;
        for (const auto &row : golden.at("estimator")) {
            const auto ours = passAtK(row.at("n"), row.at("c"), row.at("k"));
            QCOMPARE(ours.has_value(), !row.at("value").is_null());
            if (ours)
                QVERIFY2(std::abs(*ours - row.at("value").get<double>()) <= 1e-12, row.dump().c_str());
            ++compared;
        }
        QVERIFY(compared > 50);
        for (const auto &row : golden.at("aggregate"))
            for (const std::uint64_t k : {1, 5, 10}) {
                const auto name = "pass@" + std::to_string(k);
                if (!row.contains(name))
                    continue;
                double sum = 0.0;
                for (const auto &correct : row.at("correct"))
                    sum += passAtK(row.at("n"), correct, k).value();
                const double mean = sum / double(row.at("correct").size());
                QVERIFY2(std::abs(mean - row.at(name).get<double>()) <= 1e-12, name.c_str());
            }
    }
};

QTEST_APPLESS_MAIN(TestPassAtK)
#include "tst_passatk.moc"
