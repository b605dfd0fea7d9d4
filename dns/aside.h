// What a configuration would answer, made aside: no socket, no registry is asked.
//
// Zones have what is written in them and in the services files, and what state files have of other registries
// (known_states.h); a zone that needs one of which nothing is known is cold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dns/base/result.h"
#include "dns/check.h"

namespace signpost {

class KnownStates;

class Aside {
 public:
  /// Makes the whole world and waits for it: for thousands of services a second or so. What is known counts
  /// as told just now: nothing is stale, and lifetimes are those of the zone.
  Aside(const Checked& checked, KnownStates& states);
  ~Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  /// The records of a zone, a line each, sorted; the SOA of one with registries has the serial 0, since how
  /// often a world changed while it was made says nothing. The error says why nothing is known.
  Result<std::vector<std::string>> records(const std::string& zone);

 private:
  class World;
  std::unique_ptr<World> world_;
};

}  // namespace signpost
