// One thread that answers: its sockets, its responder, its counters.
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
#include "dns/transport/listeners.h"
#include "dns/transport/options.h"
#include "dns/transport/queue_age.h"
#include "dns/transport/queue_length.h"
#include "dns/transport/self_query.h"
#include "dns/transport/tcp_service.h"
#include "dns/transport/udp_batch.h"

namespace signpost {

class Worker {
 public:
  /// Any thread; throws std::system_error when the kernel has no descriptors left.
  Worker(unsigned index, WorkerSockets sockets, const Listeners& listeners, const ServerOptions& options,
         std::unique_ptr<Responder> responder, ConnectionLimits& limits);
  /// stop() first, if it was started.
  ~Worker();

  void start();
  /// Any thread: answers what has come, then ends; join() waits for that and lets go of the sockets.
  void stop() noexcept;
  void join();

  /// Main thread: these are the sockets to read from the next look on. Those it had that are not among
  /// `listeners` nobody reads any more, so what waits in them is answered first. A worker that hangs takes
  /// them when it hangs no more; one that has ended begins anew.
  void change(WorkerSockets sockets, const Listeners& listeners);
  /// Main thread, like change(): reads nothing more, keeps these to reply from, and ends when its clients
  /// have gone and nothing is deferred, or after kRetireTime. What has its mailbox may go on using it.
  void retire(WorkerSockets sockets, const Listeners& listeners);
  /// Main thread: it has taken what change() or retire() said last, and what it had before is let go.
  bool has_changed();
  /// Any thread: its thread is at its end, or was never started.
  bool has_ended() const noexcept { return ended_.load(std::memory_order_acquire); }

  /// Any thread, never waits: asks it for a sign of life, which is the answer to a query of our own.
  void ask() noexcept;
  /// Any thread: when the latest question was asked that it has answered.
  Monotonic last_sign() noexcept;

  /// Any thread, never waits: has it look at its deadlines and at what it was offered.
  void wake() noexcept;

  const WorkerCounters& counters() const noexcept { return counters_; }
  BusyNames& names() noexcept { return counters_.names; }

 private:
  struct UdpSocket {
    int descriptor;
    SocketAddress bound;
    bool wildcard;
    bool own;  // the self-query's
    QueueLength queue;
    QueueAge age;
    bool ready = true;     // may have datagrams: set by epoll, cleared when there were none
    bool watched = false;  // by epoll
    unsigned rounds = 0;   // batches since there were none
  };
  /// What it listens on; made on the main thread, taken by a swap.
  struct Sockets {
    std::vector<UdpSocket> udp;
    std::vector<int> tcp;
    WorkerSockets held;
    std::vector<int> listening;  // all that somebody reads from now on
    bool reads = true;
  };
  struct Offer {
    Sockets sockets;
    std::atomic<bool> taken{false};  // then it is what the worker had before
  };

  static constexpr Duration kRetireTime = std::chrono::seconds(30);
  static constexpr unsigned kAhead = 16;  // parsed together: 5 KB of queries, which stay in the first cache

  void prepare(Sockets& out, WorkerSockets sockets, const Listeners& listeners, bool reads) const;
  void offer(WorkerSockets sockets, const Listeners& listeners, bool reads);
  void drop_offers();
  void take_sockets() noexcept;
  void finish_what_ends(const Sockets& next) noexcept;
  const UdpSocket* socket_of(const SocketAddress& local) const noexcept;
  bool is_done() const noexcept;

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
  std::unique_ptr<Responder> responder_;
  RulesReader rules_;
  FileDescriptor epoll_, wake_;
  Sockets sockets_;
  std::uint16_t udp_size_ = 0;  // what the sockets were last set for
  UdpBatch batch_;
  WallTime batch_wall_{};
  bool batch_is_late_ = false;  // its first query is too old
  std::unique_ptr<std::array<Asked, kAhead>> asked_;
  DeferralTable deferrals_;
  WorkerCounters counters_;
  SelfQuery self_;
  const Rules self_rules_;  // nobody is refused
  WorkerCounters self_counters_;
  TcpService tcp_;
  HeavySources heavy_;
  std::thread thread_;

  std::vector<std::unique_ptr<Offer>> offers_;  // main thread: each lives until the worker is through with it
  Monotonic retire_at_ = Monotonic::max();

  alignas(64) std::atomic<bool> stopping_{false};  // written by others; the worker only reads
  std::atomic<Offer*> offered_{nullptr};           // taken by the worker, or back by the main thread
  std::atomic<bool> ended_{true};
  std::atomic<Duration::rep> woken_{0};  // when it last took a wake-up
};

}  // namespace signpost
