#include "config/prefix.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/names.h"
#include "config/scalars.h"

namespace signpost::config {
namespace {

constexpr std::string_view kInAddrArpa = "in-addr.arpa";
constexpr std::string_view kIp6Arpa = "ip6.arpa";
constexpr unsigned kReverseV4Max = 24;
constexpr unsigned kMappedBits = 96;  // ::ffff:0:0/96 holds IPv4 (RFC 4291 section 2.5.5.2)

using Octets = std::array<std::uint8_t, 16>;

IpAddress make_address(const Octets& octets, bool v4) {
  return v4 ? IpAddress::v4({octets[0], octets[1], octets[2], octets[3]}) : IpAddress::v6(octets);
}

Octets octets_of(const IpAddress& address) {
  Octets octets{};
  std::copy(address.octets().begin(), address.octets().end(), octets.begin());
  return octets;
}

/// The name of the first `labels` octets or nibbles.
std::string arpa_name(const IpAddress& address, unsigned labels) {
  std::string name;
  for (unsigned i = labels; i-- > 0;) {
    if (address.is_v4()) {
      name += fmt::format("{}.", address.octets()[i]);
    } else {
      const auto octet = address.octets()[i / 2];
      name += fmt::format("{:x}.", i % 2 == 0 ? octet >> 4 : octet & 0xf);
    }
  }
  return name.append(address.is_v4() ? kInAddrArpa : kIp6Arpa);
}

}  // namespace

IpAddress masked(const IpAddress& address, unsigned bits) noexcept {
  auto octets = octets_of(address);
  for (unsigned bit = bits; bit < octets.size() * 8; ++bit) {
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] & ~(0x80 >> bit % 8));
  }
  return make_address(octets, address.is_v4());
}

bool Prefix::contains(const Prefix& other) const noexcept {
  return address.is_v4() == other.address.is_v4() && bits <= other.bits &&
         masked(other.address, bits) == address;
}

std::string Prefix::to_string() const { return fmt::format("{}/{}", address.to_string(), bits); }

Result<Prefix> read_prefix(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return Error{};
  const auto most = static_cast<unsigned>(address->octets().size() * 8);
  if (slash == std::string_view::npos) return Error{fmt::format("its length is missing: /0 to /{}", most)};
  const auto bits = parse_whole(text.substr(slash + 1));
  if (!bits || *bits > most) return Error{fmt::format("the length is a whole number from 0 to {}", most)};
  const Prefix prefix{masked(*address, static_cast<unsigned>(*bits)), static_cast<std::uint8_t>(*bits)};
  if (prefix.address != *address) {
    return Error{fmt::format("bits behind the length are set: write {}", prefix.to_string())};
  }
  return prefix;
}

Result<Prefix> read_source_prefix(std::string_view text) {
  if (text == "any" || text == "all" || text == "*") return Error{"everybody is 0.0.0.0/0 and ::/0"};
  auto prefix = read_prefix(text);
  if (!prefix) return prefix;
  if (prefix->address.is_v6() && prefix->bits >= kMappedBits && prefix->address.unmapped().is_v4()) {
    const Prefix v4{prefix->address.unmapped(), static_cast<std::uint8_t>(prefix->bits - kMappedBits)};
    return Error{fmt::format("these are IPv4 addresses: write {}", v4.to_string())};
  }
  return prefix;
}

Result<Prefix> read_reverse_prefix(std::string_view text) {
  auto prefix = read_source_prefix(text);
  if (!prefix) return prefix;
  if (prefix->address.is_v4() && prefix->bits > kReverseV4Max) {
    const Prefix whole{masked(prefix->address, kReverseV4Max), kReverseV4Max};
    return Error{fmt::format("no zone is smaller than an octet (RFC 2317): write {}", whole.to_string())};
  }
  return prefix;
}

std::vector<std::string> reverse_zones(const Prefix& prefix) {
  const unsigned step = prefix.address.is_v4() ? 8 : 4;
  const unsigned labels = (prefix.bits + step - 1) / step;
  std::vector<std::string> names;
  auto octets = octets_of(prefix.address);
  for (auto left = 1u << (labels * step - prefix.bits); left > 0; --left) {
    names.push_back(arpa_name(make_address(octets, prefix.address.is_v4()), labels));
    if (left == 1) break;
    // The prefix ends inside this label, whose free bits are the lowest: counting up never carries over.
    const auto last = labels - 1;
    const unsigned one = step == 8 || last % 2 == 1 ? 1 : 16;
    auto& octet = octets[step == 8 ? last : last / 2];
    octet = static_cast<std::uint8_t>(octet + one);
  }
  return names;
}

int reverse_bits(std::string_view name) noexcept {
  const auto labels_before = [&](std::string_view tree) {
    const auto before = name.substr(0, name.size() - tree.size());
    return static_cast<int>(std::count(before.begin(), before.end(), '.'));
  };
  if (is_at_or_below(name, kInAddrArpa)) return 8 * labels_before(kInAddrArpa);
  if (is_at_or_below(name, kIp6Arpa)) return 4 * labels_before(kIp6Arpa);
  return -1;
}

}  // namespace signpost::config
