// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commandparser.h"
#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/base/text.h"

namespace secateur::cli {
namespace {

/// A completion function for bash; zsh runs the same one through bashcompinit.
std::string bashScript(const std::vector<CommandWords> &commands)
{
    std::vector<std::string> names;
    std::string cases;
    for (const auto &command : commands) {
        names.push_back(command.name);
        cases += "    " + command.name + ") words=\"" + joined(command.options, " ") + "\" ;;\n";
    }
    return "_secateur_cli() {\n"
           "    local current=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W \""
        + joined(names, " ")
        + " --help --version\" -- \"$current\"))\n"
          "        return\n"
          "    fi\n"
          "    case \"${COMP_WORDS[1]}\" in\n"
        + cases
        + "    esac\n"
          "    case \"$current\" in\n"
          "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
          "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
          "    esac\n"
          "}\n"
          "complete -o filenames -F _secateur_cli secateur-cli\n";
}

class Completion : public Command
{
public:
    std::string name() const override { return "completion"; }
    std::string summary() const override { return "Print a script that completes commands and options in a shell"; }
    std::vector<std::string> examples() const override
    {
        return {"completion bash > ~/.local/share/bash-completion/completions/secateur-cli",
                "completion zsh >> ~/.zshrc"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.text("SHELL", m_shell, "", "bash or zsh").oneOf({"bash", "zsh"}).required();
    }
    Result<Outcome> run(const Session &) override
    {
        const std::string start = m_shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "";
        const std::string script = start + bashScript(commandWords(allCommands()));
        return Outcome{{{"script", script}}, script, {}, 0};
    }

private:
    std::string m_shell;
};

} // namespace

std::unique_ptr<Command> makeCompletion()
{
    return std::make_unique<Completion>();
}

} // namespace secateur::cli
