#include "backends/checks/target.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace signpost::checks {
namespace {

/// Where clouds answer questions about the machine and its credentials, beside 169.254.0.0/16.
bool is_metadata_service(const IpAddress& address) {
  static const std::array known{
      *IpAddress::parse("100.100.100.200"),  // Alibaba Cloud
      *IpAddress::parse("168.63.129.16"),    // Azure's host
      *IpAddress::parse("192.0.0.192"),      // Oracle Cloud, before it moved to 169.254.169.254
      *IpAddress::parse("fd00:ec2::254"),    // AWS
      *IpAddress::parse("fd20:ce::254"),     // Google Cloud
  };
  return std::find(known.begin(), known.end(), address) != known.end();
}

bool is_broadcast(const IpAddress& address) { return address == IpAddress::v4({255, 255, 255, 255}); }

}  // namespace

std::string Target::to_string() const {
  const auto place = SocketAddress{address, port}.to_string();
  return way.type == config::CheckType::Http ? fmt::format("http://{}{}", place, way.path)
                                             : fmt::format("tcp {}", place);
}

std::optional<std::string_view> refusal(const IpAddress& address, const std::vector<config::Prefix>& allow) {
  const auto plain = address.unmapped();
  const auto bits = static_cast<std::uint8_t>(plain.octets().size() * 8);
  const config::Prefix itself{plain, bits};
  if (std::any_of(allow.begin(), allow.end(), [&](const auto& prefix) { return prefix.contains(itself); }))
    return std::nullopt;
  if (plain.is_loopback()) return "a loopback address, which is this machine";
  if (plain.is_link_local()) return "a link-local address, where clouds keep credentials";
  if (is_metadata_service(plain)) return "the address of a cloud's metadata service";
  if (plain.is_unspecified() || plain.is_multicast() || is_broadcast(plain)) return "no address of one host";
  return std::nullopt;
}

}  // namespace signpost::checks
