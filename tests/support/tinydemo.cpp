// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinydemo.h"

#include <cstdint>
#include <string>

#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

namespace secateur::test {
namespace {

constexpr std::size_t records = 96; ///< 64 to calibrate on, and some held out

} // namespace

std::filesystem::path writeTinyDemo(const std::filesystem::path &folder)
{
    const auto calibration = folder / "data" / "calibration";
    const auto evaluation = folder / "data" / "evaluation";
    std::filesystem::create_directories(calibration);
    std::filesystem::create_directories(evaluation);
    writeTinyModel(folder / "model", {.hidden = 32, .intermediate = 64});
    std::uint64_t seed = 0;
    for (const std::string domain : {"python", "java", "cpp", "javascript", "math", "csr", "translation", "general"})
        for (const std::string set : {"", "-2", "-3"})
            writeTinyCorpus(calibration / (domain + set + ".jsonl"), records, ++seed);
    writeFile(evaluation / "math.jsonl",
              "{\"question\":\"Two roses and one more?\",\"answer\":\"That is 3.\\n#### 3\"}\n"
              "{\"question\":\"Four roses less one?\",\"answer\":\"That is 3.\\n#### 3\"}\n");
    writeFile(evaluation / "math-demonstrations.txt", "Q: One rose and one more?\nA: That is 2. The answer is 2.\n");
    writeFile(evaluation / "csr.jsonl",
              "{\"id\":\"a\",\"question\":\"What grows?\",\"choices\":{\"text\":[\"a rose\",\"a stone\"],"
              "\"label\":[\"A\",\"B\"]},\"answerKey\":\"A\"}\n"
              "{\"id\":\"b\",\"question\":\"What cuts?\",\"choices\":{\"text\":[\"a cloud\",\"shears\"],"
              "\"label\":[\"A\",\"B\"]},\"answerKey\":\"B\"}\n");
    writeFile(evaluation / "translation.jsonl",
              "{\"en\":\"The rose grows.\",\"fr\":\"La rose pousse.\"}\n"
              "{\"en\":\"The old rose.\",\"fr\":\"La vieille rose.\"}\n");
    return folder;
}

} // namespace secateur::test
