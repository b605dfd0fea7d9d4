// The listeners beside DNS: health, ready, metrics and the admin socket, at the start and when a reload
// changes them.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "dns/admin/admin.h"
#include "dns/base/result.h"
#include "dns/socket_store.h"

namespace signpost {

/// Main thread.
class Doors {
 public:
  /// What is open but not served yet; dropping it closes it.
  struct Plan {
    struct Opened {
      admin::Door door;
      std::string wanted;
      admin::ListenSocket socket;
    };
    std::vector<Opened> opened;
    std::vector<admin::Door> closed;
    std::vector<std::pair<admin::Door, std::string>> kept;  // written otherwise now, and the same
  };

  /// Both outlive it.
  Doors(admin::Admin& admin, SocketStore& sockets) : admin_(admin), sockets_(sockets) {}

  /// Opens what differs from now, also where the new address overlaps with one that goes; the first time what
  /// was handed down comes before new sockets. The error names the key, the address and what would be right;
  /// nothing has changed then.
  Result<Plan> plan(const config::Listen& next);
  /// Serves the new ones, then closes the old; requests under way are answered.
  void take(Plan plan);
  std::vector<admin::ListenerReport> reports() const;

 private:
  struct Served {
    std::string wanted;  // as the configuration has it; port 0 may stand there
    admin::ListenerReport report;
    int descriptor;  // the admin's, until the door closes
  };

  Result<admin::ListenSocket> open(admin::Door door, const std::string& text, std::span<const int> leaving);

  admin::Admin& admin_;
  SocketStore& sockets_;
  bool first_ = true;  // nothing was taken yet
  std::map<admin::Door, Served> served_;
};

}  // namespace signpost
