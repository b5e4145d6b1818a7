// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sandbox/drivers.h"

#include <algorithm>
#include <cctype>

#include <unistd.h>

namespace secateur::sandbox {

namespace {

/// Plain enough to stand in a shell script and a path.
bool isPlainPath(std::string_view path)
{
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-' || c == '/';
    };
    return !path.empty() && path.front() != '/' && path.front() != '-' && path.find("..") == std::string_view::npos
        && std::all_of(path.begin(), path.end(), plain);
}

/// `guard` undoes what a completion may have done to the tests' words.
std::string wholeSource(const Program &program, const std::string &guard)
{
    return program.prompt + program.completion + guard + program.separator + program.tests;
}

std::string secondsText(std::chrono::milliseconds limit)
{
    const auto seconds = (limit.count() + 999) / 1000;
    return std::to_string(seconds) + ":" + std::to_string(seconds + 1);
}

/// Runs the compiler, says how it went, and becomes the program. The compiler's words go to a file first: a compiler in
/// full flow is a compile error, not too much output.
SourceFile buildScript(const std::string &compile, const std::string &run, std::chrono::milliseconds limit)
{
    return {"build.sh",
            "IFS= read -r token\n" + compile
                + " </dev/null >/work/build.log 2>&1\n"
                  "if [ $? -ne 0 ]; then\n"
                  "  head -c 16000 /work/build.log >&2\n"
                  "  printf '\\nV1 %s COMPILE\\n' \"$token\"\n"
                  "  exit 1\n"
                  "fi\n"
                  "printf '\\nV1 %s BUILT\\n' \"$token\"\n"
                  "exec /usr/bin/prlimit --cpu="
                + secondsText(limit) + " -- " + run + "\n"};
}

void fillPython(const Program &program, const Tools &tools, BoxRequest &request)
{
    request.files = {{"driver.py", std::string(pythonDriver)},
                     {"candidate.py", program.prompt + program.completion},
                     {"tests.py", program.tests}};
    request.command = {tools.python, "-I", "-S", "/in/driver.py"};
}

void fillJavaScript(const Program &program, const Tools &tools, BoxRequest &request)
{
    request.files = {{"driver.js", std::string(javaScriptDriver)},
                     {"candidate.js", program.prompt + program.completion},
                     {"tests.js", program.tests}};
    request.command = {tools.node, "--max-old-space-size=256", "/in/driver.js"};
}

void fillJava(const Program &program, const Tools &tools, BoxRequest &request)
{
    const std::string main = program.entry + ".java";
    std::string sources = " /in/SecateurDriver.java /in/" + main;
    request.files = {{"SecateurDriver.java", std::string(javaDriver)}, {main, wholeSource(program, "")}};
    for (const auto &file : program.support) {
        request.files.push_back(file);
        sources += " /in/" + file.path;
    }
    const std::string compile = tools.javac
        + " -J-Xmx256m -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -proc:none -nowarn -encoding UTF-8 -d /work"
        + sources;
    const std::string run = tools.java
        + " -Xmx256m -Xss8m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -ea -cp /work SecateurDriver "
        + program.entry;
    request.files.push_back(buildScript(compile, run, program.timeLimit));
}

void fillCpp(const Program &program, const Tools &tools, BoxRequest &request)
{
    const std::string source = wholeSource(program, "\n#undef main\n#undef NDEBUG\n");
    // HumanEval has a problem whose solution is a hash of OpenSSL's.
    const bool hashes = source.find("openssl/") != std::string::npos;
    const std::string compile = tools.cxx
        + " -std=c++17 -O1 -w -fmax-errors=20 -Wl,--wrap=main -o /work/a /in/driver.cpp" + " /in/main.cpp"
        + (hashes ? " -lcrypto" : "");
    request.files = {{"driver.cpp", std::string(cppDriver)},
                     {"main.cpp", source},
                     buildScript(compile, "/work/a", program.timeLimit)};
}

} // namespace

Result<BoxRequest> requestOf(const Program &program, const Options &options)
{
    BoxRequest request;
    request.timeLimit = program.timeLimit;
    SECATEUR_TRY(token, randomNonce());
    SECATEUR_TRY(nonce, randomNonce());
    request.token = token;
    request.nonce = nonce;
    if (!isPlainPath(program.entry) || program.entry.find('/') != std::string::npos)
        return failure(ErrorCode::InvalidArgument, "the entry class \"" + program.entry + "\" is not a plain name");
    for (const auto &file : program.support)
        if (!isPlainPath(file.path))
            return failure(ErrorCode::InvalidArgument, "the source file \"" + file.path + "\" has not a plain name");
    switch (program.language) {
    case Language::Python: fillPython(program, options.tools, request); break;
    case Language::JavaScript: fillJavaScript(program, options.tools, request); break;
    case Language::Java: fillJava(program, options.tools, request); break;
    case Language::Cpp: fillCpp(program, options.tools, request); break;
    }
    request.builds = program.language == Language::Java || program.language == Language::Cpp;
    if (request.builds)
        request.command = {"/bin/sh", "/in/build.sh"};
    return request;
}

std::string missingTool(Language language, const Tools &tools)
{
    std::vector<std::string> needed;
    switch (language) {
    case Language::Python: needed = {tools.python}; break;
    case Language::JavaScript: needed = {tools.node}; break;
    case Language::Java: needed = {tools.javac, tools.java}; break;
    case Language::Cpp: needed = {tools.cxx}; break;
    }
    for (const auto &tool : needed)
        if (access(tool.c_str(), X_OK) != 0)
            return tool;
    return "";
}

} // namespace secateur::sandbox
