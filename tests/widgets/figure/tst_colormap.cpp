// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <QtTest/QTest>

#include "widgets/figure/colormap.h"

using secateur::widgets::ColorMap;

namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

/// Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. Each row sums to 1: grey stays grey.
constexpr Matrix protanopia = {
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix deuteranopia = {
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix tritanopia = {
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};

std::array<double, 3> linear(QRgb color)
{
    const auto one = [](int channel) {
        const double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return {one(qRed(color)), one(qGreen(color)), one(qBlue(color))};
}

/// CIE L*a*b* of a linear RGB colour, seen through `vision`.
std::array<double, 3> seen(QRgb color, const Matrix &vision)
{
    const auto rgb = linear(color);
    std::array<double, 3> felt{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j)
            felt[i] += vision[i][j] * rgb[j];
        felt[i] = std::clamp(felt[i], 0.0, 1.0);
    }
    const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
    const double x = f((0.4124 * felt[0] + 0.3576 * felt[1] + 0.1805 * felt[2]) / 0.9505);
    const double y = f(0.2126 * felt[0] + 0.7152 * felt[1] + 0.0722 * felt[2]);
    const double z = f((0.0193 * felt[0] + 0.1192 * felt[1] + 0.9505 * felt[2]) / 1.089);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double difference(const std::array<double, 3> &a, const std::array<double, 3> &b)
{
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

} // namespace

class TestColorMap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lightnessIsOfCie();
    void lightnessIsMonotone_data();
    void lightnessIsMonotone();
    void stepsAreEven_data() { lightnessIsMonotone_data(); }
    void stepsAreEven();
    void isDistinctForEveryVision_data();
    void isDistinctForEveryVision();
    void clampsAndKnowsAbsence();
    void namesAreKnown();
    void seriesAreApartAndVisible_data() { lightnessIsMonotone_data(); }
    void seriesAreApartAndVisible();
};

void TestColorMap::lightnessIsOfCie()
{
    QCOMPARE(ColorMap::lightness(qRgb(0, 0, 0)), 0.0);
    QVERIFY(std::abs(ColorMap::lightness(qRgb(255, 255, 255)) - 100.0) < 1e-9);
    // Known values: sRGB red 53.24, green 87.73, blue 32.30, middle grey (119) 50.03.
    QVERIFY(std::abs(ColorMap::lightness(qRgb(255, 0, 0)) - 53.24) < 0.05);
    QVERIFY(std::abs(ColorMap::lightness(qRgb(0, 255, 0)) - 87.73) < 0.05);
    QVERIFY(std::abs(ColorMap::lightness(qRgb(0, 0, 255)) - 32.30) < 0.05);
    QVERIFY(std::abs(ColorMap::lightness(qRgb(119, 119, 119)) - 50.03) < 0.05);
}

void TestColorMap::lightnessIsMonotone_data()
{
    QTest::addColumn<QString>("id");
    for (const auto &id : ColorMap::ids())
        QTest::newRow(qPrintable(id)) << id;
}

void TestColorMap::lightnessIsMonotone()
{
    QFETCH(QString, id);
    const ColorMap &map = ColorMap::named(id);
    const auto &table = map.table();
    for (std::size_t i = 1; i < table.size(); ++i) {
        const double step = ColorMap::lightness(table[i]) - ColorMap::lightness(table[i - 1]);
        // Eight bits a channel round by up to a third of a unit; a real turn would be larger.
        const bool rising = !map.isDiverging() || i < 128;
        QVERIFY2(rising ? step > -0.15 : step < 0.15, qPrintable(QString::number(i)));
    }
    const double span = ColorMap::lightness(table[map.isDiverging() ? 127 : 255]) - ColorMap::lightness(table[0]);
    QVERIFY2(span > 60.0, qPrintable(QString::number(span)));
}

/// No step of the table stands out: a jump looks like an edge that is not in the data.
void TestColorMap::stepsAreEven()
{
    QFETCH(QString, id);
    const auto &table = ColorMap::named(id).table();
    constexpr Matrix normal = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    double total = 0.0;
    double largest = 0.0;
    for (std::size_t i = 8; i < table.size(); ++i) {
        const double step = difference(seen(table[i], normal), seen(table[i - 8], normal)) / 8;
        total += step;
        largest = std::max(largest, step);
    }
    const double mean = total / double(table.size() - 8);
    QVERIFY2(largest < 2.2 * mean, qPrintable(QStringLiteral("%1 of mean %2").arg(largest).arg(mean)));
}

void TestColorMap::isDistinctForEveryVision_data()
{
    QTest::addColumn<QString>("id");
    QTest::addColumn<int>("vision");
    for (const auto &id : ColorMap::ids())
        for (int vision = 0; vision < 3; ++vision)
            QTest::addRow("%s %d", qPrintable(id), vision) << id << vision;
}

/// Of any two values a tenth of the range apart, everyone can tell which is which (ΔE*ab of 2.3 is just visible).
void TestColorMap::isDistinctForEveryVision()
{
    QFETCH(QString, id);
    QFETCH(int, vision);
    const Matrix *const visions[] = {&protanopia, &deuteranopia, &tritanopia};
    const auto &table = ColorMap::named(id).table();
    for (std::size_t i = 0; i < table.size(); ++i)
        for (std::size_t j = i + 26; j < table.size(); ++j) {
            const double apart = difference(seen(table[i], *visions[vision]), seen(table[j], *visions[vision]));
            QVERIFY2(apart > 4.6, qPrintable(QStringLiteral("%1 and %2: %3").arg(i).arg(j).arg(apart)));
        }
}

void TestColorMap::clampsAndKnowsAbsence()
{
    const ColorMap &map = ColorMap::named(u"viridis");
    QCOMPARE(map.at(-3.0), map.table().front());
    QCOMPARE(map.at(7.0), map.table().back());
    QCOMPARE(map.at(0.5), map.table()[128]);
    QCOMPARE(map.at(std::numeric_limits<double>::quiet_NaN()), ColorMap::absentColor());
    QCOMPARE(ColorMap::textColorOn(map.table().front()), qRgb(255, 255, 255));
    QCOMPARE(ColorMap::textColorOn(map.table().back()), qRgb(0, 0, 0));
}

void TestColorMap::namesAreKnown()
{
    QCOMPARE(ColorMap::ids().size(), 4);
    QVERIFY(ColorMap::exists(u"magma"));
    QVERIFY(!ColorMap::exists(u"jet"));
    QCOMPARE(ColorMap::named(u"jet").id(), QStringLiteral("viridis"));
    QVERIFY(ColorMap::named(u"blue-orange").isDiverging());
    QVERIFY(ColorMap::named(u"magma").table() != ColorMap::named(u"viridis").table());
}

void TestColorMap::seriesAreApartAndVisible()
{
    QFETCH(QString, id);
    constexpr Matrix normal = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    for (int count = 1; count <= 8; ++count) {
        const auto colors = ColorMap::named(id).seriesColors(count);
        QCOMPARE(colors.size(), count);
        for (int i = 0; i < count; ++i) {
            QVERIFY2(ColorMap::lightness(colors[i]) < 86.0, qPrintable(QString::number(count)));
            for (int j = 0; j < i; ++j) {
                // In grey print, lightness is all there is.
                const double grey = std::abs(ColorMap::lightness(colors[i]) - ColorMap::lightness(colors[j]));
                QVERIFY2(grey >= (count <= 4 ? 15.0 : 7.0),
                         qPrintable(QStringLiteral("%1 and %2 of %3: %4").arg(j).arg(i).arg(count).arg(grey)));
                QVERIFY2(difference(seen(colors[i], normal), seen(colors[j], normal)) > 8.0,
                         qPrintable(QStringLiteral("%1 of %2").arg(i).arg(count)));
            }
        }
    }
}

QTEST_APPLESS_MAIN(TestColorMap)
#include "tst_colormap.moc"
