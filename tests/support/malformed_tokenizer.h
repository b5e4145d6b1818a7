// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "tests/support/malformed.h"

namespace secateur::test {

/// One tokenizer.json of cases 66 to 69 of B.7.
struct MalformedTokenizer {
    std::string name; ///< begins with the number of B.7
    std::string tokenizerJson;
    bool mustLoad = false;
    std::string says; ///< a part of the error's detail, of loading or of encoding `hostileText`
    std::string hostileText; ///< loads, but encoding this must be refused within a second; empty: nothing to encode
};

[[nodiscard]] std::vector<MalformedTokenizer> malformedTokenizers();

/// The same as model folders that hold only a tokenizer.json, without the cases whose text is what is hostile.
[[nodiscard]] std::vector<MalformedCase> malformedTokenizerFolders();

/// GGUF files whose tokenizer metadata is malformed, the rest of them sound: case 66, and what else only GGUF can say.
[[nodiscard]] std::vector<MalformedCase> malformedTokenizerGguf();

} // namespace secateur::test
