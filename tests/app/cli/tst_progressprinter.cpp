// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/cli/progressprinter.h"
#include "app/cli/remainingtime.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::cli;

namespace {

/// A printer with a clock that the test sets and a list of what was written.
struct Recorder {
    explicit Recorder(ProgressPrinter::Form form, int columns = 200)
        : printer(
            form, [this](std::string_view text) { written.emplace_back(text); }, [this] { return now; }, columns)
    {
    }
    double now = 0.0;
    std::vector<std::string> written;
    ProgressPrinter printer;
};

} // namespace

class TestProgress : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void guessesFromSteadySteps();
    void isNotThrownOffByOneSlowStep();
    void knowsNothingAtFirst();
    void startsAnewWhenTheStageDoes();
    void choosesTheForm();
    void writesOneLinePerLayer();
    void writesLinesOfOtherUnitsSparingly();
    void writesJsonLines();
    void drawsABarThatFits();
    void keepsQuiet();
};

void TestProgress::guessesFromSteadySteps()
{
    RemainingTime time;
    for (int layer = 0; layer <= 10; ++layer)
        time.add(2.0 * layer, std::uint64_t(layer));
    QCOMPARE(time.until(30).value(), 40.0);
    QCOMPARE(time.until(10).value(), 0.0);
    QVERIFY(!time.until(9)); // a total below what is done says nothing
}

void TestProgress::isNotThrownOffByOneSlowStep()
{
    RemainingTime time;
    time.add(0.0, 0);
    time.add(60.0, 1); // the first layer waited for a cold disk
    for (int layer = 2; layer <= 6; ++layer)
        time.add(60.0 + layer, std::uint64_t(layer));
    const double left = time.until(16).value();
    QVERIFY2(left < 11.0, std::to_string(left).c_str());
}

void TestProgress::knowsNothingAtFirst()
{
    RemainingTime time;
    QVERIFY(!time.until(10));
    time.add(5.0, 3);
    QVERIFY(!time.until(10));
    time.add(5.1, 4); // too close to the last report to be a measurement
    QVERIFY(!time.until(10));
    time.add(6.0, 5);
    QCOMPARE(time.until(7).value(), 1.0);
}

void TestProgress::startsAnewWhenTheStageDoes()
{
    RemainingTime time;
    time.add(0.0, 0);
    time.add(100.0, 10);
    time.add(101.0, 0);
    QVERIFY(!time.until(10));
    time.add(102.0, 1);
    QCOMPARE(time.until(10).value(), 9.0);
}

void TestProgress::choosesTheForm()
{
    using Form = ProgressPrinter::Form;
    QVERIFY(progressForm("auto", false, true) == Form::Bar);
    QVERIFY(progressForm("auto", false, false) == Form::Lines);
    QVERIFY(progressForm("json", false, true) == Form::Json);
    QVERIFY(progressForm("none", false, true) == Form::None);
    QVERIFY(progressForm("json", true, false) == Form::None);
}

void TestProgress::writesOneLinePerLayer()
{
    Recorder recorder(ProgressPrinter::Form::Lines);
    for (std::uint64_t layer = 0; layer <= 3; ++layer) {
        recorder.now = 2.0 * double(layer);
        recorder.printer.report({"prune", layer, 3, "layers", 1500.0});
        recorder.printer.report({"prune", layer, 3, "layers", 1500.0});
    }
    QCOMPARE(recorder.written.size(), std::size_t(3));
    QCOMPARE(recorder.written[0], std::string("prune: 1/3 layers, 1,500 tokens/s, 0:02 elapsed, about 0:04 left\n"));
    QCOMPARE(recorder.written[2], std::string("prune: 3/3 layers, 1,500 tokens/s, 0:06 elapsed, about 0:00 left\n"));
}

void TestProgress::writesLinesOfOtherUnitsSparingly()
{
    Recorder recorder(ProgressPrinter::Form::Lines);
    for (std::uint64_t step = 0; step <= 110; ++step) { // a tenth of a second each
        recorder.now = 0.1 * double(step);
        recorder.printer.report({"hash", step * 1000000, 200000000, "bytes"});
    }
    QCOMPARE(recorder.written.size(), std::size_t(2));
    QVERIFY2(recorder.written[0].rfind("hash: 50/200 MB, 0:05 elapsed", 0) == 0, recorder.written[0].c_str());
}

void TestProgress::writesJsonLines()
{
    Recorder recorder(ProgressPrinter::Form::Json);
    recorder.printer.report({"calibrate", 0, 4, "layers"});
    recorder.now = 0.05;
    recorder.printer.report({"calibrate", 1, 4, "layers"}); // within a tenth of a second: left out
    recorder.now = 2.0;
    recorder.printer.report({"calibrate", 2, 4, "layers", 900.0});
    QCOMPARE(recorder.written.size(), std::size_t(2));
    const auto first = nlohmann::json::parse(recorder.written[0]);
    QCOMPARE(first["stage"].get<std::string>(), std::string("calibrate"));
    QCOMPARE(first["unit"].get<std::string>(), std::string("layers"));
    QVERIFY(first["eta"].is_null());
    QVERIFY(first["tokens_per_second"].is_null());
    const auto second = nlohmann::json::parse(recorder.written[1]);
    QCOMPARE(second["done"].get<int>(), 2);
    QCOMPARE(second["total"].get<int>(), 4);
    QCOMPARE(second["elapsed"].get<double>(), 2.0);
    QCOMPARE(second["eta"].get<double>(), 2.0);
    QCOMPARE(second["tokens_per_second"].get<double>(), 900.0);
    QCOMPARE(recorder.written[1].back(), '\n');
}

void TestProgress::drawsABarThatFits()
{
    Recorder wide(ProgressPrinter::Form::Bar);
    wide.printer.report({"prune", 6, 12, "layers"});
    QVERIFY2(wide.written.at(0).find("[============            ] 6/12 layers") != std::string::npos,
             wide.written[0].c_str());
    wide.printer.finish();
    wide.printer.finish();
    QCOMPARE(wide.written.size(), std::size_t(2)); // taken away once

    Recorder narrow(ProgressPrinter::Form::Bar, 20);
    narrow.printer.report({"prune", 6, 12, "layers"});
    QCOMPARE(narrow.written.at(0).size(), std::size_t(1 + 19 + 3)); // carriage return, text, erase
}

void TestProgress::keepsQuiet()
{
    Recorder recorder(ProgressPrinter::Form::None);
    recorder.printer.report({"prune", 1, 2, "layers"});
    recorder.printer.finish();
    QVERIFY(recorder.written.empty());
}

QTEST_GUILESS_MAIN(TestProgress)
#include "tst_progressprinter.moc"
