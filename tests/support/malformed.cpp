// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/malformed.h"

#include <utility>

#include "tests/support/testsupport.h"

namespace secateur::test {

MalformedCase malformedBytes(std::string name, std::string bytes, std::string says)
{
    return {std::move(name),
            [content = std::move(bytes)](const std::filesystem::path &path) { writeFile(path, content); }, false,
            std::move(says)};
}

MalformedCase soundBytes(std::string name, std::string bytes)
{
    auto sound = malformedBytes(std::move(name), std::move(bytes), {});
    sound.mustLoad = true;
    return sound;
}

} // namespace secateur::test
