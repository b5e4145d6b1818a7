// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>

#include <QSlider>
#include <QtTest/QTest>

#include "app/pages/calibratepage.h"
#include "app/pages/prunepage.h"
#include "app/window/mainwindow.h"
#include "tests/app/window/stalldetector.h"
#include "tests/support/sanitizers.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::app;

/// The real model, pruned for two domains from the window as a user would, while the window is used.
class TestPruneFromWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void staysLiveWhileItPrunes()
    {
        SECATEUR_NEEDS_SHARED();
        const auto shared = test::sharedFolder();
        const test::TemporaryFolder folder;
        qputenv("HOME", folder.path().c_str()); // the study of a model is made there
        Settings settings(QString::fromStdString((folder.path() / "settings.ini").string()));
        WindowOptions options;
        options.stateFolder = folder.path() / "state";
        MainWindow window(settings, options);
        window.resize(1280, 800);
        window.show();
        test::StallDetector stalls;

        stalls.setActivity(QStringLiteral("opening the model"));
        window.openPath(shared / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf");
        QVERIFY(window.messages().isHidden());
        calibrate(window, QStringLiteral("python"), shared / "data" / "code" / "python_calib.jsonl");
        calibrate(window, QStringLiteral("math"), shared / "data" / "math" / "gsm8k_train.jsonl");
        startPrune(window);
        QCOMPARE(window.jobs().jobs().size(), 2U);
        QVERIFY(waitFor(window, stalls, 1));
        QVERIFY(waitFor(window, stalls, 2));

        QCOMPARE(window.session().runs().size(), 2U);
        for (const auto &job : window.jobs().jobs())
            QCOMPARE(job->state(), Job::State::Done);
        QVERIFY(stalls.turns() > 500);
        qInfo("longest time without a turn of the event loop: %lld ms, while %s; %lld ms with waiting for a processor "
              "or the host",
              static_cast<long long>(stalls.worst().count()), qPrintable(stalls.worstActivity()),
              static_cast<long long>(stalls.worstByClock().count()));
        qInfo("gaps, each longer than those before it:\n%s", qPrintable(stalls.account()));
        if (test::sanitizerFactor == 1) // a sanitizer's own cost is no stall of ours
            QVERIFY2(stalls.worst() <= std::chrono::milliseconds(200), qPrintable(stalls.worstActivity()));
    }

private:
    static void calibrate(MainWindow &window, const QString &domain, const std::filesystem::path &file)
    {
        window.showPage(QStringLiteral("calibrate"));
        auto *const page = window.findChild<CalibratePage *>();
        page->addDomain();
        page->addFiles({QString::fromStdString(file.string())});
        auto &plans = window.session().domains();
        auto plan = plans.plans().back();
        plan.name = domain;
        plan.data.samples = 12;
        plan.data.length = 128;
        plans.change(plans.plans().size() - 1, plan);
        QTRY_VERIFY_WITH_TIMEOUT(page->samples().rows.size() == 12U, 60000);
    }
    static void startPrune(MainWindow &window)
    {
        window.showPage(QStringLiteral("prune"));
        auto *const page = window.findChild<PrunePage *>();
        QTRY_VERIFY_WITH_TIMEOUT(page->forecast().contains(QStringLiteral("memory")), 60000);
        window.actions().find(QStringLiteral("prune.start"))->trigger();
    }
    /// Uses the window until so many runs are there: turns through the pages, walks through layers and cells.
    static bool waitFor(MainWindow &window, test::StallDetector &stalls, std::size_t runs)
    {
        const auto pages = window.actions().inMenu(QStringLiteral("go"));
        std::uint32_t step = 0;
        QElapsedTimer patience;
        patience.start();
        while (window.session().runs().size() < runs || window.jobs().running() != nullptr) {
            if (patience.hasExpired(600'000))
                return false;
            if (window.session().runs().size() >= runs && runs == 1)
                break;
            const auto *const page = pages[qsizetype(step) % pages.size()];
            stalls.setActivity(page->objectName());
            window.showPage(page->objectName().mid(3));
            if (!window.session().runs().empty())
                window.session().selection().setMatrix(step % 30, QStringLiteral("self_attn.q_proj"));
            for (auto *const slider : window.findChildren<QSlider *>())
                if (slider->isVisible() && slider->isEnabled())
                    slider->setValue(slider->minimum() + int(step % 7) * (slider->maximum() - slider->minimum()) / 7);
            QTest::qWait(150);
            ++step;
        }
        return true;
    }
};

QTEST_MAIN(TestPruneFromWindow)
#include "tst_prunefromwindow.moc"
