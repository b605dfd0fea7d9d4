// Since when each server is known to live and to hold services: what makes its word worth something when
// another one may have forgotten (zones/guard/opinion.h). No I/O, no clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/nacos/actions.h"
#include "dns/base/clock.h"

namespace signpost::nacos {

/// One owner, one thread.
class ServersSeen {
 public:
  /// A gap between two proofs that is longer may hide a restart: a Java server needs 4-5 s for its start
  /// alone (L12), and then lacks its publishers for as long again (L14).
  static constexpr std::chrono::seconds kGap{15};

  /// The server has just proved that it lives and holds services.
  void proved(const Server& server, Monotonic now) {
    auto& seen = seen_[{server.host, server.port}];
    if (seen.since == Monotonic{} || now - seen.last > kGap) seen.since = now;
    seen.last = now;
  }
  /// It failed, or a connection to it broke: it may have restarted.
  void broken(const Server& server) { seen_.erase({server.host, server.port}); }
  /// How long without a break; zero when it is not known to live now.
  Duration unbroken(const Server& server, Monotonic now) const {
    const auto found = seen_.find({server.host, server.port});
    if (found == seen_.end() || now - found->second.last > kGap) return Duration::zero();
    return found->second.last - found->second.since;
  }
  /// The server of the list that is known for longest, but not `followed`; among equals each has its turn.
  std::optional<Server> best_other(const std::vector<Server>& servers, const Server& followed,
                                   std::size_t turn, Monotonic now) const {
    std::optional<Server> best;
    for (std::size_t i = 0; i < servers.size(); ++i) {
      const auto& server = servers[(i + turn) % servers.size()];
      if (server == followed) continue;
      if (!best || unbroken(server, now) > unbroken(*best, now)) best = server;
    }
    return best;
  }

 private:
  struct Seen {
    Monotonic since{};
    Monotonic last{};
  };
  std::map<std::pair<std::string, std::uint16_t>, Seen> seen_;
};

}  // namespace signpost::nacos
