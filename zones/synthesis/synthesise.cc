#include "zones/synthesis/synthesise.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "zones/policy/shares.h"
#include "zones/synthesis/txt.h"

namespace signpost {
namespace {

using names::address_label;
using names::Layout;
using policy::Decision;
using policy::Verdict;

using Octets4 = std::array<std::uint8_t, 4>;
using Octets16 = std::array<std::uint8_t, 16>;

template <std::size_t N>
std::array<std::uint8_t, N> octets_of(const IpAddress& address) {
  std::array<std::uint8_t, N> octets;
  std::copy(address.octets().begin(), address.octets().end(), octets.begin());
  return octets;
}

/// What goes into the block, sorted and without duplicates, still by value.
struct Gathered {
  struct HostAddresses {
    std::vector<Octets4> v4;
    std::vector<Octets16> v6;
  };
  struct InstanceAt {
    std::string host;
    std::uint16_t port;
    const Instance* instance;
    double weight;
  };
  std::map<Octets4, double> v4;  // address -> weight at the service name
  std::map<Octets16, double> v6;
  std::map<std::string, HostAddresses> hosts;  // empty label: the service itself
  std::map<std::pair<std::string, std::vector<Port>>, double> members;
  std::vector<InstanceAt> instances;
};

std::vector<Port> ports_of(const Instance& instance, const ServiceState& state) {
  auto ports = instance.ports.empty() ? state.ports : instance.ports;
  std::sort(ports.begin(), ports.end());
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  return ports;
}

template <class T>
void add_unique(std::vector<T>& all, const T& one) {
  const auto at = std::lower_bound(all.begin(), all.end(), one);
  if (at == all.end() || *at != one) all.insert(at, one);
}

void gather_instance(const Instance& instance, double weight, const ServiceState& state, Layout layout,
                     Gathered& out) {
  const auto v4 = instance.v4 ? std::optional(instance.v4->unmapped()) : std::nullopt;
  const auto v6 = instance.v6 ? std::optional(instance.v6->unmapped()) : std::nullopt;
  const auto label = !instance.host_name.empty() ? instance.host_name : address_label(v4 ? *v4 : *v6);
  auto& host = out.hosts[label];
  const auto add = [&](const IpAddress& address) {
    if (address.is_v4()) {
      out.v4[octets_of<4>(address)] += weight;
      add_unique(host.v4, octets_of<4>(address));
    } else {
      out.v6[octets_of<16>(address)] += weight;
      add_unique(host.v6, octets_of<16>(address));
      if (v4)
        add_unique(out.hosts[address_label(address)].v6,
                   octets_of<16>(address));  // dual-stack: a name of each family
    }
  };
  if (v4) add(*v4);
  if (v6) add(*v6);
  const auto ports = ports_of(instance, state);
  out.members[{label, ports}] += weight;
  if (layout == Layout::Kubernetes) return;
  for (const auto& port : ports) out.instances.push_back({label, port.number, &instance, weight});
}

Gathered gather(const ServiceState& state, const Decision& decision, Layout layout) {
  Gathered out;
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (decision.verdicts[i] != Verdict::Eligible) continue;
    gather_instance(state.instances[i], decision.weights[i], state, layout, out);
  }
  if (state.kind != ServiceKind::VirtualIp) return out;
  // The virtual address answers; its endpoints only have names (kubernetes.md 3.1, 3.13 row 10).
  out.v4.clear();
  out.v6.clear();
  out.members.clear();
  for (const auto& address : state.virtual_ips) {
    address.is_v4() ? void(out.v4[octets_of<4>(address)] = 1) : void(out.v6[octets_of<16>(address)] = 1);
  }
  auto ports = state.ports;
  std::sort(ports.begin(), ports.end());
  out.members[{std::string(), ports}] = 1;
  return out;
}

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

void write_hosts(const Gathered& gathered, BlockDraft& draft, SynthesisNotes& notes) {
  for (const auto& [label, addresses] : gathered.hosts) {
    if (draft.hosts.size() == Block::kMembersMax ||
        draft.host_v4.size() + addresses.v4.size() > Block::kMembersMax ||
        draft.host_v6.size() + addresses.v6.size() > Block::kMembersMax) {
      ++notes.over_limit;
      continue;
    }
    draft.hosts.push_back({draft.add_label(label), static_cast<std::uint16_t>(draft.host_v4.size()),
                           static_cast<std::uint16_t>(addresses.v4.size()),
                           static_cast<std::uint16_t>(draft.host_v6.size()),
                           static_cast<std::uint16_t>(addresses.v6.size())});
    draft.host_v4.insert(draft.host_v4.end(), addresses.v4.begin(), addresses.v4.end());
    draft.host_v6.insert(draft.host_v6.end(), addresses.v6.begin(), addresses.v6.end());
  }
}

std::uint16_t host_index(const BlockDraft& draft, const Gathered& gathered, const std::string& label) {
  if (label.empty()) return Block::kSelf;
  const auto at = std::distance(gathered.hosts.begin(), gathered.hosts.find(label));
  return at < static_cast<std::ptrdiff_t>(draft.hosts.size()) ? static_cast<std::uint16_t>(at) : Block::kSelf;
}

using PortKey = std::pair<std::string, Protocol>;  // "_http", tcp

void write_members(const Gathered& gathered, BlockDraft& draft, SynthesisNotes& notes) {
  std::vector<double> weights;
  for (const auto& [who, weight] : gathered.members) weights.push_back(weight);
  const auto shares = policy::draw_shares(weights);
  const auto srv = policy::srv_weights(weights);
  notes.srv_weights_coarse = srv.coarse;
  std::map<PortKey, std::vector<std::uint16_t>> ports;
  std::map<std::pair<std::uint16_t, std::uint16_t>, std::uint16_t>
      written;  // (host, port) -> its record: one each (N12)
  std::size_t i = 0;
  for (const auto& [who, weight] : gathered.members) {
    const auto member = i++;
    const auto& [label, own_ports] = who;
    if (draft.srv.size() + own_ports.size() > Block::kMembersMax ||
        draft.members.size() == Block::kMembersMax) {
      ++notes.over_limit;
      continue;
    }
    const auto host = host_index(draft, gathered, label);
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
    draft.members.push_back({shares[member], first, static_cast<std::uint16_t>(draft.srv.size() - first)});
  }
  for (const auto& [key, records] : ports) {
    const auto name = draft.add_label(key.first);
    const auto protocol = draft.add_label("_" + std::string(to_string(key.second)));
    draft.ports.push_back({name, protocol, static_cast<std::uint16_t>(draft.port_srv.size()),
                           static_cast<std::uint16_t>(records.size())});
    draft.port_srv.insert(draft.port_srv.end(), records.begin(), records.end());
  }
}

void write_instances(Gathered& gathered, const SynthesisRules& rules, BlockDraft& draft,
                     SynthesisNotes& notes) {
  const auto key = [](const Gathered::InstanceAt& at) { return std::tie(at.host, at.port); };
  auto& all = gathered.instances;
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  all.erase(
      std::unique(all.begin(), all.end(), [&](const auto& a, const auto& b) { return key(a) == key(b); }),
      all.end());
  for (const auto& at : all) {
    const auto host = host_index(draft, gathered, at.host);
    if (host == Block::kSelf) continue;
    draft.instances.push_back({host, at.port, static_cast<std::uint32_t>(draft.txts.size())});
    const auto rdata = rules.config->txt
                           ? instance_txt(*at.instance, at.port, rules.config->txt_metadata, notes)
                           : std::vector<std::uint8_t>();
    draft.txts.push_back(static_cast<std::uint8_t>(rdata.size() >> 8));
    draft.txts.push_back(static_cast<std::uint8_t>(rdata.size()));
    draft.txts.insert(draft.txts.end(), rdata.begin(), rdata.end());
  }
}

}  // namespace

BlockDraft synthesise(const ServiceState& state, const policy::Decision& decision,
                      const SynthesisRules& rules, std::vector<Name> spellings, SynthesisNotes& notes) {
  BlockDraft draft;
  draft.zone = rules.zone;
  draft.ttl = rules.config->ttl;
  draft.answer = rules.config->answer;
  draft.spellings = std::move(spellings);
  if (state.pending) {
    draft.kind = BlockKind::Pending;
    return draft;
  }
  if (state.kind == ServiceKind::Alias) {
    const auto target = Name::parse(state.alias);
    notes.bad_alias = !target || state.alias.empty();
    draft.kind = notes.bad_alias ? BlockKind::Absent : BlockKind::Alias;
    if (!notes.bad_alias) draft.alias = *target;
    return draft;
  }
  if (rules.layout == Layout::Kubernetes && state.kind == ServiceKind::Instances && decision.eligible == 0) {
    draft.kind = BlockKind::Absent;  // SH3
    return draft;
  }
  auto gathered = gather(state, decision, rules.layout);
  write_addresses(gathered.v4, draft.v4, notes);
  write_addresses(gathered.v6, draft.v6, notes);
  write_hosts(gathered, draft, notes);
  write_members(gathered, draft, notes);
  write_instances(gathered, rules, draft, notes);
  if (rules.config->txt) draft.txt = service_txt(state, decision, rules.config->txt_metadata, notes);
  return draft;
}

}  // namespace signpost
