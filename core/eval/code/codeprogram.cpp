// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/code/codeproblem.h"

namespace secateur::eval {

namespace {

/// "A v0, B v1" for two, or "A, B".
std::string eachOf(int count, bool named)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += (i ? ", " : "") + std::string(1, char('A' + i)) + (named ? " v" + std::to_string(i) : "");
    return text;
}

/// A tuple class with what the tests of MultiPL-E use of org.javatuples: with, getValueN, setAtN, equality, order of
/// iteration. Those tests import that library, which a machine need not have.
sandbox::SourceFile tupleClass(const std::string &name, int count)
{
    const std::string types = eachOf(count, false);
    const std::string parameters = eachOf(count, true);
    std::string values;
    std::string wildcards;
    std::string members;
    for (int i = 0; i < count; ++i) {
        const std::string index = std::to_string(i);
        const std::string letter(1, char('A' + i));
        values += (i ? ", v" : "v") + index;
        wildcards += i ? ", ?" : "?";
        std::string changed;
        for (int other = 0; other < count; ++other)
            changed += (other ? ", " : "") + (other == i ? "value" : "v" + std::to_string(other));
        members += "    public " + letter + " getValue" + index + "() { return v" + index + "; }\n";
        members += "    public " + name + "<" + types + "> setAt" + index + "(" + letter + " value) { return new "
            + name + "<>(" + changed + "); }\n";
    }
    std::string text = "package org.javatuples;\nimport java.util.*;\npublic final class " + name + "<" + types
        + "> implements Iterable<Object> {\n";
    for (int i = 0; i < count; ++i)
        text += "    private final " + std::string(1, char('A' + i)) + " v" + std::to_string(i) + ";\n";
    text += "    public " + name + "(" + parameters + ") {";
    for (int i = 0; i < count; ++i)
        text += " this.v" + std::to_string(i) + " = v" + std::to_string(i) + ";";
    text += " }\n    public static <" + types + "> " + name + "<" + types + "> with(" + parameters + ") { return new "
        + name + "<>(" + values + "); }\n" + members + "    public int getSize() { return " + std::to_string(count)
        + "; }\n    public List<Object> toList() { return Arrays.asList(new Object[] {" + values + "}); }\n"
        + "    public Iterator<Object> iterator() { return toList().iterator(); }\n"
        + "    public boolean equals(Object o) { return o instanceof " + name + " && toList().equals(((" + name + "<"
        + wildcards + ">) o).toList()); }\n" + "    public int hashCode() { return toList().hashCode(); }\n"
        + "    public String toString() { return toList().toString(); }\n}\n";
    return {"org/javatuples/" + name + ".java", text};
}

} // namespace

sandbox::Program programOf(const CodeProblem &problem, const std::string &completion)
{
    sandbox::Program program;
    program.language = problem.language;
    program.prompt = problem.programPrompt;
    program.completion = completion;
    program.separator = problem.separator;
    program.tests = problem.tests;
    program.timeLimit = problem.timeLimit;
    if (problem.language != sandbox::Language::Java)
        return program;
    program.entry = problem.entry;
    if (problem.programPrompt.find("org.javatuples") != std::string::npos)
        program.support = {tupleClass("Pair", 2), tupleClass("Triplet", 3), tupleClass("Quartet", 4)};
    return program;
}

} // namespace secateur::eval
