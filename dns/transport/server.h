// The workers of one program, and the sockets they listen on.
//
// The life of a server: open() opens every socket or none and asks the factory for a responder each; begin()
// starts the threads; the program reads counters and asks for signs of life meanwhile; change() moves it to
// other addresses or another number of workers while it answers; stop() lets the workers answer what has
// come, and ends.
#pragma once

#include <memory>
#include <vector>

#include "dns/base/ip_address.h"
#include "dns/base/result.h"
#include "dns/query/counters.h"
#include "dns/query/responder.h"
#include "dns/transport/inherited.h"
#include "dns/transport/listeners.h"
#include "dns/transport/options.h"

namespace signpost {

class Server {
 public:
  /// UDP and TCP on every address; port 0: one that is free for both, see addresses(). `workers` 0 means 1;
  /// what `auto` means says worker_count.h. Sockets that were handed down come before new ones; change()
  /// opens those that are missing beside them. The factory, the clock and the admission policy in `options`
  /// must outlive the server.
  static Result<std::unique_ptr<Server>> open(const std::vector<SocketAddress>& addresses, unsigned workers,
                                              const ServerOptions& options, ResponderFactory& factory,
                                              InheritedSockets& inherited);
  /// Reads what comes from here on. Queries have waited in the sockets since open().
  Result<void> begin();
  /// open() without anything handed down, and begin().
  static Result<std::unique_ptr<Server>> start(const std::vector<SocketAddress>& addresses, unsigned workers,
                                               const ServerOptions& options, ResponderFactory& factory);
  /// stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Main thread, after begin(): listens on these addresses with so many workers, and loses no query of an
  /// address that stays. Addresses come before others go. Sockets of an address that stays are kept, whatever
  /// the number of workers, and dealt anew; of one that goes, what waits is answered before it closes.
  /// Workers that are too many go on with their TCP clients, who are told that it ends (E17), and deferred
  /// queries. An error says which address cannot be opened, and then nothing has changed. Waits until all
  /// workers have taken their sockets over, some microseconds; one that hangs, for two seconds.
  Result<void> change(const std::vector<SocketAddress>& addresses, unsigned workers);
  /// Main thread: TCP connections go by these from now on, those that are open as well: who has been idle for
  /// longer, or is one too many and idle, is closed, the one that was idle longest first. Replies that are
  /// due go out before.
  void limit_tcp(const TcpLimits& limits) noexcept;
  /// Main thread: reads nothing more, for another process answers at the same sockets. TCP clients and
  /// deferred queries are served on, for 30 s at most, until has_retired().
  void retire();
  bool has_retired() const noexcept;

  /// What was asked for, in that order, with real ports; until the next change. Main thread.
  const std::vector<SocketAddress>& addresses() const noexcept;
  /// With their sockets; none after stop(). Main thread.
  const std::vector<Listener>& listeners() const noexcept;
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

  /// Any thread, never waits: asks every worker a query through a socket of its own.
  void ask_all() noexcept;
  /// Any thread: when the latest question was asked that the slowest worker has answered; not before it
  /// began.
  Monotonic oldest_sign() const noexcept;

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace signpost
