#include "zones/synthesis/static_node.h"

#include <algorithm>
#include <optional>

namespace signpost {
namespace {

constexpr std::size_t kFixed = 12;  // owner pointer, type, class, TTL, RDLENGTH

void put_u16(std::vector<std::uint8_t>& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

std::size_t octets_of(const StaticRRset& set) {
  std::size_t octets = 0;
  for (const auto& rdata : set.rdata) octets += kFixed + rdata.size();
  return octets;
}

void put_records(std::vector<std::uint8_t>& out, const StaticRRset& set) {
  for (const auto& rdata : set.rdata) {
    put_u16(out, kOwnerPointer);
    put_u16(out, static_cast<std::uint16_t>(set.type));
    put_u16(out, static_cast<std::uint16_t>(RRClass::IN));
    put_u16(out, static_cast<std::uint16_t>(set.ttl >> 16));
    put_u16(out, static_cast<std::uint16_t>(set.ttl));
    put_u16(out, static_cast<std::uint16_t>(rdata.size()));
    out.insert(out.end(), rdata.begin(), rdata.end());
  }
}

/// Where in the RDATA a name stands whose addresses may come along (N13, N14, N18; MX: RFC 1035, 3.3.9).
std::optional<std::size_t> target_place(RRType type) {
  switch (type) {
    case RRType::NS:
      return 0;
    case RRType::MX:
    case RRType::SVCB:
    case RRType::HTTPS:
      return 2;
    case RRType::SRV:
      return 6;
    default:
      return std::nullopt;
  }
}

NameView name_at(std::span<const std::uint8_t> octets) {
  std::size_t size = 0;
  while (size < octets.size() && octets[size] != 0) size += octets[size] + 1u;
  return size < octets.size() ? octets.first(size + 1) : NameView();
}

class Drafter {
 public:
  Drafter(const StaticZone& data, const std::vector<Name>& cuts, BlockDraft& draft)
      : data_(data), cuts_(cuts), draft_(draft) {}

  void add(const StaticRRset& set) {
    StaticSet made{};
    made.at = static_cast<std::uint32_t>(draft_.records.size());
    made.octets = static_cast<std::uint32_t>(octets_of(set));
    made.type = set.type;
    made.count = static_cast<std::uint16_t>(set.rdata.size());
    made.target_first = static_cast<std::uint16_t>(draft_.targets.size());
    put_records(draft_.records, set);
    add_targets(set);
    made.target_count = static_cast<std::uint16_t>(draft_.targets.size() - made.target_first);
    draft_.sets.push_back(made);
  }

  /// Written behind the sets, so that no set is torn.
  void add_glue() {
    for (std::size_t i = 0; draft_.cut && i < targets_.size(); ++i) {
      auto& target = draft_.targets[i];
      const auto& name = targets_[i];
      const bool below = is_at_or_below(name.wire(), draft_.spellings.front().wire());
      if (!below && cut_above(cuts_, name.wire()) == nullptr && !is_cut(name)) continue;
      const auto* node = find_node(data_, name.wire());
      if (node == nullptr) continue;
      target.mandatory = below ? 1 : 0;
      target.glue_first = static_cast<std::uint16_t>(draft_.glue.size());
      for (const auto& set : node->rrsets) {
        if (set.type != RRType::A && set.type != RRType::AAAA) continue;
        draft_.glue.push_back({static_cast<std::uint32_t>(draft_.records.size()),
                               static_cast<std::uint32_t>(octets_of(set)),
                               static_cast<std::uint32_t>(set.rdata.size())});
        put_records(draft_.records, set);
      }
      target.glue_count = static_cast<std::uint8_t>(draft_.glue.size() - target.glue_first);
    }
  }

 private:
  bool is_cut(const Name& name) const { return std::find(cuts_.begin(), cuts_.end(), name) != cuts_.end(); }

  void add_targets(const StaticRRset& set) {
    const auto place = target_place(set.type);
    if (!place) return;
    std::vector<Name> seen;
    std::size_t at = 0;
    for (const auto& rdata : set.rdata) {
      const auto name = rdata.size() > *place ? name_at(std::span(rdata).subspan(*place)) : NameView();
      const auto here = at + kFixed + *place;
      at += kFixed + rdata.size();
      if (name.empty()) continue;
      // "." is nobody; but a SVCB record of a service means its own owner (RFC 9460, section 2.5.2).
      const bool own = name.size() == 1 && (set.type == RRType::SVCB || set.type == RRType::HTTPS) &&
                       (rdata[0] | rdata[1]) != 0;
      if (name.size() == 1 && !own) continue;
      const auto folded = own ? draft_.spellings.front() : Name::from_wire(name).folded();
      if (std::find(seen.begin(), seen.end(), folded) != seen.end()) continue;
      seen.push_back(folded);
      targets_.push_back(folded);
      draft_.targets.push_back({own ? 0 : static_cast<std::uint32_t>(here), 0, 0, 0});
    }
  }

  const StaticZone& data_;
  const std::vector<Name>& cuts_;
  BlockDraft& draft_;
  std::vector<Name> targets_;  // parallel to the draft's
};

bool is_occluding(const StaticNode& node, const StaticZone& data) {
  return is_delegation(node, data) ||
         std::any_of(node.rrsets.begin(), node.rrsets.end(),
                     [](const StaticRRset& set) { return set.type == RRType::DNAME; });
}

}  // namespace

bool wire_less(NameView a, NameView b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

bool is_delegation(const StaticNode& node, const StaticZone& data) {
  const auto wire = node.name.wire();
  const bool wildcard = wire[0] == 1 && wire[1] == '*';
  return !wildcard && node.name != data.apex &&
         std::any_of(node.rrsets.begin(), node.rrsets.end(),
                     [](const StaticRRset& set) { return set.type == RRType::NS; });
}

std::vector<Name> find_cuts(const StaticZone& data) {
  std::vector<Name> cuts;
  for (const auto& node : data.nodes) {
    if (is_occluding(node, data)) cuts.push_back(node.name);
  }
  return cuts;
}

const Name* cut_above(const std::vector<Name>& cuts, NameView name) {
  if (cuts.empty()) return nullptr;
  const auto before = [](const Name& cut, NameView wanted) { return wire_less(cut.wire(), wanted); };
  const Name* found = nullptr;
  while (name.size() > 1) {
    name = parent(name);
    const auto at = std::lower_bound(cuts.begin(), cuts.end(), name, before);
    if (at != cuts.end() && std::ranges::equal(at->wire(), name)) found = &*at;
  }
  return found;
}

const StaticNode* find_node(const StaticZone& data, NameView name) {
  const auto before = [](const StaticNode& node, NameView wanted) {
    return wire_less(node.name.wire(), wanted);
  };
  const auto found = std::lower_bound(data.nodes.begin(), data.nodes.end(), name, before);
  return found != data.nodes.end() && std::ranges::equal(found->name.wire(), name) ? &*found : nullptr;
}

BlockDraft draft_static_node(const StaticNode& node, std::uint16_t zone, const StaticZone& data,
                             const std::vector<Name>& cuts, std::vector<RRType>& too_large) {
  BlockDraft draft;
  draft.kind = node.name == data.apex ? BlockKind::Apex : BlockKind::Static;
  draft.zone = zone;
  draft.spellings.push_back(node.name);
  draft.cut = is_delegation(node, data);
  Drafter drafter(data, cuts, draft);
  for (const auto& set : node.rrsets) {
    if (draft.cut && set.type != RRType::NS && set.type != RRType::DS) continue;  // glue, or occluded
    if (octets_of(set) > kStaticSetOctetsMax) {
      too_large.push_back(set.type);
      continue;
    }
    drafter.add(set);
  }
  drafter.add_glue();
  return draft;
}

}  // namespace signpost
