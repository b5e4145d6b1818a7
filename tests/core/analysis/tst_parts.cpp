// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/parts.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::analysis;
using namespace secateur::test;

namespace {

using Masks = std::vector<const mask::BitMatrix *>;

mask::BitMatrix randomMask(std::size_t rows, std::size_t cols, TinyRandom &random)
{
    mask::BitMatrix kept(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col)
            kept.set(row, col, random.below(3) > 0);
    return kept;
}

/// Cell by cell.
PartCounts bruteForce(const Masks &masks, SetKind set, const PartRange &range)
{
    PartCounts counts;
    counts.onlyIn.assign(masks.size(), 0);
    for (std::size_t row = range.firstRow; row < range.endRow; ++row)
        for (std::size_t col = range.firstCol; col < range.endCol; ++col) {
            std::vector<std::size_t> in;
            for (std::size_t run = 0; run < masks.size(); ++run)
                if (masks[run]->test(row, col) == (set == SetKind::Kept))
                    in.push_back(run);
            ++counts.total;
            counts.inAll += in.size() == masks.size() ? 1 : 0;
            counts.inNone += in.empty() ? 1 : 0;
            if (in.size() == 1)
                ++counts.onlyIn[in.front()];
        }
    return counts;
}

} // namespace

class TestParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsRanges_data()
    {
        QTest::addColumn<int>("runs");
        for (const int runs : {1, 2, 3, 5})
            QTest::addRow("%d runs", runs) << runs;
    }

    void countsRanges()
    {
        QFETCH(int, runs);
        TinyRandom random{std::uint64_t(runs)};
        std::vector<mask::BitMatrix> masks;
        for (int run = 0; run < runs; ++run)
            masks.push_back(randomMask(6, 150, random));
        Masks pointers;
        for (const auto &mask : masks)
            pointers.push_back(&mask);
        for (const PartRange &range : {PartRange{0, 6, 0, 150},
                                       {2, 5, 0, 150},
                                       {0, 6, 10, 20},
                                       {1, 2, 60, 130},
                                       {0, 6, 64, 128},
                                       {3, 3, 0, 150},
                                       {0, 6, 149, 150}})
            for (const SetKind set : {SetKind::Kept, SetKind::Pruned}) {
                const auto counts = countPart(pointers, set, range);
                VERIFY_RESULT(counts);
                QVERIFY(*counts == bruteForce(pointers, set, range));
            }
    }

    void cutsIntoHeadsAndNeurons()
    {
        TinyRandom random(9);
        const auto a = randomMask(6, 100, random);
        const auto b = randomMask(6, 100, random);
        const auto whole = countPart({&a, &b}, SetKind::Kept, {0, 6, 0, 100}).value();
        for (const auto &[cut, parts] :
             std::vector<std::pair<PartCut, std::size_t>>{{{PartCut::Along::Rows, 1}, 6},
                                                          {{PartCut::Along::Rows, 4}, 2},
                                                          {{PartCut::Along::Columns, 25}, 4},
                                                          {{PartCut::Along::Columns, 64}, 2}}) {
            const auto counts = countParts({&a, &b}, SetKind::Kept, cut);
            VERIFY_RESULT(counts);
            QCOMPARE(counts->size(), parts);
            PartCounts sum;
            for (const auto &part : *counts)
                sum += part;
            QVERIFY(sum == whole);
        }
        const auto columns = countParts({&a, &b}, SetKind::Kept, {PartCut::Along::Columns, 25}).value();
        QVERIFY(columns[2] == bruteForce({&a, &b}, SetKind::Kept, {0, 6, 50, 75}));
        QCOMPARE(whole.inOne(), whole.onlyIn[0] + whole.onlyIn[1]);
        QCOMPARE(whole.inAll + whole.inNone + whole.inOne(), whole.total);
    }

    void refuses()
    {
        const mask::BitMatrix a(2, 3);
        const mask::BitMatrix b(3, 2);
        VERIFY_ERROR(countPart({}, SetKind::Kept, {}), ErrorCode::Internal);
        VERIFY_ERROR(countPart({&a, &b}, SetKind::Kept, {0, 2, 0, 2}), ErrorCode::Internal);
        VERIFY_ERROR(countPart({&a}, SetKind::Kept, {0, 3, 0, 3}), ErrorCode::Internal);
        VERIFY_ERROR(countPart({&a}, SetKind::Kept, {0, 2, 0, 4}), ErrorCode::Internal);
        VERIFY_ERROR(countParts({&a}, SetKind::Kept, {PartCut::Along::Rows, 0}), ErrorCode::Internal);
    }
};

QTEST_APPLESS_MAIN(TestParts)
#include "tst_parts.moc"
