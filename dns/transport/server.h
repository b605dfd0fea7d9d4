// The workers of one program, and the sockets they listen on.
//
// The life of a server: start() opens every socket or none, asks the factory for a responder each and starts
// the threads; the program reads counters and pings meanwhile; stop() lets the workers answer what has come,
// and ends.
#pragma once

#include <memory>
#include <vector>

#include "dns/base/ip_address.h"
#include "dns/base/result.h"
#include "dns/query/counters.h"
#include "dns/query/responder.h"
#include "dns/transport/options.h"

namespace signpost {

class Server {
 public:
  /// UDP and TCP on every address; port 0: one that is free for both, see addresses(). `workers` 0 means 1;
  /// what `auto` means says worker_count.h. The factory is used here only; the clock and the admission policy
  /// in `options` must outlive the server.
  static Result<std::unique_ptr<Server>> start(const std::vector<SocketAddress>& addresses, unsigned workers,
                                               const ServerOptions& options, ResponderFactory& factory);
  /// stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// What was asked for, in that order, with real ports.
  const std::vector<SocketAddress>& addresses() const noexcept { return addresses_; }
  unsigned worker_count() const noexcept;

  /// Main thread. Stops listening after what has come was answered, within a second; then all threads are
  /// gone.
  void stop() noexcept;

  /// Any thread: the sum over all workers, at about the same moment.
  CounterTotals counters() const noexcept;
  /// One thread at a time: counts from now on which names are asked for most, or no longer.
  void watch_names(bool on);
  /// The same thread: what all workers counted up to the last call, the busiest first.
  std::vector<BusyName> take_names(std::size_t most);

  /// Any thread, never waits: has every worker's responder look at the world soon, though no query comes, and
  /// asks for a sign of life. Workers give it between two batches.
  void wake_all() noexcept;
  /// How long ago the slowest worker gave its last sign of life (since start at the latest).
  Duration oldest_pong_age() const noexcept;

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts, std::vector<SocketAddress> addresses);

  std::unique_ptr<Parts> parts_;
  std::vector<SocketAddress> addresses_;
};

}  // namespace signpost
