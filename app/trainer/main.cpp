// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "core/base/file.h"
#include "core/demo/datafiles.h"
#include "core/training/losscurve.h"
#include "core/training/modelfiles.h"
#include "core/training/training.h"

using namespace secateur;

namespace {

constexpr const char *usage = R"(secateur-trainer: makes the model and the data of the demo study

  secateur-trainer data FOLDER                  calibration and evaluation files, from their seed
  secateur-trainer model FOLDER                 tokenizer.json, config.json and what else a model has but weights
  secateur-trainer train RECIPE MODEL WORK [THREADS]
                                                trains; goes on from WORK's state where there is one. To give it more
                                                threads, stop it (Ctrl-C, kill) and start it again: the result is the
                                                same. WORK/loss.csv is the loss so far.
  secateur-trainer export MODEL WORK FOLDER     a Hugging Face folder of WORK's state
  secateur-trainer curve LOSS.CSV CURVE.SVG     the log of a training as a figure
)";

volatile std::sig_atomic_t stopAsked = 0;

/// Asks for a stop when SIGINT or SIGTERM comes. Threads that compute block these signals: a handler would run on their
/// stack, below which oneDNN's kernels keep data. One thread does nothing but take them.
class StopOnSignal
{
public:
    StopOnSignal()
    {
        sigset_t signals;
        sigemptyset(&signals);
        for (const int number : {SIGINT, SIGTERM}) {
            sigaddset(&signals, number);
            std::signal(number, [](int) { stopAsked = 1; });
        }
        pthread_sigmask(SIG_BLOCK, &signals, nullptr);
        m_taking = std::jthread([this, signals](const std::stop_token &over) {
            pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
            while (!over.stop_requested()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(200));
                if (stopAsked)
                    m_stop.request_stop();
            }
        });
    }
    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
    std::jthread m_taking;
};

Result<void> writeAll(const std::filesystem::path &folder, const std::map<std::string, std::string> &files)
{
    for (const auto &[name, text] : files) {
        std::error_code problem;
        std::filesystem::create_directories((folder / name).parent_path(), problem);
        SECATEUR_CHECK(writeFileAtomically(folder / name, text));
    }
    return {};
}

Result<void> runTraining(const std::vector<std::string> &words)
{
    const StopOnSignal signals;
    training::TrainingRequest request{words[1], words[2], words[3]};
    if (words.size() > 4)
        request.threads = std::max(1, std::atoi(words[4].c_str()));
    const RunContext context(signals.token(), [](const Progress &progress) {
        if (progress.done % 10 == 0)
            std::printf("step %llu of %llu, %.0f tokens/s\n", static_cast<unsigned long long>(progress.done),
                        static_cast<unsigned long long>(progress.total), progress.tokensPerSecond);
        std::fflush(stdout);
    });
    return training::train(request, context);
}

Result<void> run(const std::vector<std::string> &words)
{
    if (words.size() == 2 && words[0] == "data")
        return writeAll(words[1], demo::dataFiles());
    if (words.size() == 2 && words[0] == "model") {
        SECATEUR_TRY(files, training::modelFiles());
        return writeAll(words[1], files);
    }
    if ((words.size() == 4 || words.size() == 5) && words[0] == "train")
        return runTraining(words);
    if (words.size() == 4 && words[0] == "export")
        return training::exportState(words[1], words[2], words[3]);
    if (words.size() == 3 && words[0] == "curve") {
        SECATEUR_TRY(csv, readTextFile(words[1], 1U << 26));
        SECATEUR_TRY(svg, training::lossCurve(csv));
        return writeFileAtomically(words[2], svg);
    }
    return failure(ErrorCode::InvalidArgument, usage);
}

} // namespace

int main(int argc, char **argv)
{
    const auto done = run(std::vector<std::string>(argv + 1, argv + argc));
    if (done)
        return 0;
    std::fprintf(stderr, "%s\n", done.error().detail.c_str());
    return exitStatus(done.error().code);
}
