// A configuration as lines of what is written, so that two of them can be compared and the differences named.
#pragma once

#include <string>
#include <vector>

namespace signpost::config {

struct Node;

/// "zones[demo.internal].ttl" and "33"; a list of scalars is one value, "[a, b]"; an empty section "{}".
struct Setting {
  std::string path;
  std::string value;
  friend bool operator==(const Setting&, const Setting&) = default;
};
using Settings = std::vector<Setting>;

/// In the order written. An item of a list of sections goes by its `name` where it has one that no earlier
/// item has, else by its number from 1. Nothing in it is secret: secrets stand in files of their own.
Settings settings_of(const Node& document);

/// "zones[demo.internal].ttl: 5 -> 33", "workers: 2 (was not written)", "log.level: no longer written (was
/// debug)"; a whole zone, registry or section that comes or goes is one line. In the order of the paths.
std::vector<std::string> differences(const Settings& before, const Settings& after);

}  // namespace signpost::config
