// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/datafiles.h"

#include "core/demo/domains.h"

namespace secateur::demo {

std::map<std::string, std::string> dataFiles(const DataSizes &sizes)
{
    std::map<std::string, std::string> files;
    for (const Domain domain : allDomains()) {
        const std::string name = domainName(domain);
        for (std::size_t set = 1; set <= sizes.calibrationSets; ++set) {
            std::string lines;
            for (const auto &text : documents(domain, sizes.seed + set, sizes.documents))
                lines += nlohmann::ordered_json{{"text", text}}.dump() + "\n";
            files["calibration/" + name + (set > 1 ? "-" + std::to_string(set) : "") + ".jsonl"] = lines;
        }
        std::string lines;
        for (const auto &item : evaluationItems(domain, sizes.seed, sizes.items))
            lines += item.dump() + "\n";
        files["evaluation/" + name + ".jsonl"] = lines;
    }
    files["evaluation/math-demonstrations.txt"] = mathDemonstrations(sizes.seed);
    return files;
}

} // namespace secateur::demo
