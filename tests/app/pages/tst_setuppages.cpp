// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <QCheckBox>
#include <QDateEdit>
#include <QSignalSpy>
#include <QtTest/QTest>

#include "app/pages/calibratepage.h"
#include "app/pages/modelpage.h"
#include "app/pages/prunepage.h"
#include "app/pages/sourcelist.h"
#include "tests/app/jobs/scriptworker.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;

/// Model, Calibrate and Prune, from a model on disk to the command lines of its jobs.
class TestSetupPages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_model = test::writeTinyModel(m_folder->path() / "model");
        m_session = std::make_unique<StudySession>();
        m_session->openModel(m_model, m_folder->path() / "tiny.secateur");
    }

    void modelIsDescribed()
    {
        const ModelPage page(*m_session);
        QTRY_VERIFY(!page.facts().rows.empty());
        QCOMPARE(page.facts().rows[0][1].toString(), QStringLiteral("LlamaForCausalLM"));
        QVERIFY(page.verdict().startsWith(QStringLiteral("Ready")));
    }

    void aModelThatCannotBePrunedSaysWhy()
    {
        test::writeFile(m_model / "config.json", "{\"architectures\":[\"MambaForCausalLM\"],\"model_type\":\"mamba\"}");
        const ModelPage page(*m_session);
        QTRY_VERIFY(page.verdict().contains(QStringLiteral("cannot be pruned")));
        QVERIFY(page.verdict().contains(QStringLiteral("amba")));
        QVERIFY(page.facts().rows.empty());
    }

    void samplesAreShownAsTheModelSeesThem()
    {
        CalibratePage page(*m_session);
        page.addDomain();
        page.addFiles({corpus("a.jsonl", 40, 1)});
        QTRY_COMPARE(page.samples().rows.size(), 40U);
        QVERIFY(page.summary().contains(QStringLiteral("40 sequences")));
        QCOMPARE(m_session->domains().plans()[0].data.files.size(), 1U);
        QVERIFY(page.samples().rows[0][0].toULongLong() > 10);
    }

    void aBadFileIsNamed()
    {
        CalibratePage page(*m_session);
        page.addDomain();
        const auto file = test::writeFile(m_folder->path() / "bad.jsonl", "{\"text\":\"x\"}\nnot json\n");
        page.addFiles({QString::fromStdString(file.string())});
        QTRY_VERIFY(page.summary().contains(QStringLiteral("bad.jsonl")));
        QVERIFY(page.samples().rows.empty());
    }

    void onlyTheLatestFilesCount()
    {
        CalibratePage page(*m_session);
        page.addDomain();
        page.addFiles({corpus("a.jsonl", 100, 1)});
        page.addFiles({corpus("b.jsonl", 20, 2)});
        QTRY_COMPARE(page.samples().rows.size(), 120U);
    }

    void weightsMixTheFiles()
    {
        CalibratePage page(*m_session);
        page.addDomain();
        page.addFiles({corpus("a.jsonl", 40, 1), corpus("b.jsonl", 40, 2)});
        auto plan = m_session->domains().plans()[0];
        plan.data.samples = 20;
        m_session->domains().change(0, plan);
        auto *const sources = page.findChild<SourceList *>();
        QVERIFY(sources->weights().empty());
        sources->item(0, 1)->setText(QStringLiteral("3")); // the other one counts as 1
        QCOMPARE(m_session->domains().plans()[0].data.weights, (std::vector<double>{3, 1}));
        QTRY_VERIFY(page.summary().contains(QStringLiteral("15 of a.jsonl, 5 of b.jsonl")));
        const auto options = commandLineOptions(m_session->domains().plans()[0]);
        QCOMPARE(options.at(options.indexOf(QStringLiteral("--weights")) + 1), QStringLiteral("3,1"));
        const auto again = plansFromJson(toJson(m_session->domains().plans()));
        QCOMPARE(again[0].data.weights, (std::vector<double>{3, 1}));

        sources->item(0, 1)->setText({}); // and with it the other's
        QVERIFY(m_session->domains().plans()[0].data.weights.empty());
        sources->selectRow(1);
        sources->removeSelected();
        QVERIFY(sources->weights().empty()); // one file has nothing to be weighed against
    }

    void conversationsAreWrittenByTheModel()
    {
        setTemplate("{{ bos_token }}{% for m in messages %}[{{ m.role }} {{ strftime_now('%Y') }}]{{ m.content }}{% "
                    "endfor %}");
        CalibratePage page(*m_session);
        page.addDomain();
        const auto file =
            test::writeFile(m_folder->path() / "chats.jsonl", "{\"prompt\": \"a\", \"response\": \"b\"}\n");
        page.addFiles({QString::fromStdString(file.string())});
        auto *const chat = page.findChild<QCheckBox *>();
        auto *const day = page.findChild<QDateEdit *>();
        QVERIFY(!chat->isChecked());
        QTRY_VERIFY(chat->isEnabled());
        QVERIFY(day->isHidden());
        chat->click();
        QTRY_VERIFY(!day->isHidden()); // which this template writes
        day->setDate(QDate(2031, 1, 5));
        QTRY_COMPARE(page.samples().rows.size(), 1U);
        QTRY_COMPARE(page.samples().rows[0][1].toString(), QStringLiteral("<s>[user 2031]a[assistant 2031]b"));
        QVERIFY2(page.summary().contains(QStringLiteral("two beginning-of-sequence tokens")),
                 qPrintable(page.summary()));

        const auto options = commandLineOptions(m_session->domains().plans()[0]);
        QVERIFY(options.contains(QStringLiteral("--chat")));
        QCOMPARE(options.at(options.indexOf(QStringLiteral("--date")) + 1), QStringLiteral("2031-01-05"));
        QVERIFY(!options.contains(QStringLiteral("--template")));
        QVERIFY(plansFromJson(toJson(m_session->domains().plans())) == m_session->domains().plans());
        m_session->undoStack().undo(); // the day, the box and the file are one step
        QVERIFY(!chat->isChecked());
    }

    void aModelWithoutChatTemplateSaysSo()
    {
        CalibratePage page(*m_session);
        auto *const chat = page.findChild<QCheckBox *>();
        QTRY_COMPARE(chat->text(), QStringLiteral("The model has none"));
        QVERIFY(!chat->isEnabled());
        QVERIFY2(chat->toolTip().contains(QStringLiteral("has no chat template")), qPrintable(chat->toolTip()));
        DomainPlan plan{QStringLiteral("math"), {}};
        plan.data.files = {corpus("a.jsonl", 4, 1).toStdString()};
        plan.chat = true; // from a session with another model
        m_session->domains().add(plan);
        QTRY_VERIFY2(page.summary().contains(QStringLiteral("has no chat template")), qPrintable(page.summary()));
        QVERIFY(chat->isEnabled()); // to be unchecked
        chat->click();
        QTRY_COMPARE(page.samples().rows.size(), 4U);
        setTemplate("{{ broken");
        page.activate();
        QTRY_COMPARE(chat->text(), QStringLiteral("The model's cannot be used"));
    }

    void aFilterChoosesTheRecords()
    {
        CalibratePage page(*m_session);
        page.addDomain();
        page.addFiles({corpus("a.jsonl", 40, 1)});
        QTRY_COMPARE(page.samples().rows.size(), 40U);
        auto *const field = named<QLineEdit>(page, "Only where");
        QVERIFY(field && !field->placeholderText().isEmpty());
        auto *const error = page.findChild<QLabel *>(QStringLiteral("filterError"));
        QVERIFY(error && error->isHidden());

        field->setText(QStringLiteral("len(text) = 3"));
        Q_EMIT field->editingFinished();
        QVERIFY(!error->isHidden());
        QVERIFY2(error->text().contains(QStringLiteral("character 11: ==")), qPrintable(error->text()));
        QTRY_VERIFY(page.summary().contains(QStringLiteral("character 11")));
        QVERIFY(page.samples().rows.empty());

        field->setText(QStringLiteral("body present"));
        Q_EMIT field->editingFinished();
        QVERIFY(error->isHidden());
        QTRY_VERIFY2(page.summary().contains(QStringLiteral("no record has a field body")), qPrintable(page.summary()));

        field->setText(QStringLiteral("text contains \"rose\""));
        Q_EMIT field->editingFinished();
        QTRY_VERIFY2(page.summary().contains(QStringLiteral("the filter took ")), qPrintable(page.summary()));
        const auto &plans = m_session->domains().plans();
        QCOMPARE(plans[0].data.filter, std::string("text contains \"rose\""));
        const auto options = commandLineOptions(plans[0]);
        QCOMPARE(options.at(options.indexOf(QStringLiteral("--where")) + 1), field->text());
        QVERIFY(plansFromJson(toJson(plans))[0] == plans[0]);
        auto other = plans[0];
        other.data.filter.clear();
        QVERIFY(!(other == plans[0]));
        m_session->domains().change(0, other); // as undoing would
        QVERIFY(field->text().isEmpty());
    }

    void gridStartsOneJobPerRun()
    {
        PrunePage page(*m_session);
        std::vector<JobSpec> jobs;
        connect(&page, &Page::jobsRequested, &page, [&jobs](const auto &all) { jobs = all; });
        QVERIFY(!page.actions().front()->isEnabled());
        DomainPlan plan{QStringLiteral("math"), {}};
        plan.data.files = {corpus("a.jsonl", 40, 1).toStdString()};
        m_session->domains().add(plan);
        page.setTargets(QStringLiteral("0.5 2:4"));
        page.setSeeds(QStringLiteral("0-2"));
        QCOMPARE(page.planned().rows.size(), 6U);
        page.activate();
        QTRY_VERIFY(page.forecast().contains(QStringLiteral("memory")));
        page.actions().front()->trigger();
        QCOMPARE(jobs.size(), 6U);
        QCOMPARE(jobs.front().arguments.first(), QStringLiteral("prune"));
        page.setTargets(QStringLiteral("much"));
        QVERIFY(!page.actions().front()->isEnabled());
        QVERIFY(page.forecast().contains(QStringLiteral("much")));
    }

    void layersMayBeDrawn()
    {
        PrunePage page(*m_session);
        DomainPlan plan{QStringLiteral("math"), {}};
        plan.data.files = {corpus("a.jsonl", 40, 1).toStdString()};
        m_session->domains().add(plan);
        page.activate();
        QTRY_VERIFY(page.forecast().contains(QStringLiteral("memory")));
        page.layersBox().setCurrentIndex(1);
        QCOMPARE(page.planned().rows[0][0].toString(), QStringLiteral("math-wanda-0.5-owl"));
        page.setDrawnShares({0.25, 0.5, 0.75, 0.9});
        QVERIFY(page.planned().rows[0][0].toString().startsWith(QStringLiteral("math-wanda-0.6-table-")));
        QCOMPARE(page.layersBox().currentText(), QStringLiteral("as drawn: 25.0 % to 90.0 %"));
        page.layersBox().setCurrentIndex(0);
        QCOMPARE(page.planned().rows[0][0].toString(), QStringLiteral("math-wanda-0.5"));
    }

    void rowsFollowTheirJobs()
    {
        JobQueue queue(test::scriptWorker(m_folder->path()), {});
        PrunePage page(*m_session);
        page.watchJobs(queue);
        DomainPlan plan{QStringLiteral("math"), {}};
        plan.data.files = {corpus("a.jsonl", 40, 1).toStdString()};
        m_session->domains().add(plan);
        page.setSeeds(QStringLiteral("0-2"));
        const auto state = [&page](std::size_t row) { return page.planned().rows[row][2].toString(); };
        QCOMPARE(state(0), QStringLiteral("to be made"));
        connect(&page, &Page::jobsRequested, &page, [&queue](const auto &jobs) {
            const char *const what[] = {"fail", "wait", "done"}; // what the script shall do in the run's place
            for (std::size_t i = 0; i < jobs.size(); ++i) {
                auto job = jobs[i];
                job.arguments << QString::fromLatin1(what[i % 3]);
                queue.add(job);
            }
        });
        page.actions().front()->trigger();
        QVERIFY(!page.actions().front()->isEnabled()); // all are under way
        QVERIFY(page.forecast().startsWith(QStringLiteral("Nothing is left to start")));
        QCOMPARE(state(2), QStringLiteral("queued"));
        QTRY_VERIFY2(state(0).startsWith(QStringLiteral("failed: ")), qPrintable(state(0)));
        QTRY_VERIFY2(state(1).startsWith(QStringLiteral("running: layer ")), qPrintable(state(1)));
        QVERIFY(page.actions().front()->isEnabled()); // the one that failed can be tried again
        queue.running()->cancel();
        QTRY_COMPARE(state(1), QStringLiteral("to be made"));
    }

private:
    void setTemplate(const std::string &source) const { test::writeFile(m_model / "chat_template.jinja", source); }
    template <typename Widget>
    static Widget *named(const QWidget &page, const char *accessibleName)
    {
        for (auto *const widget : page.findChildren<Widget *>())
            if (widget->accessibleName() == QLatin1String(accessibleName))
                return widget;
        return nullptr;
    }

    QString corpus(const char *name, std::size_t records, std::uint64_t seed)
    {
        return QString::fromStdString(test::writeTinyCorpus(m_folder->path() / name, records, seed).string());
    }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::filesystem::path m_model;
    std::unique_ptr<StudySession> m_session;
};

QTEST_MAIN(TestSetupPages)
#include "tst_setuppages.moc"
