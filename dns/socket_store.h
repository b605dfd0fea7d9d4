// Our listening sockets, and who keeps copies of them for whoever comes after us.
//
// A service manager with room for it (systemd's FileDescriptorStoreMax), or the parent of `signpost run
// --hold`, gets each socket that we open, under a name, and hands all of them to the next process that it
// starts. What comes while nobody answers waits in them.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "dns/admin/http_server.h"
#include "dns/admin/listen_socket.h"
#include "dns/base/result.h"
#include "dns/transport/inherited.h"
#include "dns/transport/listeners.h"

namespace signpost {

class Notifier;

/// Main thread.
class SocketStore {
 public:
  /// `manager` outlives it.
  SocketStore(const Notifier& manager, InheritedSockets inherited);

  /// For Server::open().
  InheritedSockets& inherited() noexcept { return inherited_; }
  /// DNS sockets were handed down: what was asked meanwhile waits in them.
  bool takes_over() const noexcept { return takes_over_; }

  /// A door's listener: what was handed down for it, or a new one, which is stored.
  Result<admin::ListenSocket> open_door(admin::Door door, const SocketAddress& address);
  Result<admin::ListenSocket> open_admin(const std::string& path);
  /// One that was opened elsewhere is stored in the place of what was stored for this door.
  void keep_door(admin::Door door, const admin::ListenSocket& socket);
  /// It is not listened on any more.
  void drop_door(admin::Door door);
  /// After each change of the server: the new sockets are stored, and addresses that went are let go.
  void keep(const std::vector<Listener>& listeners);
  /// Once we answer: closes what was handed down and no entry of `listen` names, and says so.
  void close_rest();

 private:
  Result<admin::ListenSocket> stored(admin::Door door, Result<admin::ListenSocket> opened);
  void store(const std::string& name, std::span<const int> descriptors);
  void unstore(const std::string& name);

  const Notifier& manager_;
  InheritedSockets inherited_;
  const bool takes_over_;
  std::set<ino_t> known_;         // those that the manager has
  std::set<std::string> stored_;  // their names there
};

}  // namespace signpost
