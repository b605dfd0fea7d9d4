// What a configuration would answer, made aside: no socket, no registry is asked.
//
// Zones have what is written in them and in the services files; of other registries nothing is known here,
// and a zone that needs one of them is cold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dns/base/result.h"
#include "dns/check.h"

namespace signpost {

class Aside {
 public:
  /// Makes the whole world and waits for it: for thousands of services a second or so.
  explicit Aside(const Checked& checked);
  ~Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  /// The records of a zone, a line each, sorted; the error says why nothing is known.
  Result<std::vector<std::string>> records(const std::string& zone);

 private:
  class World;
  std::unique_ptr<World> world_;
};

}  // namespace signpost
