#include "dns/transport/connection_limits.h"

#include <algorithm>
#include <cstring>

namespace signpost {

std::uint64_t ConnectionLimits::source_of(const IpAddress& ip) const noexcept {
  std::uint64_t octets = 0;
  std::memcpy(&octets, ip.octets().data(), ip.is_v6() ? 8 : 4);
  // splitmix64's finisher: every bit of the key and the address reaches both halves.
  std::uint64_t mixed = octets ^ key_ ^ (ip.is_v6() ? 0x9e3779b97f4a7c15 : 0);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

void ConnectionLimits::change(const TcpLimits& limits) noexcept {
  clients_.store(limits.clients, std::memory_order_relaxed);
  per_source_.store(limits.per_source, std::memory_order_relaxed);
  idle_.store(limits.idle.count(), std::memory_order_relaxed);
}

ConnectionLimits::Verdict ConnectionLimits::open(std::uint64_t source) noexcept {
  if (open_.fetch_add(1, std::memory_order_relaxed) >= clients_.load(std::memory_order_relaxed)) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return Verdict::Full;
  }
  const auto in_first = first(source).fetch_add(1, std::memory_order_relaxed);
  const auto in_second = second(source).fetch_add(1, std::memory_order_relaxed);
  if (std::min(in_first, in_second) < per_source_.load(std::memory_order_relaxed)) return Verdict::Ok;
  release(source);
  return Verdict::SourceFull;
}

Duration ConnectionLimits::idle() const noexcept {
  const auto open = open_.load(std::memory_order_relaxed), clients = clients_.load(std::memory_order_relaxed);
  if (open > clients) return {};
  const auto free = clients - open, scarce = clients / 8;
  return free >= scarce ? idle_max() : idle_max() * free / scarce;
}

void ConnectionLimits::release(std::uint64_t source) noexcept {
  first(source).fetch_sub(1, std::memory_order_relaxed);
  second(source).fetch_sub(1, std::memory_order_relaxed);
  open_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace signpost
