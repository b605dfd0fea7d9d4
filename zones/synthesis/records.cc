#include "zones/synthesis/records.h"

#include <algorithm>
#include <compare>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

#include "zones/policy/shares.h"
#include "zones/synthesis/txt.h"

namespace signpost {
namespace {

/// The address that a host is plain by: its only one, of which its label is made.
std::optional<IpAddress> plain_address(const Gathered& gathered, const Gathered::Host& host) {
  if (host.v4_count + host.v6_count != 1) return std::nullopt;
  const auto address = host.v4_count == 0 ? IpAddress::v6(gathered.v6[host.v6_first])
                                          : IpAddress::v4(gathered.v4[host.v4_first]);
  LabelRoom room;
  const auto made = write_label(address, room);
  const bool same = std::equal(made.begin(), made.end(), host.label.begin(), host.label.end(),
                               [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
  return same ? std::optional(address) : std::nullopt;
}

/// Sorts hosts into plain and named ones, in the order in which they are written.
class Hosts {
 public:
  Hosts(const Gathered& gathered, bool compact_v6) : gathered_(gathered), hosts_(gathered.hosts) {
    plain_.reserve(hosts_.size());
    for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
      const auto plain = plain_address(gathered, hosts_[i]);
      if (!plain || (plain->is_v6() && !compact_v6)) {
        named_.push_back(i);
      } else {
        plain_.emplace_back(*plain, i);
      }
    }
    std::sort(plain_.begin(), plain_.end());  // IPv4 first
  }

  HostNumbers write(BlockDraft& draft, SynthesisNotes& notes) const {
    HostNumbers numbers(hosts_.size(), Block::kSelf);
    std::size_t count = 0;
    draft.host_v4.reserve(plain_.size());
    for (const auto& [address, i] : plain_) {
      if (count == Block::kMembersMax) {
        ++notes.over_limit;
        continue;
      }
      numbers[i] = static_cast<std::uint16_t>(count++);
      address.is_v4() ? draft.host_v4.push_back(octets_of_v4(address))
                      : draft.host_v6.push_back(octets_of_v6(address));
    }
    draft.plain_v4 = static_cast<std::uint16_t>(draft.host_v4.size());
    draft.plain_v6 = static_cast<std::uint16_t>(draft.host_v6.size());
    for (const auto i : named_) {
      const auto v4 = gathered_.v4_of(hosts_[i]);
      const auto v6 = gathered_.v6_of(hosts_[i]);
      if (count == Block::kMembersMax || draft.host_v4.size() + v4.size() > Block::kMembersMax ||
          draft.host_v6.size() + v6.size() > Block::kMembersMax) {
        ++notes.over_limit;
        continue;
      }
      numbers[i] = static_cast<std::uint16_t>(count++);
      draft.hosts.push_back(
          {draft.add_labels(hosts_[i].label), static_cast<std::uint16_t>(draft.host_v4.size()),
           static_cast<std::uint16_t>(v4.size()), static_cast<std::uint16_t>(draft.host_v6.size()),
           static_cast<std::uint16_t>(v6.size())});
      draft.host_v4.insert(draft.host_v4.end(), v4.begin(), v4.end());
      draft.host_v6.insert(draft.host_v6.end(), v6.begin(), v6.end());
    }
    return numbers;
  }

 private:
  const Gathered& gathered_;
  const std::vector<Gathered::Host>& hosts_;
  std::vector<std::pair<IpAddress, std::uint32_t>> plain_;  // and its place in hosts_
  std::vector<std::uint32_t> named_;                        // places; by their octets
};

template <class Octets>
struct Weighed {
  Octets octets;
  std::uint32_t row;  // sums are made in the order of rows: a sum of doubles depends on it
  double weight;
};

/// Instances of one address are one record, their weights added up.
template <class Record, class Octets>
void write_addresses(std::vector<Weighed<Octets>> all, std::vector<Record>& out) {
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.octets, a.row) < std::tie(b.octets, b.row);
  });
  std::vector<double> weights;
  weights.reserve(all.size());
  out.reserve(all.size());
  for (const auto& one : all) {
    if (!out.empty() && out.back().octets == one.octets) {
      weights.back() += one.weight;
    } else {
      out.push_back({one.octets, 0});
      weights.push_back(one.weight);
    }
  }
  const auto shares = policy::draw_shares(weights);
  for (std::size_t i = 0; i < out.size(); ++i) out[i].share = shares[i];
}

void write_addresses(const Gathered& gathered, BlockDraft& draft) {
  std::vector<Weighed<Octets4>> v4;
  std::vector<Weighed<Octets16>> v6;
  v4.reserve(gathered.rows.size());
  for (std::uint32_t i = 0; i < gathered.rows.size(); ++i) {
    const auto& row = gathered.rows[i];
    if (row.v4) v4.push_back({*row.v4, i, row.weight});
    if (row.v6) v6.push_back({*row.v6, i, row.weight});
  }
  write_addresses(std::move(v4), draft.v4);
  write_addresses(std::move(v6), draft.v6);
}

/// Rows with one host and one list of ports are one member of the SRV set.
struct MemberDraft {
  std::uint16_t host;
  std::uint32_t ports;  // in Gathered::ports
  double weight;
};

/// A port's own SRV set: `_http`, tcp.
struct PortName {
  std::string label;
  Protocol protocol = Protocol::Tcp;
  friend auto operator<=>(const PortName&, const PortName&) = default;
};

/// Which SRV records belong to which port. Names are folded once, not for each member.
class PortSets {
 public:
  explicit PortSets(const std::vector<std::vector<Port>>& lists) {
    for (const auto& list : lists) {
      auto& own = sets_of_.emplace_back();
      own.reserve(list.size());
      for (const auto& port : list) {
        auto label = port.name.empty() ? std::string() : names::port_label(port.name);
        own.push_back(label.empty() ? nullptr : &sets_[{std::move(label), port.protocol}]);
      }
    }
  }

  /// Null: the name of that port of that list is empty or no label.
  std::vector<std::uint16_t>* at(std::uint32_t list, std::size_t port) const { return sets_of_[list][port]; }

  void write(BlockDraft& draft) const {
    for (const auto& [key, records] : sets_) {
      if (records.empty()) continue;  // beyond the limit
      const auto name = draft.add_label(key.label);
      const auto protocol = draft.add_label("_" + std::string(to_string(key.protocol)));
      draft.ports.push_back({name, protocol, static_cast<std::uint16_t>(draft.port_srv.size()),
                             static_cast<std::uint16_t>(records.size())});
      draft.port_srv.insert(draft.port_srv.end(), records.begin(), records.end());
    }
  }

 private:
  std::map<PortName, std::vector<std::uint16_t>> sets_;            // records, each once
  std::vector<std::vector<std::vector<std::uint16_t>*>> sets_of_;  // by list, by port
};

/// Gives the number of each member in the block; kNone: beyond the limit. By host, then by ports.
std::vector<std::uint16_t> write_members(const std::vector<MemberDraft>& members,
                                         const std::vector<std::vector<Port>>& lists, BlockDraft& draft,
                                         SynthesisNotes& notes) {
  std::vector<std::uint16_t> numbers(members.size(), SelectorRow::kNone);
  std::vector<double> weights;
  weights.reserve(members.size());
  for (const auto& member : members) weights.push_back(member.weight);
  const auto shares = policy::draw_shares(weights);
  const auto srv = policy::srv_weights(weights);
  notes.srv_weights_coarse = srv.coarse;
  const PortSets sets(lists);
  // (host, port) -> its record: one each (N12)
  boost::unordered_flat_map<std::uint32_t, std::uint16_t> written;
  written.reserve(members.size());
  draft.members.reserve(members.size());
  draft.srv.reserve(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto host = members[i].host;
    const auto& own_ports = lists[members[i].ports];
    if (draft.srv.size() + own_ports.size() > Block::kMembersMax ||
        draft.members.size() == Block::kMembersMax) {
      ++notes.over_limit;
      continue;
    }
    const auto first = static_cast<std::uint16_t>(draft.srv.size());
    for (std::size_t k = 0; k < own_ports.size(); ++k) {
      const auto& port = own_ports[k];
      const auto [found, fresh] = written.try_emplace(std::uint32_t{host} << 16 | port.number,
                                                      static_cast<std::uint16_t>(draft.srv.size()));
      const auto record = found->second;
      if (fresh) {
        draft.srv.push_back(
            {port.number, srv.weights[i], host, static_cast<std::uint16_t>(draft.members.size())});
      }
      if (port.name.empty()) continue;
      auto* set = sets.at(members[i].ports, k);
      if (set == nullptr) {
        ++notes.ports_without_label;
      } else if (fresh || std::find(set->begin(), set->end(), record) == set->end()) {
        set->push_back(record);
      }
    }
    numbers[i] = static_cast<std::uint16_t>(draft.members.size());
    draft.members.push_back({shares[i], first, static_cast<std::uint16_t>(draft.srv.size() - first)});
  }
  sets.write(draft);
  return numbers;
}

}  // namespace

HostNumbers write_hosts(const Gathered& gathered, bool compact_v6, BlockDraft& draft, SynthesisNotes& notes) {
  return Hosts(gathered, compact_v6).write(draft, notes);
}

std::vector<std::uint16_t> write_rows(const Gathered& gathered, const HostNumbers& hosts, BlockDraft& draft,
                                      SynthesisNotes& notes) {
  write_addresses(gathered, draft);
  const auto& rows = gathered.rows;
  const auto key = [&](std::uint32_t i) { return std::pair(hosts[rows[i].host], rows[i].ports); };
  std::vector<std::uint32_t> sorted(rows.size());
  std::iota(sorted.begin(), sorted.end(), 0u);
  std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(key(a), a) < std::pair(key(b), b);  // weights are added up in the order of rows
  });
  std::vector<MemberDraft> members;
  members.reserve(rows.size());
  std::vector<std::uint16_t> of_row(rows.size());
  std::vector<std::uint32_t> member_of(rows.size());
  for (const auto i : sorted) {
    const auto [host, ports] = key(i);
    if (members.empty() || members.back().host != host || members.back().ports != ports)
      members.push_back({host, ports, 0});
    members.back().weight += rows[i].weight;
    member_of[i] = static_cast<std::uint32_t>(members.size() - 1);
  }
  const auto numbers = write_members(members, gathered.ports, draft, notes);
  for (std::size_t i = 0; i < rows.size(); ++i) of_row[i] = numbers[member_of[i]];
  return of_row;
}

void write_siblings(const Gathered& gathered, BlockDraft& draft) {
  std::map<Octets16, Octets4> siblings;
  for (const auto& row : gathered.rows) {
    if (!row.v4 || !row.v6) continue;
    const auto [found, fresh] = siblings.try_emplace(*row.v6, *row.v4);
    if (!fresh) found->second = std::min(found->second, *row.v4);
  }
  if (siblings.empty()) return;
  for (const auto& address : draft.v6) {
    const auto found = siblings.find(address.octets);
    draft.siblings.push_back(found == siblings.end() ? Octets4{} : found->second);
  }
}

void write_instances(const ServiceState& state, const Gathered& gathered, const HostNumbers& numbers,
                     const config::Zone& rules, BlockDraft& draft, SynthesisNotes& notes) {
  struct Node {
    std::uint16_t host, port;
    std::size_t instance;
  };
  std::vector<Node> all;
  all.reserve(gathered.rows.size());
  for (const auto& row : gathered.rows) {
    const auto host = numbers[row.host];
    if (host == Block::kSelf) continue;
    for (const auto& port : gathered.ports[row.ports]) all.push_back({host, port.number, row.instance});
  }
  std::sort(all.begin(), all.end(), [](const Node& a, const Node& b) {
    return std::tie(a.host, a.port, a.instance) < std::tie(b.host, b.port, b.instance);
  });
  const auto same = [](const Node& a, const Node& b) { return a.host == b.host && a.port == b.port; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());  // the first of equals
  draft.instances.reserve(all.size());
  std::vector<std::uint8_t> rdata;
  for (const auto& [host, port, instance] : all) {
    draft.instances.push_back({host, port, static_cast<std::uint32_t>(draft.txts.size())});
    rdata.clear();
    if (rules.txt) instance_txt(state.instances[instance], port, rules.txt_metadata, notes, rdata);
    if (draft.txts.empty()) draft.txts.reserve(all.size() * (rdata.size() + 2));  // most are as long
    draft.txts.push_back(static_cast<std::uint8_t>(rdata.size() >> 8));
    draft.txts.push_back(static_cast<std::uint8_t>(rdata.size()));
    draft.txts.insert(draft.txts.end(), rdata.begin(), rdata.end());
  }
}

void write_virtual(const std::vector<IpAddress>& addresses, const std::vector<Port>& ports, BlockDraft& draft,
                   SynthesisNotes& notes) {
  auto all = addresses;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::vector<Weighed<Octets4>> v4;
  std::vector<Weighed<Octets16>> v6;
  for (const auto& address : all) {
    address.is_v4() ? v4.push_back({octets_of_v4(address), 0, 1})
                    : v6.push_back({octets_of_v6(address), 0, 1});
  }
  write_addresses(std::move(v4), draft.v4);
  write_addresses(std::move(v6), draft.v6);
  write_members({{Block::kSelf, 0, 1.0}}, {sorted_ports(ports)}, draft, notes);
}

}  // namespace signpost
