#include "zones/synthesis/records.h"

#include <algorithm>
#include <optional>

#include "zones/policy/shares.h"
#include "zones/synthesis/txt.h"

namespace signpost {
namespace {

/// The address that a host is plain by: its only one, of which its label is made.
std::optional<IpAddress> plain_address(const std::string& label, const Gathered::Addresses& addresses) {
  if (addresses.v4.size() + addresses.v6.size() != 1) return std::nullopt;
  const auto address = addresses.v4.empty() ? IpAddress::v6(addresses.v6[0]) : IpAddress::v4(addresses.v4[0]);
  LabelRoom room;
  const auto made = write_label(address, room);
  const bool same = std::equal(made.begin(), made.end(), label.begin(), label.end(),
                               [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
  return same ? std::optional(address) : std::nullopt;
}

/// Sorts hosts into plain and named ones, in the order in which they are written.
class Hosts {
 public:
  Hosts(const Gathered& gathered, bool compact_v6) {
    for (const auto& [label, addresses] : gathered.hosts) {
      const auto plain = plain_address(label, addresses);
      if (!plain || (plain->is_v6() && !compact_v6)) {
        named_.push_back({&label, &addresses});
      } else {
        plain_.emplace(*plain, &label);
      }
    }
  }

  HostNumbers write(BlockDraft& draft, SynthesisNotes& notes) const {
    HostNumbers numbers;
    for (const auto& [address, label] : plain_) {  // IPv4 first
      if (numbers.size() == Block::kMembersMax) {
        ++notes.over_limit;
        continue;
      }
      numbers.emplace(*label, static_cast<std::uint16_t>(numbers.size()));
      address.is_v4() ? draft.host_v4.push_back(octets_of_v4(address))
                      : draft.host_v6.push_back(octets_of_v6(address));
    }
    draft.plain_v4 = static_cast<std::uint16_t>(draft.host_v4.size());
    draft.plain_v6 = static_cast<std::uint16_t>(draft.host_v6.size());
    for (const auto& [label, addresses] : named_) {
      if (numbers.size() == Block::kMembersMax ||
          draft.host_v4.size() + addresses->v4.size() > Block::kMembersMax ||
          draft.host_v6.size() + addresses->v6.size() > Block::kMembersMax) {
        ++notes.over_limit;
        continue;
      }
      numbers.emplace(*label, static_cast<std::uint16_t>(numbers.size()));
      draft.hosts.push_back({draft.add_labels(*label), static_cast<std::uint16_t>(draft.host_v4.size()),
                             static_cast<std::uint16_t>(addresses->v4.size()),
                             static_cast<std::uint16_t>(draft.host_v6.size()),
                             static_cast<std::uint16_t>(addresses->v6.size())});
      draft.host_v4.insert(draft.host_v4.end(), addresses->v4.begin(), addresses->v4.end());
      draft.host_v6.insert(draft.host_v6.end(), addresses->v6.begin(), addresses->v6.end());
    }
    return numbers;
  }

 private:
  std::map<IpAddress, const std::string*> plain_;
  std::vector<std::pair<const std::string*, const Gathered::Addresses*>> named_;  // by their octets
};

template <class Record, class Map>
void write_addresses(const Map& addresses, std::vector<Record>& out, SynthesisNotes& notes) {
  std::vector<double> weights;
  for (const auto& [octets, weight] : addresses) weights.push_back(weight);
  const auto shares = policy::draw_shares(weights);
  std::size_t i = 0;
  for (const auto& [octets, weight] : addresses) {
    if (out.size() == Block::kMembersMax) {
      ++notes.over_limit;
      continue;
    }
    out.push_back({octets, shares[i++]});
  }
}

/// Instances of one address are one record, their weights added up.
void write_addresses(const Gathered& gathered, BlockDraft& draft, SynthesisNotes& notes) {
  std::map<Octets4, double> v4;
  std::map<Octets16, double> v6;
  for (const auto& row : gathered.rows) {
    if (row.v4) v4[*row.v4] += row.weight;
    if (row.v6) v6[*row.v6] += row.weight;
  }
  write_addresses(v4, draft.v4, notes);
  write_addresses(v6, draft.v6, notes);
}

using MemberKey = std::pair<std::uint16_t, std::vector<Port>>;  // host, ports
using Members = std::map<MemberKey, double>;                    // -> weight
using MemberNumbers = std::map<MemberKey, std::uint16_t>;       // those beyond the limit are not in it
using PortKey = std::pair<std::string, Protocol>;               // "_http", tcp

MemberNumbers write_members(const Members& members, BlockDraft& draft, SynthesisNotes& notes) {
  MemberNumbers numbers;
  std::vector<double> weights;
  for (const auto& [who, weight] : members) weights.push_back(weight);
  const auto shares = policy::draw_shares(weights);
  const auto srv = policy::srv_weights(weights);
  notes.srv_weights_coarse = srv.coarse;
  std::map<PortKey, std::vector<std::uint16_t>> ports;
  std::map<std::pair<std::uint16_t, std::uint16_t>, std::uint16_t>
      written;  // (host, port) -> its record: one each (N12)
  std::size_t i = 0;
  for (const auto& [who, weight] : members) {
    const auto member = i++;
    const auto& [host, own_ports] = who;
    if (draft.srv.size() + own_ports.size() > Block::kMembersMax ||
        draft.members.size() == Block::kMembersMax) {
      ++notes.over_limit;
      continue;
    }
    const auto first = static_cast<std::uint16_t>(draft.srv.size());
    for (const auto& port : own_ports) {
      const auto [record, fresh] =
          written.try_emplace({host, port.number}, static_cast<std::uint16_t>(draft.srv.size()));
      if (fresh) {
        draft.srv.push_back(
            {port.number, srv.weights[member], host, static_cast<std::uint16_t>(draft.members.size())});
      }
      if (port.name.empty()) continue;
      const auto name = names::port_label(port.name);
      if (name.empty()) {
        ++notes.ports_without_label;
        continue;
      }
      auto& set = ports[{name, port.protocol}];
      if (std::find(set.begin(), set.end(), record->second) == set.end()) set.push_back(record->second);
    }
    numbers.emplace(who, static_cast<std::uint16_t>(draft.members.size()));
    draft.members.push_back({shares[member], first, static_cast<std::uint16_t>(draft.srv.size() - first)});
  }
  for (const auto& [key, records] : ports) {
    const auto name = draft.add_label(key.first);
    const auto protocol = draft.add_label("_" + std::string(to_string(key.second)));
    draft.ports.push_back({name, protocol, static_cast<std::uint16_t>(draft.port_srv.size()),
                           static_cast<std::uint16_t>(records.size())});
    draft.port_srv.insert(draft.port_srv.end(), records.begin(), records.end());
  }
  return numbers;
}

std::uint16_t number_of(const std::string& host, const HostNumbers& numbers) {
  const auto found = numbers.find(host);
  return found == numbers.end() ? Block::kSelf : found->second;
}

}  // namespace

HostNumbers write_hosts(const Gathered& gathered, bool compact_v6, BlockDraft& draft, SynthesisNotes& notes) {
  return Hosts(gathered, compact_v6).write(draft, notes);
}

std::vector<std::uint16_t> write_rows(const Gathered& gathered, const HostNumbers& hosts, BlockDraft& draft,
                                      SynthesisNotes& notes) {
  write_addresses(gathered, draft, notes);
  Members members;
  for (const auto& row : gathered.rows) members[{number_of(row.host, hosts), row.ports}] += row.weight;
  const auto numbers = write_members(members, draft, notes);
  std::vector<std::uint16_t> of_row;
  for (const auto& row : gathered.rows) {
    const auto found = numbers.find({number_of(row.host, hosts), row.ports});
    of_row.push_back(found == numbers.end() ? SelectorRow::kNone : found->second);
  }
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
  std::map<std::pair<std::uint16_t, std::uint16_t>, const Instance*> all;  // the first of equals
  for (const auto& row : gathered.rows) {
    const auto host = number_of(row.host, numbers);
    if (host == Block::kSelf) continue;
    for (const auto& port : row.ports) all.try_emplace({host, port.number}, &state.instances[row.instance]);
  }
  for (const auto& [at, instance] : all) {
    draft.instances.push_back({at.first, at.second, static_cast<std::uint32_t>(draft.txts.size())});
    const auto rdata = rules.txt ? instance_txt(*instance, at.second, rules.txt_metadata, notes)
                                 : std::vector<std::uint8_t>();
    draft.txts.push_back(static_cast<std::uint8_t>(rdata.size() >> 8));
    draft.txts.push_back(static_cast<std::uint8_t>(rdata.size()));
    draft.txts.insert(draft.txts.end(), rdata.begin(), rdata.end());
  }
}

void write_virtual(const std::vector<IpAddress>& addresses, const std::vector<Port>& ports, BlockDraft& draft,
                   SynthesisNotes& notes) {
  std::map<Octets4, double> v4;
  std::map<Octets16, double> v6;
  for (const auto& address : addresses) {
    address.is_v4() ? void(v4[octets_of_v4(address)] = 1) : void(v6[octets_of_v6(address)] = 1);
  }
  write_addresses(v4, draft.v4, notes);
  write_addresses(v6, draft.v6, notes);
  write_members({{{Block::kSelf, sorted_ports(ports)}, 1.0}}, draft, notes);
}

}  // namespace signpost
