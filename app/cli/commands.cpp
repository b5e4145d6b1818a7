// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

namespace secateur::cli {

CommandList allCommands()
{
    CommandList commands;
    for (const auto make :
         {makeInspect, makeTokenize, makeChat,   makeScore,      makeGenerate, makePrune,      makeCompare,
          makeMasks,   makeNorms,    makeApply,  makeResparsify, makeCombine,  makeExport,     makeEvaluate,
          makeFigure,  makeRuns,     makeDelete, makeVerify,     makeDemo,     makeCompletion, makeProbe})
        commands.push_back(make());
    return commands;
}

} // namespace secateur::cli
