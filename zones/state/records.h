// Services as a state file holds them, before they are in one: made in steps by the thread that owns the
// services, written later by another.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/registry/service_state.h"

namespace signpost::state {

class Records {
 public:
  /// False: the service is left out, since a part of its key has more than 65,535 octets; nothing that DNS
  /// can say has. Copies, and makes room for many services at once.
  bool add(const ServiceKey& key, std::string_view packed);
  std::uint64_t count() const noexcept { return count_; }
  /// All of them, one behind the other, in pieces.
  const std::vector<std::string>& pieces() const noexcept { return pieces_; }

 private:
  std::vector<std::string> pieces_;
  std::uint64_t count_ = 0;
};

}  // namespace signpost::state
