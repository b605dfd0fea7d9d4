// The addresses that a server listens on and the sockets of each, apart from the workers that read them.
//
// A socket that closes takes its queue along, and with SO_REUSEPORT the flows of all others are dealt anew
// (operations.md 7.4). So a socket once open stays open while its address is listened on: workers come and
// go, and the sockets are spread over those that there are.
#pragma once

#include <memory>
#include <vector>

#include "dns/base/ip_address.h"
#include "dns/base/result.h"
#include "dns/transport/file_descriptor.h"
#include "dns/transport/inherited.h"
#include "dns/transport/socket.h"

namespace signpost {

struct ListenSocket {
  FileDescriptor descriptor;
  SocketAddress bound;
};
/// Closes when the last worker that may read it or reply from it has let go.
using SharedSocket = std::shared_ptr<const ListenSocket>;

/// One address of the configuration.
struct Listener {
  SocketAddress wanted;  // port 0 may stand here
  SocketAddress bound;   // with the port that it became
  std::vector<SharedSocket> udp, tcp;
  bool grows = true;        // more sockets may be opened for it; false: they are another program's to open
  bool opened_here = true;  // rather than handed down
};

/// What one worker reads.
struct WorkerSockets {
  std::vector<SharedSocket> udp, tcp;
};

/// Values: a set that is to be is made beside the one that is, and shares its sockets. One thread.
class Listeners {
 public:
  Listeners() = default;
  /// The set for these addresses and so many workers: what is listened on already is kept, then taken from
  /// `inherited`, then opened. An error leaves everything as it is.
  /// What was handed down is not added to here: a socket more takes its part of the queries at once, and who
  /// opens it may not be answering yet. The next change does.
  Result<Listeners> changed(const std::vector<SocketAddress>& addresses, unsigned workers,
                            const SocketOptions& options, InheritedSockets& inherited) const;

  const std::vector<Listener>& all() const noexcept { return listeners_; }
  /// One entry a worker. Each socket is read by somebody, and each worker reads each address: where there are
  /// fewer sockets than workers some share one.
  std::vector<WorkerSockets> spread(unsigned workers) const;
  bool has(const SharedSocket& socket) const noexcept;

 private:
  Result<Listener> make(const SocketAddress& wanted, const Listeners& before, const SocketOptions& options,
                        InheritedSockets& inherited) const;
  bool overlaps(const SocketAddress& address) const noexcept;
  std::vector<Listener> listeners_;
};

}  // namespace signpost
