// One thread that answers: all its sockets, its responder, its counters.
//
// It spins over the UDP sockets that have packets, a batch at a time, looks at everything else (TCP, its
// eventfd, deadlines) between every few batches, and sleeps in epoll_wait when there is nothing to do.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "dns/query/counters.h"
#include "dns/query/deferral.h"
#include "dns/query/responder.h"
#include "dns/transport/connection_limits.h"
#include "dns/transport/heavy_sources.h"
#include "dns/transport/options.h"
#include "dns/transport/queue_age.h"
#include "dns/transport/queue_length.h"
#include "dns/transport/socket.h"
#include "dns/transport/tcp_service.h"
#include "dns/transport/udp_batch.h"

namespace signpost {

class Worker {
 public:
  struct Address {
    SocketAddress bound;
    ListenSockets sockets;
  };

  /// Any thread; throws std::system_error when the kernel has no descriptors left.
  Worker(unsigned index, std::vector<Address> addresses, const ServerOptions& options,
         std::unique_ptr<Responder> responder, ConnectionLimits& limits);
  /// stop() first, if it was started.
  ~Worker();

  void start();
  /// Any thread: answers what has come, then ends; join() waits for that and closes the sockets.
  void stop() noexcept;
  void join();

  /// Any thread: the worker runs begin_batch() and idle() soon, whether queries come or not.
  void wake() noexcept;
  /// Any thread: the worker stores the time at which it sees this; last_pong() is that of the latest one
  /// seen.
  void ping() noexcept;
  Monotonic last_pong() const noexcept { return Monotonic(Duration(pong_.load(std::memory_order_acquire))); }

  const WorkerCounters& counters() const noexcept { return counters_; }
  BusyNames& names() noexcept { return counters_.names; }

 private:
  struct UdpSocket {
    int descriptor;
    SocketAddress bound;
    bool wildcard;
    QueueLength queue;
    QueueAge age;
    bool ready = true;    // may have datagrams: set by epoll, cleared when there were none
    bool watched = true;  // by epoll
    unsigned rounds = 0;  // batches since there were none
  };

  static constexpr unsigned kAhead = 16;  // parsed together: 5 KB of queries, which stay in the first cache

  void run() noexcept;
  bool serve_udp() noexcept;
  void begin_batch() noexcept;
  bool watch(std::size_t socket_index, bool on) noexcept;
  unsigned serve_batch(std::size_t socket_index) noexcept;
  void look_at_queue(UdpSocket& socket, unsigned count, Monotonic now) noexcept;
  bool is_too_old(unsigned index) const noexcept;
  void answer_some(std::size_t socket_index, unsigned first, unsigned end, QueryContext& context) noexcept;
  void poll(bool may_wait) noexcept;
  int wait_milliseconds(Monotonic now) const noexcept;
  void on_wake() noexcept;
  void ask_deferred_again(Monotonic now) noexcept;
  bool resume_udp(const DeferralTable::Waiting& waiting) noexcept;
  void drain() noexcept;

  const unsigned index_;
  const ServerOptions& options_;
  std::vector<Address> addresses_;
  std::unique_ptr<Responder> responder_;
  RulesReader rules_;
  FileDescriptor epoll_, wake_;
  std::vector<UdpSocket> udp_;
  std::uint16_t udp_size_ = 0;  // what the sockets were last set for
  UdpBatch batch_;
  WallTime batch_wall_{};
  bool batch_is_late_ = false;  // its first query is too old
  std::unique_ptr<std::array<Asked, kAhead>> asked_;
  DeferralTable deferrals_;
  WorkerCounters counters_;
  TcpService tcp_;
  HeavySources heavy_;
  std::thread thread_;

  alignas(64) std::atomic<bool> stopping_{false};  // written by others; the worker only reads
  std::atomic<Duration::rep> pong_{0};
};

}  // namespace signpost
