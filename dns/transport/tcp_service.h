// DNS over TCP for one worker (RFC 7766): accepts, reads messages with their two-octet lengths, answers.
//
// The life of a connection: accepted within the limits (T6); octets are read into one buffer that all
// connections of the worker share, whole messages are handled from there and their replies gathered and
// written together (T2, T3). Only what is left over - half a message, replies that the client does not take -
// moves to a block of the connection's own. While replies wait nothing is read. It ends when the client goes,
// or at one of its deadlines.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dns/query/deferral.h"
#include "dns/query/process.h"
#include "dns/transport/connection.h"
#include "dns/transport/connection_limits.h"
#include "dns/transport/options.h"

namespace signpost {

/// What the services of one worker share. All of it is the worker's, but for the limits.
struct WorkerParts {
  unsigned index;
  const ServerOptions& options;
  Responder& responder;
  RulesReader& rules;
  WorkerCounters& counters;
  DeferralTable& deferrals;
};

class TcpService {
 public:
  /// epoll data of this service's descriptors: kConnectionTag | generation and index of connection, or
  /// kListenerTag | index of listener.
  static constexpr std::uint64_t kConnectionTag = std::uint64_t{1} << 62;
  static constexpr std::uint64_t kListenerTag = std::uint64_t{1} << 61;
  /// Deferred queries of this service have this bit in their origin.
  static constexpr std::uint64_t kOriginTag = std::uint64_t{1} << 63;

  TcpService(WorkerParts parts, ConnectionLimits& limits, int epoll);
  ~TcpService();

  /// Takes connections from these instead; gives back those before. The descriptors stay the caller's.
  void replace_listeners(std::vector<int>& listeners) noexcept;
  /// Takes what waits at a listener of its own that is about to close.
  void finish_listener(int listener, Monotonic now) noexcept;

  void on_listener(std::uint64_t data, Monotonic now) noexcept;
  void on_connection(std::uint64_t data, std::uint32_t events, Monotonic now) noexcept;
  /// A deferred query is asked again; true: it is done with, answered or not.
  bool resume(const DeferralTable::Waiting& waiting, Monotonic now) noexcept;

  /// Closes what is over its deadline, and accepts again after a pause.
  void expire(Monotonic now) noexcept;
  std::optional<Monotonic> next_deadline() const noexcept;
  /// Whoever asks from now on hears that the connection ends (E17); nothing else changes yet.
  void begin_end() noexcept { ending_ = true; }
  /// It does not, after all.
  void begin_again() noexcept { ending_ = draining_ = false; }
  /// Takes no more connections, closes those that wait for nothing. True: none are left.
  bool drain(Monotonic now) noexcept;
  std::size_t open_count() const noexcept { return connections_.open_count(); }

 private:
  using Index = std::uint32_t;
  static constexpr std::size_t kLengthOctets = 2;         // in front of each message
  static constexpr std::size_t kInputOctets = 16 * 1024;  // of one read: some 300 queries
  static constexpr int kReadsPerEvent = 4;                // then it is somebody else's turn

  /// What epoll keeps for a connection: an event of one that closed meanwhile must not reach the next in its
  /// slot.
  static std::uint64_t epoll_data_of(Index index, std::uint32_t generation) noexcept {
    return kConnectionTag | std::uint64_t{generation & 0x3fffffff} << 32 | index;
  }
  static std::uint64_t origin_of(Index index, std::uint32_t generation) noexcept {
    return kOriginTag | std::uint64_t{generation & 0x7fffffff} << 32 | index;
  }

  int accept_some(int listener, Monotonic now) noexcept;
  void accept_one(int socket, const SocketAddress& peer, Monotonic now) noexcept;
  bool make_room(ConnectionLimits::Verdict verdict, std::uint64_t source) noexcept;
  void pause_accepting(Monotonic now) noexcept;
  void watch_listeners(bool on) noexcept;

  void begin_batch() noexcept;
  void read(Index index, Monotonic now) noexcept;
  bool read_rest(Index index, Monotonic now) noexcept;
  void handle_octets(Index index, std::span<const std::uint8_t> octets, Monotonic now) noexcept;
  std::size_t handle_messages(Index index, std::span<const std::uint8_t> octets, Monotonic now) noexcept;
  /// True: answered now, the reply stands in the output.
  bool handle_message(Index index, std::span<const std::uint8_t> message, Monotonic now) noexcept;
  void keep_input(Index index, std::span<const std::uint8_t> octets) noexcept;

  void flush(Index index) noexcept;
  void keep_output(Index index, std::span<const std::uint8_t> octets) noexcept;
  LoanedBlock take_block(Index index, std::size_t capacity) noexcept;
  void send_kept(Index index, Monotonic now) noexcept;

  void settle(Index index, bool progress, Monotonic now) noexcept;
  void watch(Index index, std::uint32_t events) noexcept;
  void close(Index index, TcpEnd end) noexcept;
  Duration patience(Waits waits) const noexcept;
  QueryContext context_of(const Connection& connection, Monotonic now) const noexcept;

  WorkerParts parts_;
  ConnectionLimits& limits_;
  int epoll_;
  std::vector<int> listeners_;
  std::optional<Monotonic> accept_again_;  // set while accepting is paused
  bool ending_ = false, draining_ = false;
  std::uint16_t keepalive_ = 0;  // of this batch

  ConnectionTable connections_;
  BlockPool blocks_;
  std::unique_ptr<std::uint8_t[]> input_;   // shared by all connections, used within one event
  std::unique_ptr<std::uint8_t[]> output_;  // replies with their lengths, until flush()
  std::size_t output_size_ = 0;
};

}  // namespace signpost
