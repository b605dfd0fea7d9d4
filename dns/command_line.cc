#include "dns/command_line.h"

#include <algorithm>
#include <string_view>

#include "config/report.h"

namespace signpost {
namespace {

using config::did_you_mean;
using config::in_quotes;
using config::one_of;

constexpr std::size_t kColumns = 80;
constexpr std::size_t kCommandColumns = 14;  // "  completion  "

/// With a line break in the place of the last blank that fits.
std::string wrapped(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    if (used > 0 && used + 1 + word.size() > columns) {
      out += '\n';
      used = 0;
    } else if (used > 0) {
      out += ' ';
      ++used;
    }
    out += word;
    used += word.size();
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out;
}

class TerminalHelp final : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* command) const override {
    std::stringstream out;
    CLI::detail::format_help(out, command->get_name(),
                             wrapped(command->get_description(), kColumns - kCommandColumns),
                             kCommandColumns);
    return out.str();
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    return wrapped(option->get_description(), kColumns - get_column_width());
  }
  std::string make_description(const CLI::App* command) const override {
    return wrapped(command->get_description(), kColumns) + "\n";
  }
  std::string make_footer(const CLI::App* command) const override {
    return wrapped(command->get_footer(), kColumns) + "\n";
  }
};

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

/// "--config" of "--config=f.yaml".
std::string before_equals(const std::string& word) { return word.substr(0, word.find('=')); }

std::vector<std::string> commands_of(const CLI::App& program) {
  std::vector<std::string> names;
  for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

const CLI::App* command_named(const CLI::App& program, const std::string& name) {
  for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; }))
    if (command->get_name() == name) return command;
  return nullptr;
}

/// The one that was met; null: none.
const CLI::App* command_of(const CLI::App& program) {
  const auto met = program.get_subcommands();
  return met.empty() ? nullptr : met.front();
}

std::string meant(const std::string& word, const std::vector<std::string>& known) {
  return did_you_mean(word, {known.begin(), known.end()});
}

std::vector<std::string> long_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* option : command.get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<const CLI::Option*> arguments_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

const CLI::Option* option_named(const CLI::App& command, const std::string& word) {
  for (const auto* option : command.get_options())
    if (!option->get_positional() && is_option(word) && option->check_name(word)) return option;
  return nullptr;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

bool is_like_a_file(std::string_view word) {
  return word.ends_with(".yaml") || word.ends_with(".yml") || word.find('/') != std::string_view::npos;
}

std::string unknown_command(const CLI::App& program, const std::string& word) {
  auto known = commands_of(program);
  known.push_back("--help");  // for who writes `signpost help`
  return "there is no command " + in_quotes(word) + meant(word, known);
}

/// Options are the commands' own, so none may stand before.
std::string before_any_command(const CLI::App& program, const std::string& word) {
  const auto name = before_equals(word);
  const auto bare = name.substr(name.find_first_not_of('-'));
  if (command_named(program, bare) != nullptr)
    return in_quotes(name) + " is a command here: `signpost " + bare + "`";
  for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    if (option_named(*command, name) != nullptr)
      return in_quotes(name) + " stands behind a command, such as `signpost " + command->get_name() + " " +
             name + "`";
  }
  return "there is no option " + in_quotes(name) + "; a command comes first: " + [&] {
    const auto names = commands_of(program);
    return one_of({names.begin(), names.end()});
  }();
}

std::string unknown_option(const CLI::App& command, const std::string& word) {
  const auto name = before_equals(word);
  return command.get_name() + " has no option " + in_quotes(name) + meant(name, long_options(command));
}

std::string one_too_many(const CLI::App& command, const std::string& word) {
  std::string takes;
  for (const auto* argument : arguments_of(command))
    takes += (takes.empty() ? "" : " and ") + argument->get_name(true);
  const auto text = command.get_name() + " takes " + (takes.empty() ? "no argument" : takes) + ", and " +
                    in_quotes(word) + " is one too many";
  const bool names_file = is_like_a_file(word) && option_named(command, "--config") != nullptr;
  return names_file ? text + "; did you mean `--config " + word + "`?" : text;
}

std::string missing(const CLI::Option& argument) {
  return argument.get_name(true) + " is missing: " + argument.get_description();
}

/// A value that is missing, or an option that is written too often.
std::string wrong_count(const CLI::App& command, const std::vector<std::string>& words) {
  for (const auto* option : command.get_options()) {
    if (takes_value(*option) && option->count() > 1)
      return in_quotes(option->get_name()) + " is written " + std::to_string(option->count()) +
             " times; keep one";
  }
  const auto name = words.empty() ? "" : before_equals(words.back());
  const auto* last = option_named(command, name);
  if (last == nullptr || !takes_value(*last) || last->count() > 0) return {};
  return in_quotes(name) + " lacks its value: " + last->get_description();
}

/// Two options that exclude each other.
std::string contradiction(const CLI::App& command) {
  for (const auto* option : command.get_options()) {
    for (const auto* other : option->get_excludes()) {
      if (option->count() > 0 && other->count() > 0)
        return in_quotes(option->get_name()) + " and " + in_quotes(other->get_name()) +
               " do not go together; keep one";
    }
  }
  return {};
}

std::string needless_value(const CLI::App& command, const std::vector<std::string>& words) {
  for (const auto& word : words) {
    const auto name = before_equals(word);
    const auto* option = name == word ? nullptr : option_named(command, name);
    if (option != nullptr && !takes_value(*option))
      return in_quotes(name) + " takes no value; write it alone";
  }
  return {};
}

}  // namespace

std::shared_ptr<CLI::FormatterBase> terminal_help() { return std::make_shared<TerminalHelp>(); }

CLI::Validator one_of_words(std::vector<std::string> words) {
  const auto refuse = [words](std::string& word) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return std::string();
    return "takes " + one_of({words.begin(), words.end()}) + ", not " + in_quotes(word);
  };
  return CLI::Validator(refuse, "");
}

std::string misuse(const CLI::App& program, const std::vector<std::string>& words) {
  if (words.empty() || is_option(words.front())) return {};
  const auto* command = command_named(program, words.front());
  if (command == nullptr) return unknown_command(program, words.front());
  for (const auto& word : words) {
    if (word == "--") break;
    const auto twice = "-" + before_equals(word);
    const bool once = word.size() > 2 && word[0] == '-' && word[1] != '-';
    if (once && option_named(*command, twice) != nullptr)
      return in_quotes(before_equals(word)) + " is written with two hyphens: `" + twice + "`";
  }
  return {};
}

std::string misuse(const CLI::App& program, const std::vector<std::string>& words,
                   const CLI::ParseError& error) {
  if (const auto before = program.remaining(); !before.empty())
    return is_option(before.front()) ? before_any_command(program, before.front())
                                     : unknown_command(program, before.front());
  const auto* command = command_of(program);
  if (command == nullptr) return "a command is missing";
  const auto extra = command->remaining();
  const auto option = std::find_if(extra.begin(), extra.end(), is_option);
  if (option != extra.end()) return unknown_option(*command, *option);
  if (!extra.empty()) return one_too_many(*command, extra.front());
  for (auto said : {needless_value(*command, words), wrong_count(*command, words), contradiction(*command)})
    if (!said.empty()) return said;
  if (const std::string said = error.what(); said.find(": takes ") != std::string::npos)  // of one_of_words()
    return in_quotes(said.substr(0, said.find(": takes "))) + said.substr(said.find(": takes ") + 1);
  for (const auto* argument : arguments_of(*command))
    if (argument->get_required() && argument->count() == 0) return missing(*argument);
  return error.what();
}

std::string usage(const CLI::App& program) {
  const auto* command = command_of(program);
  const auto name = command == nullptr ? "signpost" : "signpost " + command->get_name();
  return TerminalHelp().make_usage(command == nullptr ? &program : command, name) + "`" + name +
         " --help` says more.\n";
}

}  // namespace signpost
