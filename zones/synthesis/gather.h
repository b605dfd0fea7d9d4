// The instances that may answer, as rows; from them a block's sets are made.
//
// All of it is lists in order, and who means a host or a list of ports says its place: a block of ten
// instances is made by a few dozen allocations, and a start makes as many blocks as there are services.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "zones/policy/policy.h"

namespace signpost {

using Octets4 = std::array<std::uint8_t, 4>;
using Octets16 = std::array<std::uint8_t, 16>;

/// The octets of an address of that family.
Octets4 octets_of_v4(const IpAddress& address);
Octets16 octets_of_v6(const IpAddress& address);

/// Values, each once; order of `rows` is that of the state's instances, all else is sorted.
struct Gathered {
  struct Host {
    std::string label;                         // labels in wire format without a root
    std::uint32_t v4_first = 0, v4_count = 0;  // in `v4`
    std::uint32_t v6_first = 0, v6_count = 0;  // in `v6`
  };
  struct Row {
    std::uint32_t host = 0;   // in `hosts`
    std::uint32_t ports = 0;  // in `ports`
    std::optional<Octets4> v4;
    std::optional<Octets16> v6;
    double weight = 1;
    std::size_t instance = 0;  // index in ServiceState::instances
  };
  std::span<const Octets4> v4_of(const Host& host) const {
    return std::span(v4).subspan(host.v4_first, host.v4_count);
  }
  std::span<const Octets16> v6_of(const Host& host) const {
    return std::span(v6).subspan(host.v6_first, host.v6_count);
  }

  std::vector<Host> hosts;  // by their labels
  std::vector<Octets4> v4;  // of the hosts, one after the other
  std::vector<Octets16> v6;
  std::vector<std::vector<Port>> ports;  // each list sorted; the lists too
  std::vector<Row> rows;
};

/// `clustered`: the names of hosts end with the cluster that they are in; who is in none has no name and no
/// row.
/// Rows beyond Block::kMembersMax are left out and counted in `over_limit`.
Gathered gather(const ServiceState& state, const policy::Decision& decision, bool clustered,
                std::uint32_t& over_limit);

/// A service's ports, or those of one of its instances: sorted, each once.
std::vector<Port> sorted_ports(std::vector<Port> ports);

/// Length octet and text; `text` has 1 to 63 octets.
std::string wire_label(std::string_view text);

}  // namespace signpost
