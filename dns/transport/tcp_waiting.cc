// What TcpService does with time: what each connection waits for, for how long, and how it ends.
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "dns/transport/tcp_service.h"

namespace signpost {

TcpService::~TcpService() {
  for (std::size_t waits = 0; waits < kWaitsCount; ++waits)
    while (connections_.oldest(Waits(waits)) != Connection::kNone)
      close(connections_.oldest(Waits(waits)), TcpEnd::Shutdown);
}

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
  event.data.u64 = epoll_data_of(index, connection.generation);
  const int operation = connection.events == Connection::kUnwatched ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (::epoll_ctl(epoll_, operation, connection.socket.get(), &event) != 0)
    return close(index, TcpEnd::Refused);
  connection.events = events;
}

void TcpService::close(Index index, TcpEnd end) noexcept {
  auto& connection = connections_.at(index);
  // Octets that nobody read would make the kernel send RST, and that takes replies away that are on their
  // way. MSG_TRUNC: thrown away without a copy (tcp(7)); the shared input may hold somebody's messages.
  if (end != TcpEnd::Peer && end != TcpEnd::SlowReader)
    for (int reads = 0; reads < kReadsPerEvent; ++reads)
      if (::recv(connection.socket.get(), nullptr, kInputOctets, MSG_DONTWAIT | MSG_TRUNC) <= 0) break;
  blocks_.give_back(connection.input);
  blocks_.give_back(connection.output);
  limits_.release(connection.source);
  parts_.counters.tcp_closed[static_cast<std::size_t>(end)].add();
  connections_.close(index);
}

Duration TcpService::patience(Waits waits) const noexcept {
  if (waits == Waits::ForRest) return parts_.options.tcp.message_deadline;
  if (waits == Waits::ForQuery) return limits_.idle();
  return limits_.idle_max();
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
