#include "dns/completion.h"

#include <string_view>

namespace signpost {
namespace {

/// For a word between single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c == '\n' ? ' ' : c);
  return out + "'";
}

std::string names_of(const std::vector<CompletedCommand>& commands) {
  std::string names;
  for (const auto& command : commands) names += (names.empty() ? "" : " ") + command.name;
  return names;
}

std::string option_names(const CompletedCommand& command) {
  std::string names;
  for (const auto& option : command.options) {
    for (const auto& name : option.names) names += (names.empty() ? "" : " ") + name;
  }
  return names;
}

/// "-c|--config" of all options that `fits` picks.
template <class Fits>
std::string alternatives(const CompletedCommand& command, const Fits& fits) {
  std::string names;
  for (const auto& option : command.options) {
    if (!fits(option)) continue;
    for (const auto& name : option.names) names += (names.empty() ? "" : "|") + name;
  }
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Sets `takes` (nothing, file or value) for the option before the word, `options`, `words` and `files`.
std::string bash_case(const CompletedCommand& command) {
  const auto is_file = [](const CompletedOption& option) { return option.takes_file; };
  const auto is_value = [](const CompletedOption& option) {
    return option.takes_value && !option.takes_file;
  };
  std::string text = "    " + command.name + ")\n";
  text += "      options=" + quoted(option_names(command)) + " words=" + quoted(joined(command.words)) +
          " files=" + (command.takes_file ? "1" : "''") + "\n";
  const auto files = alternatives(command, is_file);
  const auto values = alternatives(command, is_value);
  if (!files.empty() || !values.empty()) {
    text += "      case $previous in";
    if (!files.empty()) text += " " + files + ") takes=file ;;";
    if (!values.empty()) text += " " + values + ") takes=value ;;";
    text += " esac\n";
  }
  return text + "      ;;\n";
}

std::string zsh_case(const CompletedCommand& command) {
  std::string text = "    " + command.name + ")\n      _arguments";
  for (const auto& option : command.options) {
    const auto value = !option.takes_value ? "" : option.takes_file ? ":file:_files" : ":value: ";
    std::string help;
    for (const char c : option.help) help += c == '[' || c == ']' || c == ':' ? ' ' : c;
    for (const auto& name : option.names) text += " \\\n        " + quoted(name + "[" + help + "]" + value);
  }
  if (!command.words.empty()) {
    text += " \\\n        " + quoted("1: :(" + joined(command.words) + ")");
  } else {
    text += command.takes_file ? " \\\n        '*:file:_files'" : " \\\n        '*: : '";
  }
  return text + "\n      ;;\n";
}

}  // namespace

std::string bash_completion(const std::vector<CompletedCommand>& commands) {
  std::string text =
      "# Completion of signpost for bash: source <(signpost completion bash)\n"
      "_signpost() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local takes='' options='' words='' files=''\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    mapfile -t COMPREPLY < <(compgen -W " +
      quoted(names_of(commands) + " --help") +
      " -- \"$word\")\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const auto& command : commands) text += bash_case(command);
  text +=
      "    *) return ;;\n"
      "  esac\n"
      "  COMPREPLY=()\n"
      "  if [[ $takes == value ]]; then return; fi\n"
      "  if [[ $takes == file ]]; then\n"
      "    compopt -o filenames 2>/dev/null || true\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
      "  elif [[ $word == -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
      "  elif [[ -n $files ]]; then\n"
      "    compopt -o filenames 2>/dev/null || true\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
      "  else\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "  fi\n"
      "}\n"
      "complete -F _signpost signpost\n";
  return text;
}

std::string zsh_completion(const std::vector<CompletedCommand>& commands) {
  std::string text =
      "#compdef signpost\n"
      "# Completion of signpost for zsh: signpost completion zsh > DIRECTORY_OF_FPATH/_signpost\n"
      "_signpost() {\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const auto& command : commands) {
    std::string help;
    for (const char c : command.help) help += c == ':' ? ' ' : c;
    text += "    " + quoted(command.name + ":" + help) + "\n";
  }
  text +=
      "  )\n"
      "  if ((CURRENT == 2)); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  local command=${words[2]}\n"
      "  shift words\n"
      "  ((CURRENT--))\n"
      "  case $command in\n";
  for (const auto& command : commands) text += zsh_case(command);
  text +=
      "  esac\n"
      "}\n"
      // zsh runs the file in the place of the function when it is wanted for the first time.
      "if [[ $funcstack[1] == _signpost ]]; then _signpost \"$@\"; else compdef _signpost signpost; fi\n";
  return text;
}

}  // namespace signpost
