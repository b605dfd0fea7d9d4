#include "dns/transport/heavy_sources.h"

#include <algorithm>
#include <chrono>

#include <linux/filter.h>
#include <sys/socket.h>

namespace signpost {

SourceNetwork SourceNetwork::of(const IpAddress& ip) noexcept {
  SourceNetwork network{ip.is_v6(), 0};
  for (const auto octet : ip.octets().first(ip.is_v6() ? 7 : 3)) network.bits = network.bits << 8 | octet;
  return network;
}

void HeavySources::count(const IpAddress& source) noexcept {
  any_ = true;
  const auto network = SourceNetwork::of(source);
  Place* free = nullptr;
  for (auto& place : places_) {
    if ((place.refused > 0 || place.filtered) && place.network == network) {
      ++place.refused;
      return;
    }
    if (place.refused == 0 && !place.filtered) free = &place;
  }
  if (free != nullptr) {
    *free = Place{network, 1, false, {}};
    return;
  }
  for (auto& place : places_)
    if (!place.filtered) --place.refused;
}

void HeavySources::count_filtered(SourceNetwork network) noexcept {
  for (auto& place : places_)
    if (place.filtered && place.network == network) ++place.refused;
}

bool HeavySources::review(Monotonic now, double allowed) noexcept {
  if (!any_) reviewed_ = now;
  if (now - reviewed_ < kWindow) return false;
  const double seconds = std::chrono::duration<double>(now - reviewed_).count();
  reviewed_ = now;
  any_ = false;
  bool changed = false;
  for (auto& place : places_) {
    changed |= judge(place, seconds, allowed, now);
    if (!place.filtered) place.refused = 0;
    any_ |= place.filtered;
  }
  if (!changed) return false;
  filtered_count_ = 0;
  for (const auto& place : places_)
    if (place.filtered) filtered_[filtered_count_++] = place.network;
  return true;
}

/// True: it is filtered from now on, or no longer.
bool HeavySources::judge(Place& place, double seconds, double allowed, Monotonic now) noexcept {
  if (!place.filtered) {
    if (place.refused / seconds < kHeavy) return false;
    place = Place{place.network, 0, true, now};
    return true;
  }
  if (now - place.counted_since < kHold) return false;
  const double held = std::chrono::duration<double>(now - place.counted_since).count();
  const bool floods = place.refused * double{kPassOneOf} / held >= allowed + kHeavy / 2;
  place = Place{place.network, 0, floods, now};
  return !floods;
}

namespace {

constexpr std::uint32_t kAccept = 0xffffffff, kDrop = 0;
constexpr std::uint32_t kSourceOfV4 = 12, kSourceOfV6 = 8;  // octets into the IP header

sock_filter load(std::uint32_t offset_in_ip_header) noexcept {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_NET_OFF) + offset_in_ip_header);
}
sock_filter keep_bits(std::uint32_t mask) noexcept { return BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask); }
/// Goes on when equal, else over the next `skipped`.
sock_filter unless_equal_skip(std::uint32_t value, std::uint8_t skipped) noexcept {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped);
}
sock_filter give(std::uint32_t verdict) noexcept { return BPF_STMT(BPF_RET | BPF_K, verdict); }

/// At most 10 instructions a network and one at the end; the kernel takes 4,096.
struct Program {
  std::array<sock_filter, HeavySources::kNetworksMax * 10 + 1> code;
  std::size_t size = 0;
  void add(sock_filter instruction) noexcept { code[size++] = instruction; }

  void add_network(const SourceNetwork& network) noexcept {
    constexpr std::uint8_t kTail = 5;  // instructions from the draw to its end
    if (network.v6) {
      add(load(kSourceOfV6));
      add(unless_equal_skip(static_cast<std::uint32_t>(network.bits >> 24), 3 + kTail));
      add(load(kSourceOfV6 + 4));
      add(keep_bits(0xffffff00));
      add(unless_equal_skip(static_cast<std::uint32_t>(network.bits << 8), kTail));
    } else {
      add(load(kSourceOfV4));
      add(keep_bits(0xffffff00));
      add(unless_equal_skip(static_cast<std::uint32_t>(network.bits << 8), kTail));
    }
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_RANDOM)));
    add(keep_bits(HeavySources::kPassOneOf - 1));
    add(unless_equal_skip(0, 1));
    add(give(kAccept));
    add(give(kDrop));
  }
};

}  // namespace

bool filter_sources(int udp, bool v6, std::span<const SourceNetwork> networks) noexcept {
  static_assert((HeavySources::kPassOneOf & (HeavySources::kPassOneOf - 1)) == 0, "a mask draws it");
  Program program;
  for (const auto& network : networks)
    if (network.v6 == v6) program.add_network(network);
  if (program.size == 0) {
    const int unused = 0;
    (void)::setsockopt(udp, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
    return true;
  }
  program.add(give(kAccept));
  const sock_fprog attached{static_cast<unsigned short>(program.size), program.code.data()};
  return ::setsockopt(udp, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached) == 0;
}

}  // namespace signpost
