// Who may look at every query and its answer: the query log and dnstap. Off unless the configuration asks for
// it; then a worker pays a load and a branch a query.
#pragma once

#include <cstdint>
#include <span>

#include "dns/query/query.h"

namespace signpost {

class Tap {
 public:
  virtual ~Tap() = default;
  /// On the thread of context.worker, for each query that is done with: `response` is empty where silence was
  /// the answer. The octets are good for the call only. Never waits, allocates or locks.
  virtual void note(const QueryContext& context, std::span<const std::uint8_t> query,
                    std::span<const std::uint8_t> response) noexcept = 0;
};

}  // namespace signpost
