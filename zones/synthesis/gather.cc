#include "zones/synthesis/gather.h"

#include <algorithm>
#include <cassert>

#include "zones/snapshot/block.h"
#include "zones/synthesis/names.h"

namespace signpost {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> octets_of(const IpAddress& address) {
  assert(address.octets().size() == N);
  std::array<std::uint8_t, N> octets;
  std::copy(address.octets().begin(), address.octets().end(), octets.begin());
  return octets;
}

template <class T>
void add_unique(std::vector<T>& all, const T& one) {
  const auto at = std::lower_bound(all.begin(), all.end(), one);
  if (at == all.end() || *at != one) all.insert(at, one);
}

void add_address(Gathered::Addresses& host, const IpAddress& address) {
  address.is_v4() ? add_unique(host.v4, octets_of_v4(address)) : add_unique(host.v6, octets_of_v6(address));
}

std::string label_of(const IpAddress& address) { return wire_label(names::address_label(address)); }

/// The address itself, folded, by its family.
void sort_in(const std::optional<IpAddress>& address, Gathered::Row& row) {
  if (!address) return;
  const auto plain = address->unmapped();
  plain.is_v4() ? void(row.v4 = octets_of_v4(plain)) : void(row.v6 = octets_of_v6(plain));
}

}  // namespace

Octets4 octets_of_v4(const IpAddress& address) { return octets_of<4>(address); }
Octets16 octets_of_v6(const IpAddress& address) { return octets_of<16>(address); }

std::string wire_label(std::string_view text) {
  assert(!text.empty() && text.size() <= kLabelOctetsMax);
  return static_cast<char>(text.size()) + std::string(text);
}

std::vector<Port> sorted_ports(std::vector<Port> ports) {
  std::sort(ports.begin(), ports.end());
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  return ports;
}

Gathered gather(const ServiceState& state, const policy::Decision& decision, bool clustered,
                std::uint32_t& over_limit) {
  Gathered out;
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (decision.verdicts[i] != policy::Verdict::Eligible) continue;
    const auto& instance = state.instances[i];
    const auto cluster = clustered ? names::fold_label(instance.cluster) : std::string();
    if (clustered && cluster.empty()) continue;
    if (out.rows.size() == Block::kMembersMax) {
      ++over_limit;
      continue;
    }
    Gathered::Row row;
    row.weight = decision.weights[i];
    row.instance = i;
    sort_in(instance.v4, row);
    sort_in(instance.v6, row);
    row.ports = sorted_ports(instance.ports.empty() ? state.ports : instance.ports);
    const auto below = clustered ? wire_label(cluster) : std::string();
    const auto v4 = row.v4 ? std::optional(IpAddress::v4(*row.v4)) : std::nullopt;
    const auto v6 = row.v6 ? std::optional(IpAddress::v6(*row.v6)) : std::nullopt;
    row.host =
        (instance.host_name.empty() ? label_of(v4 ? *v4 : *v6) : wire_label(instance.host_name)) + below;
    auto& host = out.hosts[row.host];
    if (v4) add_address(host, *v4);
    if (v6) add_address(host, *v6);
    if (v4 && v6) add_address(out.hosts[label_of(*v6) + below], *v6);  // dual-stack: a name of each family
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace signpost
