#include "dns/transport/tcp_service.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "dns/wire/writer.h"

namespace signpost {

namespace {

constexpr std::size_t kFlushAt = 62 * 1024;  // with the largest reply behind it still within a large block
static_assert(kFlushAt + 2 + kMessageOctetsMax <= BlockPool::kLarge);

/// Octets from the first of a message to its last, its length included; the length's two while that is not
/// whole.
std::size_t message_extent(std::span<const std::uint8_t> octets) noexcept {
  if (octets.size() < 2) return 2;
  return 2 + (std::size_t{octets[0]} << 8 | octets[1]);
}

}  // namespace

TcpService::TcpService(WorkerParts parts, ConnectionLimits& limits, int epoll)
    : parts_(parts),
      limits_(limits),
      epoll_(epoll),
      input_(new std::uint8_t[kInputOctets]),
      output_(new std::uint8_t[BlockPool::kLarge]) {}

void TcpService::begin_batch() noexcept {
  parts_.rules.refresh();
  parts_.responder.begin_batch();
  // E17: in tenths of a second, two octets of them.
  const auto idle = ending_ ? Duration{} : limits_.idle();
  keepalive_ =
      static_cast<std::uint16_t>(std::min<std::int64_t>(idle / std::chrono::milliseconds(100), 65535));
}

void TcpService::on_connection(std::uint64_t data, std::uint32_t events, Monotonic now) noexcept {
  const auto index = static_cast<Index>(data & 0xffffffff);
  auto& connection = connections_.at(index);
  // Closed by an earlier event of this round?
  if (!connection.socket || data != epoll_data_of(index, connection.generation)) return;
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
    auto larger = take_block(index, connection.input.size + missing);
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
  auto whole = std::exchange(connection.input, LoanedBlock{});
  handle_octets(index, whole.content(), now);
  blocks_.give_back(whole);
  return true;
}

void TcpService::read(Index index, Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  begin_batch();
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
  flush(index);
  if (!connection.read_closed) keep_input(index, octets.subspan(handled));
}

/// Stops early when replies pile up, or at nonsense (T4). Returns the octets it is done with.
std::size_t TcpService::handle_messages(Index index, std::span<const std::uint8_t> octets,
                                        Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  std::size_t at = 0, answered = 0;
  while (!connection.broken && !connection.output.octets) {
    const auto rest = octets.subspan(at);
    const auto extent = message_extent(rest);
    if (rest.size() >= kLengthOctets && extent < kLengthOctets + kHeaderSize) {
      connection.read_closed = true;
      connection.end = TcpEnd::BadLength;
      break;
    }
    if (rest.size() < extent) break;
    answered += handle_message(index, rest.subspan(kLengthOctets, extent - kLengthOctets), now) ? 1 : 0;
    at += extent;
    if (output_size_ >= kFlushAt) flush(index);
  }
  if (answered > 0) parts_.counters.count_duration(parts_.options.clock->now() - now, answered);
  return at;
}

QueryContext TcpService::context_of(const Connection& connection, Monotonic now) const noexcept {
  QueryContext context;
  context.transport = Transport::Tcp;
  context.peer = connection.peer;
  context.local = connection.local;
  context.received = now;
  context.worker = parts_.index;
  context.keepalive = keepalive_;
  context.wall_seconds = parts_.options.clock->wall_seconds();
  return context;
}

bool TcpService::handle_message(Index index, std::span<const std::uint8_t> message, Monotonic now) noexcept {
  auto& connection = connections_.at(index);
  auto context = context_of(connection, now);
  context.mailbox = &parts_.deferrals.mailbox();
  context.ticket = parts_.deferrals.next_ticket(message.size());
  const std::span buffer(output_.get() + output_size_ + kLengthOctets, kMessageOctetsMax);
  const auto handled = handle(context, message, parts_.responder, buffer, *parts_.rules, parts_.counters);
  if (handled.outcome == Outcome::Deferred) {
    parts_.deferrals.keep(context, message, origin_of(index, connection.generation), now);
    parts_.counters.deferred.add();
    ++connection.deferred;
  } else if (handled.outcome == Outcome::Answered) {
    put_u16(output_.get() + output_size_, static_cast<std::uint16_t>(handled.response.size()));
    output_size_ += kLengthOctets + handled.response.size();
  }
  return handled.outcome == Outcome::Answered;
}

void TcpService::keep_input(Index index, std::span<const std::uint8_t> octets) noexcept {
  if (octets.empty()) return;
  auto& connection = connections_.at(index);
  connection.input = take_block(index, std::max(octets.size(), message_extent(octets)));
  std::memcpy(connection.input.octets.get(), octets.data(), octets.size());
  connection.input.size = octets.size();
}

}  // namespace signpost
