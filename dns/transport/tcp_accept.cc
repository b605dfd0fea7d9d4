// The half of TcpService that takes connections in and turns them away.
#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "dns/transport/socket.h"
#include "dns/transport/tcp_service.h"

namespace signpost {

namespace {

constexpr int kAcceptsPerEvent = 16;
constexpr Duration kAcceptPause =
    std::chrono::milliseconds(100);  // no descriptors left: a look ten times a second
constexpr int kEvictionSearch = 256;

}  // namespace

void TcpService::replace_listeners(std::vector<int>& listeners) noexcept {
  const bool accepting = !accept_again_ && !draining_;
  if (accepting) watch_listeners(false);
  listeners_.swap(listeners);
  if (accepting) watch_listeners(true);
}

void TcpService::finish_listener(int listener, Monotonic now) noexcept {
  constexpr int kRounds = 64;
  for (int i = 0; i < kRounds && accept_some(listener, now) == kAcceptsPerEvent; ++i) continue;
}

void TcpService::watch_listeners(bool on) noexcept {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kListenerTag | i;
    (void)::epoll_ctl(epoll_, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listeners_[i], &event);
  }
}

void TcpService::on_listener(std::uint64_t data, Monotonic now) noexcept {
  (void)accept_some(listeners_[data & 0xffffffff], now);
}

/// How many were taken in.
int TcpService::accept_some(int listener, Monotonic now) noexcept {
  int count = 0;
  for (int i = 0; i < kAcceptsPerEvent && !accept_again_ && !draining_; ++i) {
    RawAddress peer;
    peer.size = sizeof peer.storage;
    auto* raw = reinterpret_cast<sockaddr*>(&peer.storage);
    const int socket = ::accept4(listener, raw, &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      ++count;
      accept_one(socket, from_raw(raw), now);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The listener stays readable: without a pause this would be a busy loop.
      if (!make_room(ConnectionLimits::Verdict::Full, 0)) pause_accepting(now);
      break;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      break;
    }
  }
  return count;
}

void TcpService::pause_accepting(Monotonic now) noexcept {
  accept_again_ = now + kAcceptPause;
  watch_listeners(false);
}

void TcpService::accept_one(int socket, const SocketAddress& peer, Monotonic now) noexcept {
  FileDescriptor owned(socket);
  const auto source = limits_.source_of(peer.ip);
  auto verdict = limits_.open(source);
  // One place is missing, or as many as a reload has taken away.
  while (verdict != ConnectionLimits::Verdict::Ok && make_room(verdict, source))
    verdict = limits_.open(source);
  if (verdict != ConnectionLimits::Verdict::Ok) {
    parts_.counters.tcp_closed[static_cast<std::size_t>(TcpEnd::Refused)].add();
    return;
  }
  parts_.counters.tcp_accepted.add();
  const auto index = connections_.open(now);
  auto& connection = connections_.at(index);
  connection.socket = std::move(owned);
  connection.source = source;
  connection.peer = peer;
  RawAddress local;
  local.size = sizeof local.storage;
  auto* raw = reinterpret_cast<sockaddr*>(&local.storage);
  if (::getsockname(socket, raw, &local.size) == 0) connection.local = from_raw(raw);
  watch(index, EPOLLIN);
}

/// Closes the connection that has been idle longest, of that source if the source is what is full (T6). Those
/// with queries under way are left alone. False: nobody to close.
bool TcpService::make_room(ConnectionLimits::Verdict verdict, std::uint64_t source) noexcept {
  auto index = connections_.oldest(Waits::ForQuery);
  for (int i = 0; i < kEvictionSearch && index != Connection::kNone;
       ++i, index = connections_.at(index).next) {
    if (verdict == ConnectionLimits::Verdict::SourceFull && connections_.at(index).source != source) continue;
    close(index, TcpEnd::Evicted);
    return true;
  }
  return false;
}

}  // namespace signpost
