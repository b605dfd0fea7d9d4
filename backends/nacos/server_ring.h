// The servers of a cluster, and whose turn it is. The list may change while one of them is in use.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "backends/nacos/actions.h"
#include "dns/base/random.h"

namespace signpost::nacos {

/// The first server is drawn, so that a thousand clients do not all take the same; then the list goes round.
/// One owner, one thread.
class ServerRing {
 public:
  ServerRing(std::vector<Server> servers, Random& random) : servers_(std::move(servers)) { draw(random); }

  bool empty() const noexcept { return servers_.empty(); }
  std::size_t size() const noexcept { return servers_.size(); }
  bool contains(const Server& server) const {
    return std::find(servers_.begin(), servers_.end(), server) != servers_.end();
  }
  /// Not of an empty ring.
  const Server& current() const { return servers_[at_]; }
  void advance() noexcept {
    if (!servers_.empty()) at_ = (at_ + 1) % servers_.size();
  }

  /// The server of the moment stays current where it is still one of them; else one is drawn.
  void replace(std::vector<Server> servers, Random& random) {
    const bool had = !servers_.empty();
    const auto before = had ? current() : Server{};
    servers_ = std::move(servers);
    const auto found = std::find(servers_.begin(), servers_.end(), before);
    if (had && found != servers_.end()) {
      at_ = static_cast<std::size_t>(found - servers_.begin());
    } else {
      draw(random);
    }
  }

 private:
  void draw(Random& random) {
    at_ = servers_.empty() ? 0 : static_cast<std::size_t>(random.below(servers_.size()));
  }

  std::vector<Server> servers_;
  std::size_t at_ = 0;
};

}  // namespace signpost::nacos
