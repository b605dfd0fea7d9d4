// From a configuration file to checked values, or to the list of everything that is wrong with it.
//
// The life of a configuration file: read_file.h reads it whole, node.h turns the text into a tree whose nodes
// know their line and column, the tables of options.h read the tree into the values of config.h, checks.h
// compares the values with each other. Every step adds to one Report and goes on, so that a person sees all
// mistakes at once.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/report.h"
#include "dns/base/result.h"

namespace signpost::config {

struct Loaded {
  Config config;
  std::vector<std::string> warnings;  // "signpost.yaml:12:8: what, and what would be right"
};

/// What could be read of a configuration, right or wrong. Where it is wrong an option has its default, and a
/// zone whose name is wrong is missing: only for who looks for more mistakes.
struct Attempt {
  Config config;
  std::map<std::string, Place> places;  // of the values at the top: "state_directory", "zones"
  Diagnostics findings;
  bool failed = false;
};

/// Any thread; never throws. A relative path inside the file is taken relative to the file's directory.
/// The error lists every mistake, in the order of the lines; a file that cannot be read is one of them.
Result<Loaded, Diagnostics> load_file(const std::string& path);

/// The same for who goes on after mistakes.
Attempt attempt_file(const std::string& path);

/// load_file() for a text at hand. `file_name` opens every message and gives the directory of relative paths.
Result<Loaded, Diagnostics> load_text(std::string_view text, const std::string& file_name);

}  // namespace signpost::config
