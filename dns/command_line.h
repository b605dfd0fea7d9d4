// How the command line speaks: help that fits a terminal, and what is wrong with words that are no command.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace signpost {

/// Descriptions in lines that fit 80 columns.
std::shared_ptr<CLI::FormatterBase> terminal_help();

/// Refuses all but these: "takes bash or zsh, not `fish`".
CLI::Validator one_of_words(std::vector<std::string> words);

/// What is wrong with `words` (without the program's own name) and what would be right, where that can be
/// seen before they are parsed; empty: nothing. CLI11 takes the `-config` of other programs for `-c onfig`.
std::string misuse(const CLI::App& program, const std::vector<std::string>& words);

/// The same for words at which `program.parse()` has just thrown `error`.
std::string misuse(const CLI::App& program, const std::vector<std::string>& words,
                   const CLI::ParseError& error);

/// What follows it: how the command at hand is used, and where more is said.
std::string usage(const CLI::App& program);

}  // namespace signpost
