#include "dns/transport/self_query.h"

#include <algorithm>

#include <sys/socket.h>

#include "dns/transport/socket.h"

namespace signpost {
namespace {

using Query = std::array<std::uint8_t, 17>;
constexpr Query kQuery{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1};  // . SOA IN; the id comes first
constexpr std::uint8_t kIsResponse = 0x80;

FileDescriptor bound_to(const IpAddress& loopback) noexcept {
  const int family = loopback.is_v6() ? AF_INET6 : AF_INET;
  FileDescriptor made(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto raw = to_raw({loopback, 0});
  if (made && ::bind(made.get(), raw.get(), raw.size) != 0) made.reset();
  return made;
}

bool connect(int from, int to) noexcept {
  const auto raw = to_raw(bound_address(to));
  return ::connect(from, raw.get(), raw.size) == 0;
}

}  // namespace

SelfQuery::SelfQuery(const Clock& clock) : clock_(clock), answered_(clock.now()) {
  for (const auto* loopback : {"127.0.0.1", "::1"}) {
    const auto ip = *IpAddress::parse(loopback);
    auto asker = bound_to(ip), worker = bound_to(ip);
    if (!asker || !worker || !connect(asker.get(), worker.get()) || !connect(worker.get(), asker.get()))
      continue;
    address_ = bound_address(worker.get());
    asker_ = std::move(asker);
    worker_ = std::move(worker);
    return;
  }
}

bool SelfQuery::ask() noexcept {
  const std::lock_guard lock(mutex_);
  Query query = kQuery;
  const auto id = next_id_++;
  query[0] = static_cast<std::uint8_t>(id >> 8);
  query[1] = static_cast<std::uint8_t>(id & 0xff);
  asked_[id % kRemembered] = clock_.now();
  return ::send(asker_.get(), query.data(), query.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(query.size());
}

Monotonic SelfQuery::answered() noexcept {
  const std::lock_guard lock(mutex_);
  std::array<std::uint8_t, 512> reply;
  for (;;) {
    const auto size = ::recv(asker_.get(), reply.data(), reply.size(), 0);
    if (size < 0) return answered_;
    if (size < 12 || (reply[2] & kIsResponse) == 0) continue;
    const auto id = static_cast<std::uint16_t>(reply[0] << 8 | reply[1]);
    const auto ago = static_cast<std::uint16_t>(next_id_ - 1 - id);
    if (ago < kRemembered) answered_ = std::max(answered_, asked_[id % kRemembered]);
  }
}

void SelfQuery::forget() noexcept {
  const std::lock_guard lock(mutex_);
  answered_ = clock_.now();
}

}  // namespace signpost
