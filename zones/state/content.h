// What is to be written of one registry, as it goes from the thread that owns the services to the one that
// writes.
#pragma once

#include <cstdint>

#include "zones/state/format.h"
#include "zones/state/records.h"

namespace signpost::state {

/// Generation and time are the writer's.
struct Content {
  Source source;
  std::uint32_t packed_version = 0;
  std::uint64_t revision = 0;
  bool complete = false;
  Records records;
};

}  // namespace signpost::state
