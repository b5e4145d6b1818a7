// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace secateur::cli {

/// One declared option or positional; the calls refine it and can be chained.
class Argument
{
public:
    explicit Argument(CLI::Option *option) : m_option(option) { }
    Argument &required();
    /// Any other word is a wrong usage that lists these.
    Argument &oneOf(std::initializer_list<const char *> words);
    /// Not together with `other`.
    Argument &excludes(const Argument &other);
    /// Only together with `other`.
    Argument &needs(const Argument &other);
    /// Puts it under another heading of the help.
    Argument &group(const std::string &heading);

private:
    CLI::Option *m_option;
};

/// What one command accepts. Names are written as "-n,--samples" for an option and "MODEL" for a positional; `unit` is
/// what the help shows for the value. A value is stored while the line is read, so the variables must outlive it.
/// This class hides the parsing library, which is slow to compile, from all commands.
class Arguments
{
public:
    explicit Arguments(CLI::App &app) : m_app(app) { }

    Argument text(const std::string &names, std::string &value, const std::string &unit, const std::string &help);
    Argument text(const std::string &names, std::optional<std::string> &value, const std::string &unit,
                  const std::string &help);
    Argument path(const std::string &names, std::filesystem::path &value, const std::string &help,
                  const std::string &unit = "FILE");
    Argument path(const std::string &names, std::optional<std::filesystem::path> &value, const std::string &help,
                  const std::string &unit = "FILE");
    /// May be given several times, or once with several values after it.
    Argument paths(const std::string &names, std::vector<std::filesystem::path> &values, const std::string &help);
    /// "A,B,C"
    Argument list(const std::string &names, std::vector<std::string> &values, const std::string &unit,
                  const std::string &help);
    /// Whole numbers in [lowest, 2^63).
    Argument count(const std::string &names, std::uint64_t &value, const std::string &unit, const std::string &help,
                   std::uint64_t lowest = 0);
    Argument count(const std::string &names, std::optional<std::uint64_t> &value, const std::string &unit,
                   const std::string &help, std::uint64_t lowest = 0);
    Argument number(const std::string &names, double &value, const std::string &unit, const std::string &help);
    Argument number(const std::string &names, std::optional<double> &value, const std::string &unit,
                    const std::string &help);
    Argument flag(const std::string &names, bool &value, const std::string &help);

private:
    Argument store(const std::string &names, const std::string &unit, const std::string &help,
                   std::function<void(const std::string &)> take);

    CLI::App &m_app;
};

} // namespace secateur::cli
