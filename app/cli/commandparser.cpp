// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commandparser.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include <CLI/CLI.hpp>

#include "app/cli/text.h"
#include "core/base/text.h"

namespace secateur::cli {
namespace {

template <typename Number>
Number parseNumber(const std::string &names, const std::string &text)
{
    Number value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size())
        throw CLI::ValidationError(names, "\"" + text + "\" is not a number it can take");
    return value;
}

std::uint64_t parseCount(const std::string &names, const std::string &text, std::uint64_t lowest)
{
    const auto value = parseNumber<std::uint64_t>(names, text);
    if (value < lowest || value > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
        throw CLI::ValidationError(names, text + " is out of range; the least is " + std::to_string(lowest));
    return value;
}

double parseReal(const std::string &names, const std::string &text)
{
    const auto value = parseNumber<double>(names, text);
    if (!std::isfinite(value))
        throw CLI::ValidationError(names, "\"" + text + "\" is not a finite number");
    return value;
}

/// Fewest letters to insert, remove or replace to come from one word to the other.
std::size_t editDistance(const std::string &from, const std::string &to)
{
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
        }
    }
    return row.back();
}

/// " Did you mean X?" for the nearest of `known`, or nothing when none is near.
std::string suggestion(const std::string &word, const std::vector<std::string> &known)
{
    const auto distance = [&](const std::string &candidate) { return editDistance(word, candidate); };
    const auto nearest = std::min_element(known.begin(), known.end(), [&](const auto &left, const auto &right) {
        return distance(left) < distance(right);
    });
    if (nearest == known.end() || distance(*nearest) > std::max<std::size_t>(2, word.size() / 3))
        return {};
    return " Did you mean " + *nearest + "?";
}

std::vector<std::string> optionNames(const CLI::App &app)
{
    std::vector<std::string> names;
    for (const CLI::Option *option : app.get_options({})) {
        for (const auto &name : option->get_lnames())
            names.push_back("--" + name);
        for (const auto &name : option->get_snames())
            names.push_back("-" + name);
    }
    return names;
}

/// The library's help with the right column wrapped, and without its remarks on which option excludes which.
class WrappingFormatter : public CLI::Formatter
{
public:
    std::string make_option(const CLI::Option *option, bool positional) const override
    {
        constexpr std::size_t left = 34;
        std::string text = "  " + make_option_name(option, positional);
        if (!positional && option->get_type_size() != 0)
            text += " " + option->get_type_name();
        if (!positional && option->get_required())
            text += " (required)";
        const auto lines = wrapped(make_option_desc(option), 100 - left);
        text += text.size() + 2 > left ? "\n" + std::string(left, ' ') : std::string(left - text.size(), ' ');
        return text + joined(lines, "\n" + std::string(left, ' ')) + "\n";
    }
};

void declareCommon(CLI::App &app, CommonOptions &options)
{
    const std::string heading = "Common options";
    Arguments arguments(app);
    arguments.flag("--json", options.json, "Print one JSON object on standard output and nothing else").group(heading);
    arguments
        .text("--progress", options.progress, "HOW",
              "Progress on standard error: auto (a bar on a terminal, else lines), json (a JSON object a line), none")
        .oneOf({"auto", "json", "none"})
        .group(heading);
    arguments.flag("-q,--quiet", options.quiet, "No progress and no notices").group(heading);
    app.add_option_function<std::string>(
           "--threads,-j",
           [&options](const std::string &text) {
               options.threads = int(std::min<std::uint64_t>(parseCount("--threads", text, 1), 1024));
           },
           "Threads to compute with (default: the physical cores)")
        ->type_name("N")
        ->group(heading);
}

std::string examplesText(const Command &command)
{
    std::string text = "Examples:";
    for (const auto &example : command.examples())
        text += std::string("\n  ") + programName + " " + example;
    return text;
}

/// The parsing library's tree for all commands.
class Tree
{
public:
    explicit Tree(const CommandList &commands) : m_app("Prunes language models per domain and compares the masks.")
    {
        m_app.name(programName);
        m_app.set_version_flag("--version", std::string(programName) + " " + SECATEUR_VERSION);
        const auto formatter = std::make_shared<WrappingFormatter>();
        formatter->column_width(14);
        formatter->label("Positionals", "Arguments");
        formatter->label("SUBCOMMAND", "COMMAND");
        m_app.formatter(formatter);
        m_app.footer(std::string("\"") + programName
                     + " COMMAND --help\" explains a command, with examples.\n"
                       "Exit status: 0 done, 2 wrong usage, 3 bad input, 4 not enough memory or disk, 130 cancelled, "
                       "1 anything else.");
        for (const auto &command : commands)
            add(*command);
    }

    [[nodiscard]] CLI::App &app() { return m_app; }
    [[nodiscard]] const CommonOptions &options() const { return m_options; }
    [[nodiscard]] const std::vector<std::pair<CLI::App *, Command *>> &parts() const { return m_parts; }

    /// The command that stands on the line; null when there is none.
    [[nodiscard]] Command *chosen() const
    {
        for (const auto &[app, command] : m_parts)
            if (app->parsed())
                return command;
        return nullptr;
    }

private:
    void add(Command &command)
    {
        CLI::App *const app = m_app.add_subcommand(command.name(), command.summary());
        app->group(command.hidden() ? "" : "Commands");
        app->footer(examplesText(command));
        Arguments arguments(*app);
        command.declare(arguments);
        declareCommon(*app, m_options);
        m_parts.emplace_back(app, &command);
    }

    CLI::App m_app;
    CommonOptions m_options;
    std::vector<std::pair<CLI::App *, Command *>> m_parts;
};

Error usageError(const Tree &tree, const std::string &problem, const std::string &unknown)
{
    std::vector<std::string> known;
    const Command *const chosen = tree.chosen();
    for (const auto &[app, command] : tree.parts()) {
        if (command == chosen)
            known = optionNames(*app);
        else if (!chosen && !command->hidden())
            known.push_back(command->name());
    }
    const std::string words = std::string(programName) + (chosen ? " " + chosen->name() : std::string());
    return {ErrorCode::InvalidArgument,
            problem + "." + (unknown.empty() ? std::string() : suggestion(unknown, known)) + " Try \"" + words
                + " --help\"."};
}

} // namespace

Argument &Argument::required()
{
    m_option->required();
    return *this;
}

Argument &Argument::oneOf(std::initializer_list<const char *> words)
{
    const std::vector<std::string> known(words.begin(), words.end());
    m_option->check(CLI::Validator(
        [known](std::string &word) {
            if (std::find(known.begin(), known.end(), word) != known.end())
                return std::string();
            return "\"" + word + "\" is not one of " + joined(known, ", ");
        },
        ""));
    return *this;
}

Argument &Argument::excludes(const Argument &other)
{
    m_option->excludes(other.m_option);
    return *this;
}

Argument &Argument::needs(const Argument &other)
{
    m_option->needs(other.m_option);
    return *this;
}

Argument &Argument::group(const std::string &heading)
{
    m_option->group(heading);
    return *this;
}

Argument Arguments::store(const std::string &names, const std::string &unit, const std::string &help,
                          std::function<void(const std::string &)> take)
{
    return Argument(m_app.add_option_function<std::string>(names, std::move(take), help)->type_name(unit));
}

Argument Arguments::text(const std::string &names, std::string &value, const std::string &unit, const std::string &help)
{
    return store(names, unit, help, [&value](const std::string &text) { value = text; });
}

Argument Arguments::text(const std::string &names, std::optional<std::string> &value, const std::string &unit,
                         const std::string &help)
{
    return store(names, unit, help, [&value](const std::string &text) { value = text; });
}

Argument Arguments::path(const std::string &names, std::filesystem::path &value, const std::string &help,
                         const std::string &unit)
{
    return store(names, unit, help, [&value](const std::string &text) { value = text; });
}

Argument Arguments::path(const std::string &names, std::optional<std::filesystem::path> &value, const std::string &help,
                         const std::string &unit)
{
    return store(names, unit, help, [&value](const std::string &text) { value = text; });
}

Argument Arguments::paths(const std::string &names, std::vector<std::filesystem::path> &values, const std::string &help)
{
    const auto take = [&values](const std::vector<std::string> &texts) { values.assign(texts.begin(), texts.end()); };
    return Argument(m_app.add_option_function<std::vector<std::string>>(names, take, help)->type_name("FILE"));
}

Argument Arguments::list(const std::string &names, std::vector<std::string> &values, const std::string &unit,
                         const std::string &help)
{
    return store(names, unit, help, [&values](const std::string &text) { values = split(text, ','); });
}

Argument Arguments::count(const std::string &names, std::uint64_t &value, const std::string &unit,
                          const std::string &help, std::uint64_t lowest)
{
    return store(names, unit, help,
                 [&value, names, lowest](const std::string &text) { value = parseCount(names, text, lowest); });
}

Argument Arguments::count(const std::string &names, std::optional<std::uint64_t> &value, const std::string &unit,
                          const std::string &help, std::uint64_t lowest)
{
    return store(names, unit, help,
                 [&value, names, lowest](const std::string &text) { value = parseCount(names, text, lowest); });
}

Argument Arguments::number(const std::string &names, double &value, const std::string &unit, const std::string &help)
{
    return store(names, unit, help, [&value, names](const std::string &text) { value = parseReal(names, text); });
}

Argument Arguments::number(const std::string &names, std::optional<double> &value, const std::string &unit,
                           const std::string &help)
{
    return store(names, unit, help, [&value, names](const std::string &text) { value = parseReal(names, text); });
}

Argument Arguments::flag(const std::string &names, bool &value, const std::string &help)
{
    return Argument(m_app.add_flag(names, value, help));
}

Result<std::variant<ParsedLine, ShowText>> parseLine(const CommandList &commands,
                                                     const std::vector<std::string> &arguments)
{
    Tree tree(commands);
    try {
        tree.app().parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp &) {
        return ShowText{tree.app().help()};
    } catch (const CLI::CallForVersion &version) {
        return ShowText{std::string(version.what()) + "\n"};
    } catch (const CLI::ParseError &error) {
        // A misspelt option is the likelier mistake, even where a required one is missing because of it.
        if (const auto extra = tree.app().remaining(true); !extra.empty())
            return tl::make_unexpected(usageError(tree, "\"" + extra[0] + "\" was not expected here", extra[0]));
        return tl::make_unexpected(usageError(tree, error.what(), {}));
    }
    if (Command *const command = tree.chosen())
        return ParsedLine{command, tree.options()};
    return tl::make_unexpected(usageError(tree, "a command is needed", {}));
}

std::vector<CommandWords> commandWords(const CommandList &commands)
{
    Tree tree(commands);
    std::vector<CommandWords> words;
    for (const auto &[app, command] : tree.parts())
        if (!command->hidden())
            words.push_back({command->name(), optionNames(*app)});
    return words;
}

} // namespace secateur::cli
