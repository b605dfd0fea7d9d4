// Where a value was written, and the units of time: what every part of the configuration is made with.
#pragma once

#include <chrono>
#include <string>

namespace signpost::config {

using Seconds = std::chrono::seconds;
using Milliseconds = std::chrono::milliseconds;

/// Where a value was written: "signpost.yaml:12:8"; for messages that come after parsing.
struct Place {
  std::string file;
  int line = 0;    // from 1
  int column = 0;  // from 1
  std::string to_string() const;
};

}  // namespace signpost::config
