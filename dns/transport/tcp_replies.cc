// The half of TcpService that gets replies out.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

#include "dns/transport/tcp_service.h"
#include "dns/wire/writer.h"

namespace signpost {

namespace {

constexpr std::size_t kKeptOutputMax = 64 * 1024;  // T9

}  // namespace

/// Sends the gathered replies with one call; what the kernel does not take is kept.
void TcpService::flush(Index index) noexcept {
  auto& connection = connections_.at(index);
  const std::span<const std::uint8_t> octets(output_.get(), std::exchange(output_size_, 0));
  if (octets.empty() || connection.broken) return;
  if (connection.output.octets) return keep_output(index, octets);
  const auto count =
      ::send(connection.socket.get(), octets.data(), octets.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN && errno != EINTR) {
    connection.broken = true;
    return;
  }
  keep_output(index, octets.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0))));
}

void TcpService::keep_output(Index index, std::span<const std::uint8_t> octets) noexcept {
  if (octets.empty()) return;
  auto& connection = connections_.at(index);
  auto& output = connection.output;
  if (!output.octets) {
    output = take_block(index, BlockPool::kLarge);
    connection.output_sent = 0;
  } else if (output.size - connection.output_sent > kKeptOutputMax || output.room() < octets.size()) {
    connection.broken = true;  // T9
    connection.end = TcpEnd::SlowReader;
    return;
  }
  std::memcpy(output.octets.get() + output.size, octets.data(), octets.size());
  output.size += octets.size();
}

/// A block for this connection. When too many large ones are out, who has waited longest with one is closed:
/// a slow reader first (T9), else a message that does not end (T5).
LoanedBlock TcpService::take_block(Index index, std::size_t capacity) noexcept {
  if (blocks_.is_exhausted(capacity)) {
    const auto holds_one = [&](Index other) {
      return other != index && connections_.at(other).input.capacity == BlockPool::kLarge;
    };
    auto reader = connections_.oldest(Waits::ForReader);
    if (reader == index) reader = connections_.at(index).next;
    auto sender = connections_.oldest(Waits::ForRest);
    if (reader != Connection::kNone) {
      close(reader, TcpEnd::SlowReader);
    } else {
      while (sender != Connection::kNone && !holds_one(sender)) sender = connections_.at(sender).next;
      if (sender != Connection::kNone) close(sender, TcpEnd::SlowMessage);
    }
  }
  return blocks_.take(capacity);
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
    auto waiting = std::exchange(connection.input, LoanedBlock{});
    begin_batch();
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
  const auto handled =
      handle(waiting.context, waiting.message(), parts_.responder, buffer, *parts_.rules, parts_.counters);
  if (handled.outcome == Outcome::Deferred) return false;
  --connection->deferred;
  if (handled.outcome == Outcome::Answered) {
    put_u16(output_.get(), static_cast<std::uint16_t>(handled.response.size()));
    output_size_ = kLengthOctets + handled.response.size();
    flush(index);
  }
  settle(index, true, now);
  return true;
}

}  // namespace signpost
