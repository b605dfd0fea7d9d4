// A services file as it is written, before it becomes ServiceStates: the structs that the option tables fill.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/option.h"

namespace signpost::file {

struct WrittenInstance {
  std::vector<IpAddress> addresses;  // one, or one of each family
  std::optional<std::uint16_t> port;
  std::vector<Port> ports;
  double weight = 1;
  bool healthy = true;
  bool draining = false;  // serving, but on its way out; says nothing when `healthy` is false
  bool enabled = true;
  std::string zone;
  std::string region;
  std::string node;
  std::string cluster;
  std::string version;
  std::vector<std::string> tags;
  Metadata metadata;
  config::Mark mark;
};

struct WrittenService {
  std::string name;
  std::vector<Port> ports;
  Metadata metadata;
  std::vector<WrittenInstance> instances;
  config::Mark mark;
};

struct WrittenFile {
  std::vector<WrittenService> services;
};

const config::Table<WrittenFile>& file_table();

}  // namespace signpost::file
