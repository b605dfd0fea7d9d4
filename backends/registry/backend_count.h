// What a backend counts, and of which objects.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace signpost {

/// An object of the registry of which something was left out, as it is now.
struct SkippedObject {
  std::string object;  // "EndpointSlice shop/cart-x1": for people
  std::string
      service;  // the service that it is of, as ServiceKey spells it without the registry; may be empty
  std::uint64_t times = 0;
};

/// One counter of a backend, for /metrics: signpost_registry_<name>_total{registry, reason}.
struct BackendCount {
  std::string name;    // "skipped", "relists", "reconnects", "requests_failed": the field's words
  std::string reason;  // may be empty
  std::uint64_t value = 0;
  std::vector<SkippedObject> of = {};  // "skipped": the last objects it counted, for status and explain
};

}  // namespace signpost
