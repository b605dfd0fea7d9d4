#include "dns/transport/tcp_service.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "dns/wire/writer.h"

namespace signpost {

namespace {

constexpr std::size_t kInputOctets = 16 * 1024;  // of one read: some 300 queries
constexpr std::size_t kLengthOctets = 2;
constexpr std::size_t kFlushAt = 62 * 1024;  // with the largest reply behind it still within a large block
constexpr std::size_t kKeptOutputMax = 64 * 1024;  // T9
constexpr int kReadsPerEvent = 4;                  // then it is somebody else's turn
static_assert(kFlushAt + kLengthOctets + kMessageOctetsMax <= BlockPool::kLarge);

/// Octets from the first of a message to its last, its length included; the length's two while that is not
/// whole.
std::size_t message_extent(std::span<const std::uint8_t> octets) noexcept {
  if (octets.size() < kLengthOctets) return kLengthOctets;
  return kLengthOctets + (std::size_t{octets[0]} << 8 | octets[1]);
}

std::uint64_t origin_of(std::uint32_t index, std::uint32_t generation) noexcept {
  return TcpService::kOriginTag | std::uint64_t{generation & 0x7fffffff} << 32 | index;
}

}  // namespace

TcpService::TcpService(WorkerParts parts, ConnectionLimits& limits, int epoll)
    : parts_(parts),
      limits_(limits),
      epoll_(epoll),
      input_(new std::uint8_t[kInputOctets]),
      output_(new std::uint8_t[BlockPool::kLarge]) {}

TcpService::~TcpService() {
  for (std::size_t waits = 0; waits < kWaitsCount; ++waits)
    while (connections_.oldest(Waits(waits)) != Connection::kNone)
      close(connections_.oldest(Waits(waits)), TcpEnd::Shutdown);
}

// Reading
// ----------------------------------------------------------------------------------------------------------

void TcpService::on_connection(std::uint64_t data, std::uint32_t events, Monotonic now) noexcept {
  const auto index = static_cast<Index>(data & 0xffffffff);
  auto& connection = connections_.at(index);
  if (!connection.socket) return;  // closed by an earlier event of this round
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close(index, TcpEnd::Peer);
  if ((events & EPOLLOUT) != 0) return send_kept(index, now);
  if ((events & EPOLLIN) != 0) read(index, now);
}

/// Goes on with a message of which a part is here: never beyond its end, so that the block holds just that
/// one. True: more may be there to read.
bool TcpService::read_rest(Index index, Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  const auto missing = message_extent(connection.input.content()) - connection.input.size;
  if (connection.input.room() < missing) {
    auto larger = blocks_.take(connection.input.size + missing);
    std::memcpy(larger.octets.get(), connection.input.octets.get(), connection.input.size);
    larger.size = connection.input.size;
    blocks_.give_back(connection.input);
    connection.input = std::move(larger);
  }
  const auto count = ::recv(connection.socket.get(), connection.input.octets.get() + connection.input.size,
                            missing, MSG_DONTWAIT);
  if (count == 0) connection.read_closed = true;
  if (count < 0 && errno != EAGAIN && errno != EINTR) connection.broken = true;
  if (count <= 0) return false;
  connection.input.size += static_cast<std::size_t>(count);
  if (connection.input.size < message_extent(connection.input.content()))
    return static_cast<std::size_t>(count) == missing;
  auto whole = std::exchange(connection.input, Block{});
  handle_octets(index, whole.content(), now);
  blocks_.give_back(whole);
  return true;
}

void TcpService::read(Index index, Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  parts_.responder.begin_batch();
  bool progress = false;
  const auto may_read = [&] {
    return !connection.read_closed && !connection.broken && !connection.output.octets;
  };
  for (int reads = 0; reads < kReadsPerEvent && may_read(); ++reads) {
    if (connection.input.octets) {
      const bool more = read_rest(index, now);
      progress |= !connection.input.octets;
      if (!more) break;
      continue;
    }
    const auto count = ::recv(connection.socket.get(), input_.get(), kInputOctets, MSG_DONTWAIT);
    if (count == 0) connection.read_closed = true;
    if (count < 0 && errno != EAGAIN && errno != EINTR) connection.broken = true;
    if (count <= 0) break;
    const std::span<const std::uint8_t> octets(input_.get(), static_cast<std::size_t>(count));
    progress |= octets.size() >= message_extent(octets);
    handle_octets(index, octets, now);
    if (octets.size() < kInputOctets) break;
  }
  settle(index, progress, now);
}

/// Handles the whole messages of `octets`, sends what they gave, and keeps the rest.
void TcpService::handle_octets(Index index, std::span<const std::uint8_t> octets, Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  const auto handled = handle_messages(index, octets, now);
  flush(connection);
  if (!connection.read_closed) keep_input(connection, octets.subspan(handled));
}

/// Stops early when replies pile up, or at nonsense (T4). Returns the octets it is done with.
std::size_t TcpService::handle_messages(Index index, std::span<const std::uint8_t> octets,
                                        Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  std::size_t at = 0;
  while (!connection.broken && !connection.output.octets) {
    const auto rest = octets.subspan(at);
    const auto extent = message_extent(rest);
    if (rest.size() >= kLengthOctets && extent < kLengthOctets + kHeaderSize) {
      connection.read_closed = true;
      connection.end = TcpEnd::BadLength;
      break;
    }
    if (rest.size() < extent) break;
    handle_message(index, rest.subspan(kLengthOctets, extent - kLengthOctets), now);
    at += extent;
    if (output_size_ >= kFlushAt) flush(connection);
  }
  return at;
}

QueryContext TcpService::context_of(const Connection& connection, Monotonic now) const noexcept {
  QueryContext context;
  context.transport = Transport::Tcp;
  context.peer = connection.peer;
  context.local = connection.local;
  context.received = now;
  context.worker = parts_.index;
  return context;
}

void TcpService::handle_message(Index index, std::span<const std::uint8_t> message, Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  auto context = context_of(connection, now);
  context.mailbox = &parts_.deferrals.mailbox();
  context.ticket = parts_.deferrals.next_ticket(message.size());
  const std::span buffer(output_.get() + output_size_ + kLengthOctets, kMessageOctetsMax);
  const auto handled =
      handle(context, message, parts_.responder, buffer, parts_.options.limits, parts_.counters);
  if (handled.outcome == Outcome::Deferred) {
    parts_.deferrals.keep(context, message, origin_of(index, connection.generation), now);
    parts_.counters.deferred.add();
    ++connection.deferred;
  } else if (handled.outcome == Outcome::Answered) {
    put_u16(output_.get() + output_size_, static_cast<std::uint16_t>(handled.response.size()));
    output_size_ += kLengthOctets + handled.response.size();
  }
}

void TcpService::keep_input(Connection& connection, std::span<const std::uint8_t> octets) noexcept {
  if (octets.empty()) return;
  connection.input = blocks_.take(std::max(octets.size(), message_extent(octets)));
  std::memcpy(connection.input.octets.get(), octets.data(), octets.size());
  connection.input.size = octets.size();
}

// Writing
// ----------------------------------------------------------------------------------------------------------

/// Sends the gathered replies with one call; what the kernel does not take is kept.
void TcpService::flush(Connection& connection) noexcept {
  const std::span<const std::uint8_t> octets(output_.get(), std::exchange(output_size_, 0));
  if (octets.empty() || connection.broken) return;
  if (connection.output.octets) return keep_output(connection, octets);
  const auto count =
      ::send(connection.socket.get(), octets.data(), octets.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN && errno != EINTR) {
    connection.broken = true;
    return;
  }
  keep_output(connection, octets.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0))));
}

void TcpService::keep_output(Connection& connection, std::span<const std::uint8_t> octets) noexcept {
  if (octets.empty()) return;
  auto& output = connection.output;
  if (!output.octets) {
    output = blocks_.take(BlockPool::kLarge);
    connection.output_sent = 0;
  } else if (output.size - connection.output_sent > kKeptOutputMax || output.room() < octets.size()) {
    connection.broken = true;  // T9
    connection.end = TcpEnd::SlowReader;
    return;
  }
  std::memcpy(output.octets.get() + output.size, octets.data(), octets.size());
  output.size += octets.size();
}

/// The client takes replies again. When all are gone, messages that had come meanwhile have their turn.
void TcpService::send_kept(Index index, Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  const auto rest = connection.output.content().subspan(connection.output_sent);
  const auto count = ::send(connection.socket.get(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN && errno != EINTR) connection.broken = true;
  connection.output_sent += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  if (connection.output_sent == connection.output.size) {
    blocks_.give_back(connection.output);
    auto waiting = std::exchange(connection.input, Block{});
    parts_.responder.begin_batch();
    handle_octets(index, waiting.content(), now);
    blocks_.give_back(waiting);
  }
  settle(index, count > 0, now);
}

bool TcpService::resume(const DeferralTable::Waiting& waiting, Monotonic now) noexcept {
  const auto index = static_cast<Index>(waiting.origin & 0xffffffff);
  auto* connection = index < connections_.slot_count() ? &connections_.at(index) : nullptr;
  if (connection == nullptr || !connection->socket ||
      waiting.origin != origin_of(index, connection->generation)) {
    parts_.counters.count_drop(Drop::ClientGone);
    return true;
  }
  const std::span buffer(output_.get() + kLengthOctets, kMessageOctetsMax);
  const auto handled = handle(waiting.context, waiting.message(), parts_.responder, buffer,
                              parts_.options.limits, parts_.counters);
  if (handled.outcome == Outcome::Deferred) return false;
  --connection->deferred;
  if (handled.outcome == Outcome::Answered) {
    put_u16(output_.get(), static_cast<std::uint16_t>(handled.response.size()));
    output_size_ = kLengthOctets + handled.response.size();
    flush(*connection);
  }
  settle(index, true, now);
  return true;
}

// Waiting and ending
// -----------------------------------------------------------------------------------------------

/// After every event: what the connection waits for now, or its end.
void TcpService::settle(Index index, bool progress, Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  if (connection.broken) return close(index, connection.end);
  const auto was = connection.waits;
  auto waits = Waits::ForQuery;
  if (connection.output.octets) {
    waits = Waits::ForReader;
  } else if (connection.deferred > 0) {
    waits = Waits::ForDeferred;
  } else if (connection.read_closed) {
    return close(index, connection.end);
  } else if (connection.input.octets) {
    waits = Waits::ForRest;
  }
  if (waits != was || progress) connections_.wait(index, waits, now);
  watch(index, waits == Waits::ForReader ? EPOLLOUT : connection.read_closed ? 0u : EPOLLIN);
}

void TcpService::watch(Index index, std::uint32_t events) noexcept {
  auto& connection = connections_.at(index);
  if (connection.events == events) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = kConnectionTag | index;
  const int operation = connection.events == Connection::kUnwatched ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (::epoll_ctl(epoll_, operation, connection.socket.get(), &event) != 0)
    return close(index, TcpEnd::Refused);
  connection.events = events;
}

void TcpService::close(Index index, TcpEnd end) noexcept {
  auto& connection = connections_.at(index);
  // Octets that nobody read would make the kernel send RST, and that takes replies away that are on their
  // way.
  if (end != TcpEnd::Peer && end != TcpEnd::SlowReader)
    for (int reads = 0; reads < kReadsPerEvent; ++reads)
      if (::recv(connection.socket.get(), input_.get(), kInputOctets, MSG_DONTWAIT) <= 0) break;
  blocks_.give_back(connection.input);
  blocks_.give_back(connection.output);
  limits_.release(connection.source);
  parts_.counters.tcp_closed[static_cast<std::size_t>(end)].add();
  connections_.close(index);
}

Duration TcpService::patience(Waits waits) const noexcept {
  return waits == Waits::ForRest ? parts_.options.tcp.message_deadline : parts_.options.tcp.idle;
}

void TcpService::expire(Monotonic now) noexcept {
  constexpr std::pair<Waits, TcpEnd> kEnds[] = {{Waits::ForQuery, TcpEnd::Idle},
                                                {Waits::ForRest, TcpEnd::SlowMessage},
                                                {Waits::ForReader, TcpEnd::SlowReader}};
  for (const auto& [waits, end] : kEnds)
    for (auto index = connections_.oldest(waits);
         index != Connection::kNone && connections_.at(index).since + patience(waits) <= now;
         index = connections_.oldest(waits))
      close(index, end);
  if (accept_again_ && *accept_again_ <= now) {
    accept_again_.reset();
    watch_listeners(true);
  }
}

std::optional<Monotonic> TcpService::next_deadline() const noexcept {
  auto next = accept_again_;
  for (const auto waits : {Waits::ForQuery, Waits::ForRest, Waits::ForReader}) {
    const auto index = connections_.oldest(waits);
    if (index == Connection::kNone) continue;
    const auto deadline = connections_.at(index).since + patience(waits);
    if (!next || deadline < *next) next = deadline;
  }
  return next;
}

bool TcpService::drain(Monotonic now) noexcept {
  if (!std::exchange(draining_, true)) {
    accept_again_.reset();
    watch_listeners(false);
  }
  for (const auto waits : {Waits::ForQuery, Waits::ForRest})
    while (connections_.oldest(waits) != Connection::kNone) {
      const auto index = connections_.oldest(waits);
      read(index, now);  // what has come already is answered
      auto& connection = connections_.at(index);
      if (connection.socket && connection.waits == waits) close(index, TcpEnd::Shutdown);
    }
  return connections_.open_count() == 0;
}

}  // namespace signpost
