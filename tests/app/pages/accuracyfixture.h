// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <QAction>
#include <QPushButton>
#include <QTest>

#include "app/pages/page.h"
#include "core/engine/evaluate.h"
#include "core/engine/itemstatistics.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

namespace secateur::test {

/// Two domains with a run each; perplexities of three models on both, made up.
struct AccuracyFixture {
    TemporaryFolder folder;
    SelectedStudy study{folder.path() / "t.secateur", writeTinyModel(folder.path() / "model")};
    std::vector<store::RunManifest> runs;
    app::StudySession session;

    AccuracyFixture() { addRuns({"python", "math"}, "wanda-0.5"); }

    void addRuns(const std::vector<std::string> &domains, const std::string &suffix)
    {
        for (const std::string &domain : domains) {
            auto recipe = SelectedStudy::recipe(domain + "-" + suffix, runs.size() + 1);
            recipe.domain = domain;
            recipe.calibration.bos = "auto";
            recipe.calibration.files = {{domain + ".jsonl", 10, std::string(64, 'a'), 40, "{text}"}};
            runs.push_back(study.add(recipe));
        }
    }

    /// Five texts of ten tokens; each loses `more` nats against `mean`, unequally where `noise` says so.
    void measure(const std::string &run, const std::string &domain, double mean, double more = 0.0, double noise = 0.0)
    {
        auto recipe = recipeOf(run, "perplexity:" + domain, domain, "heldout-perplexity-1");
        recipe.limit = engine::defaultItems;
        store::EvaluationItems items;
        const double spread[] = {-2.0, 1.0, 0.0, 3.0, -2.0};
        const double unequal[] = {1.0, -1.0, 1.0, -1.0, 0.0};
        for (int i = 0; i < 5; ++i)
            items.numbers["nll"].push_back(10 * (mean + more) + spread[i] + noise * unequal[i]);
        items.counts["tokens"] = {10, 10, 10, 10, 10};
        add(recipe, std::move(items));
    }

    /// Twenty questions of which the first `right` are answered rightly, and one more when lengths are taken into
    /// account.
    void measureChoices(const std::string &run, const std::string &task, const std::string &domain, std::size_t right)
    {
        constexpr std::size_t questions = 20;
        auto recipe = recipeOf(run, task, domain, "lm-eval-zero-shot");
        recipe.files = {{task + ".jsonl", 10, std::string(64, 'c'), questions, {}, (folder.path() / task).string()}};
        store::EvaluationItems items;
        for (std::size_t i = 0; i < questions; ++i) {
            items.counts["index"].push_back(i);
            items.counts["gold"].push_back(1);
            items.counts["prediction"].push_back(i < right ? 1 : 0);
            items.counts["prediction_norm"].push_back(i <= right ? 1 : 0);
            items.counts["correct_acc"].push_back(i < right ? 1 : 0);
            items.counts["correct_acc_norm"].push_back(i <= right ? 1 : 0);
            items.texts["prompt"].push_back("Question: " + std::to_string(i) + "?\nAnswer:");
            items.texts["choices"].push_back(R"([{"continuation":" wrong","loglikelihood":-2.5},)"
                                             R"({"continuation":" right","loglikelihood":-1.5}])");
        }
        add(recipe, std::move(items));
    }

    [[nodiscard]] static store::EvaluationRecipe recipeOf(const std::string &run, const std::string &task,
                                                          const std::string &domain, const std::string &protocol)
    {
        store::EvaluationRecipe recipe;
        recipe.task = task;
        recipe.taskVersion = "1";
        recipe.protocol = protocol;
        recipe.run = run;
        recipe.domain = domain;
        recipe.modelFingerprint = std::string(64, 'a');
        recipe.itemsSha256 = std::string(64, 'b');
        return recipe;
    }

    void add(const store::EvaluationRecipe &recipe, store::EvaluationItems items)
    {
        store::EvaluationResult result;
        result.items = std::move(items);
        result.metrics = engine::metricsOf(result.items);
        result.tokens = 55;
        result.seconds = 5.5;
        const auto open = store::Study::open(study.folder(), store::Study::Access::Write);
        VERIFY_RESULT(open);
        VERIFY_RESULT((*open)->addEvaluation(recipe, result));
    }

    /// ARC-Easy: dense 16 of 20, the first run 15, the others 4.
    void measureTasks()
    {
        measureChoices(store::denseRun, "arc_easy", "python", 16);
        for (std::size_t run = 0; run < runs.size(); ++run)
            measureChoices(runs[run].id, "arc_easy", "python", run == 0 ? 15 : 4);
    }

    void measureAll()
    {
        std::set<std::string> domains;
        for (const auto &run : runs)
            domains.insert(run.recipe.domain);
        for (const std::string &domain : domains) {
            measure(store::denseRun, domain, domain == "math" ? 1.5 : 2.0);
            for (const auto &run : runs)
                measure(run.id, domain, domain == "math" ? 1.5 : 2.0, run.recipe.domain == domain ? 0.0 : std::log(2.0),
                        run.recipe.domain == domain ? 3.0 : 0.0);
        }
    }

    [[nodiscard]] QString id(std::size_t run) const { return QString::fromStdString(runs[run].id); }
};

inline QAction *actionNamed(const app::Page &page, const QString &name)
{
    for (QAction *const action : page.actions())
        if (action->objectName() == name)
            return action;
    return nullptr;
}

inline QPushButton *buttonNamed(const QWidget &widget, const QString &text)
{
    for (QPushButton *const button : widget.findChildren<QPushButton *>())
        if (button->text() == text)
            return button;
    return nullptr;
}

} // namespace secateur::test
