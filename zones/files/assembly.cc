#include "zones/files/assembly.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "zones/files/ldns_fields.h"

namespace signpost::files {
namespace {

std::string key_of(NameView wire) { return {reinterpret_cast<const char*>(wire.data()), wire.size()}; }

NameView wire_of(const std::string& owner) {
  return {reinterpret_cast<const std::uint8_t*>(owner.data()), owner.size()};
}

/// Where names begin in the RDATA of types whose names are compared without case (RFC 4034, section 6.2, of
/// those in which the rest is nothing but names). -1: octets are compared as they are.
int names_from(RRType type) {
  switch (static_cast<std::uint16_t>(type)) {
    case 2:   // NS
    case 5:   // CNAME
    case 12:  // PTR
    case 17:  // RP
    case 39:  // DNAME
      return 0;
    case 15:  // MX
    case 18:  // AFSDB
    case 21:  // RT
    case 36:  // KX
      return 2;
    case 33:  // SRV
      return 6;
    default:
      return -1;
  }
}

std::string comparable(RRType type, const Octets& rdata) {
  std::string text(rdata.begin(), rdata.end());
  const int from = names_from(type);
  for (auto i = static_cast<std::size_t>(from); from >= 0 && i < text.size(); ++i)
    text[i] = static_cast<char>(fold(static_cast<std::uint8_t>(text[i])));
  return text;
}

}  // namespace

Assembly::Set* Assembly::Draft::find(RRType type) {
  const auto at =
      std::find_if(sets.begin(), sets.end(), [type](const Set& s) { return s.rrset.type == type; });
  return at == sets.end() ? nullptr : &*at;
}

const Assembly::Set* Assembly::Draft::find(RRType type) const { return const_cast<Draft*>(this)->find(type); }

const Assembly::Draft* Assembly::find(NameView name) const {
  const auto at = by_owner_.find(key_of(name));
  return at == by_owner_.end() ? nullptr : &drafts_[at->second];
}

Assembly::Draft& Assembly::draft_of(const Name& owner, Spot spot) {
  auto key = key_of(owner.wire());
  if (!drafts_.empty() && drafts_.back().owner == key) return drafts_.back();  // most follow their owner
  const auto [at, fresh] = by_owner_.emplace(std::move(key), drafts_.size());
  if (fresh) drafts_.push_back({at->first, {}, spot});
  return drafts_[at->second];
}

void Assembly::add(WrittenRecord record) {
  record.owner = record.owner.folded();
  if (!is_at_or_below(record.owner.wire(), apex_.wire())) {
    findings_.error(record.spot, fmt::format("{} lies outside of the zone {}", record.owner.to_string(),
                                             apex_.to_string()));
    return;
  }
  if (record.type == RRType::SOA) return add_soa(std::move(record));
  auto& draft = draft_of(record.owner, record.spot);
  auto* set = draft.find(record.type);
  if (set == nullptr) set = &draft.sets.emplace_back(Set{{record.type, record.ttl, {}}, {}, false});
  set->ttls_differ |= set->rrset.ttl != record.ttl;
  set->rrset.ttl = std::min(set->rrset.ttl, record.ttl);
  set->rrset.rdata.push_back(std::move(record.rdata));
  set->spots.push_back(record.spot);
}

void Assembly::add_soa(WrittenRecord record) {
  if (record.owner.size() != apex_.size()) {
    findings_.error(record.spot, fmt::format("an SOA stands at the apex {} alone, not at {}",
                                             apex_.to_string(), record.owner.to_string()));
  } else if (zone_.soa.empty()) {
    zone_.soa = std::move(record.rdata);
    zone_.soa_ttl = record.ttl;
    soa_spot_ = record.spot;
  } else if (zone_.soa != record.rdata) {
    findings_.error(record.spot, fmt::format("a second SOA, the first is in {}; keep one",
                                             findings_.refer(soa_spot_, record.spot)));
  }
}

/// Drops what is written twice (RFC 2181, section 5), and tells which TTL all get (section 5.2).
void Assembly::tidy_set(const Draft& draft, Set& set) {
  if (set.ttls_differ) {
    findings_.warning(set.spots.front(),
                      fmt::format("the TTLs of {} {} differ; all get the lowest, {}",
                                  to_text(wire_of(draft.owner)), type_text(set.rrset.type), set.rrset.ttl));
  }
  auto& all = set.rrset.rdata;
  if (all.size() < 2) return;
  std::unordered_set<std::string> seen;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!seen.insert(comparable(set.rrset.type, all[i])).second) {
      findings_.warning(set.spots[i], fmt::format("this record of {} {} is written twice; one is kept",
                                                  to_text(wire_of(draft.owner)), type_text(set.rrset.type)));
      continue;
    }
    if (kept != i) {
      all[kept] = std::move(all[i]);
      set.spots[kept] = set.spots[i];
    }
    ++kept;
  }
  all.resize(kept);
  set.spots.resize(kept);
}

StaticZone Assembly::finish() {
  for (auto& draft : drafts_) {
    for (auto& set : draft.sets) tidy_set(draft, set);
    check_node(draft);
  }
  find_glue();
  for (auto& draft : drafts_) drop_hidden(draft);
  for (const auto& draft : drafts_) {
    check_targets(draft);
    for (const auto& set : draft.sets) check_size(draft, set);
  }
  std::vector<std::size_t> order(drafts_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [this](auto a, auto b) {
    const auto left = wire_of(drafts_[a].owner);
    const auto right = wire_of(drafts_[b].owner);
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
  });
  zone_.apex = apex_;
  zone_.nodes.reserve(drafts_.size());
  for (const auto index : order) {
    auto& draft = drafts_[index];
    if (draft.sets.empty()) continue;
    std::sort(draft.sets.begin(), draft.sets.end(),
              [](const Set& a, const Set& b) { return a.rrset.type < b.rrset.type; });
    auto& node = zone_.nodes.emplace_back();
    node.name = Name::from_wire(wire_of(draft.owner));
    node.origin = findings_.brief(draft.spot);
    node.rrsets.reserve(draft.sets.size());
    for (auto& set : draft.sets) node.rrsets.push_back(std::move(set.rrset));
  }
  return std::move(zone_);
}

}  // namespace signpost::files
