#include "zones/synthesis/gather.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <tuple>
#include <utility>

#include "zones/snapshot/address_label.h"
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

std::string label_of(const IpAddress& address) {
  LabelRoom room;
  const auto label = write_label(address, room);
  return {reinterpret_cast<const char*>(label.data()), label.size()};
}

/// The address itself, folded, by its family.
void sort_in(const std::optional<IpAddress>& address, Gathered::Row& row) {
  if (!address) return;
  const auto plain = address->unmapped();
  plain.is_v4() ? void(row.v4 = octets_of_v4(plain)) : void(row.v6 = octets_of_v6(plain));
}

/// One host's name has this address.
struct Naming {
  static constexpr std::uint32_t kNoRow = 0xffffffff;
  std::string label;
  IpAddress address;
  std::uint32_t row;  // that is called so; kNoRow: it has another name
};

/// Groups what was said of hosts by their labels, and tells the rows where theirs is.
void make_hosts(std::vector<Naming> all, Gathered& out) {
  std::sort(all.begin(), all.end(), [](const Naming& a, const Naming& b) {
    return std::tie(a.label, a.address) < std::tie(b.label, b.address);
  });
  auto& hosts = out.hosts;
  hosts.reserve(all.size());
  out.v4.reserve(all.size());
  for (auto& naming : all) {
    if (hosts.empty() || hosts.back().label != naming.label) {
      hosts.push_back({std::move(naming.label), static_cast<std::uint32_t>(out.v4.size()), 0,
                       static_cast<std::uint32_t>(out.v6.size()), 0});
    }
    if (naming.row != Naming::kNoRow)
      out.rows[naming.row].host = static_cast<std::uint32_t>(hosts.size() - 1);
    auto& host = hosts.back();
    const auto add = [](auto& to, auto& count, const auto& octets) {
      if (count != 0 && to.back() == octets) return;  // they come in order
      to.push_back(octets);
      ++count;
    };
    naming.address.is_v4() ? add(out.v4, host.v4_count, octets_of_v4(naming.address))
                           : add(out.v6, host.v6_count, octets_of_v6(naming.address));
  }
}

/// Lists of ports, numbered. Most instances have those of the one before.
class PortLists {
 public:
  explicit PortLists(const std::vector<Port>& of_service) : of_service_(of_service) {}

  std::uint32_t number(const std::vector<Port>& own) {
    const auto& ports = own.empty() ? of_service_ : own;
    if (last_ != nullptr && (last_ == &ports || *last_ == ports)) return number_;
    last_ = &ports;
    const auto next = static_cast<std::uint32_t>(numbers_.size());
    return number_ = numbers_.try_emplace(sorted_ports(ports), next).first->second;
  }

  /// All of them in order; rows then say their places.
  std::vector<std::vector<Port>> take(std::vector<Gathered::Row>& rows) {
    std::vector<std::vector<Port>> lists;
    std::vector<std::uint32_t> place(numbers_.size());
    while (!numbers_.empty()) {
      auto node = numbers_.extract(numbers_.begin());
      place[node.mapped()] = static_cast<std::uint32_t>(lists.size());
      lists.push_back(std::move(node.key()));
    }
    for (auto& row : rows) row.ports = place[row.ports];
    return lists;
  }

 private:
  const std::vector<Port>& of_service_;
  const std::vector<Port>* last_ = nullptr;
  std::uint32_t number_ = 0;
  std::map<std::vector<Port>, std::uint32_t> numbers_;
};

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
  const auto most = std::min(decision.eligible, Block::kMembersMax);
  out.rows.reserve(most);
  std::vector<Naming> namings;
  namings.reserve(most);
  PortLists ports(state.ports);
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
    row.ports = ports.number(instance.ports);
    const auto below = clustered ? wire_label(cluster) : std::string();
    const auto number = static_cast<std::uint32_t>(out.rows.size());
    const auto v4 = row.v4 ? std::optional(IpAddress::v4(*row.v4)) : std::nullopt;
    const auto v6 = row.v6 ? std::optional(IpAddress::v6(*row.v6)) : std::nullopt;
    auto host = instance.host_name.empty() ? label_of(v4 ? *v4 : *v6) : wire_label(instance.host_name);
    host += below;
    if (v4 && v6) {
      namings.push_back({host, *v6, Naming::kNoRow});
      namings.push_back({label_of(*v6) + below, *v6, Naming::kNoRow});  // dual-stack: a name of each family
    }
    namings.push_back({std::move(host), v4 ? *v4 : *v6, number});
    out.rows.push_back(std::move(row));
  }
  make_hosts(std::move(namings), out);
  out.ports = ports.take(out.rows);
  return out;
}

}  // namespace signpost
