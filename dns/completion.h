// The commands and options that the command line knows, as plain data; and shell completion made from them.
#pragma once

#include <string>
#include <vector>

namespace signpost {

struct CompletedOption {
  std::vector<std::string> names;  // "-c", "--config"
  std::string help;                // one line
  bool takes_value = false;
  bool takes_file = false;  // the value is a path
  std::string value = {};   // what a manual calls it; empty: none
  std::string fallback = {};
};

struct CompletedArgument {
  std::string name;  // "ZONE"
  std::string help;
  bool required = false;
};

struct CompletedCommand {
  std::string name;
  std::string help;
  std::vector<CompletedOption> options;
  std::vector<std::string> words = {};  // what its first argument may be, where that is a fixed list
  bool takes_file = false;              // its arguments are paths
  std::vector<CompletedArgument> arguments = {};
  std::string more = {};  // sentences that only a manual has room for
};

/// A script for `source <(signpost completion bash)`; needs nothing but bash 4.
std::string bash_completion(const std::vector<CompletedCommand>& commands);
/// A script for a file `_signpost` in a directory of $fpath, or for `source` after compinit.
std::string zsh_completion(const std::vector<CompletedCommand>& commands);

}  // namespace signpost
