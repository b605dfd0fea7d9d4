// Answerer: static records, and what comes along with them. RFC 1034, section 4.3.2 is the way through here.
#include <algorithm>

#include "zones/answer/answerer.h"
#include "zones/answer/put.h"

namespace signpost {
namespace {

/// RRsets are stored with the question as their owner; an alias led here, or it stands further up.
void fill_owners(std::uint8_t* records, std::size_t octets, std::uint16_t owner) noexcept {
  for (std::size_t at = 0; at < octets;) {
    put_u16(records + at, owner);
    at += kRecordFixed + static_cast<std::size_t>(records[at + 10] << 8 | records[at + 11]);
  }
}

std::span<const std::uint8_t> octets_of(const AddressV4& address) noexcept { return address.octets; }
std::span<const std::uint8_t> octets_of(const AddressV6& address) noexcept { return address.octets; }
template <std::size_t N>
std::span<const std::uint8_t> octets_of(const std::array<std::uint8_t, N>& address) noexcept {
  return address;
}

}  // namespace

Answerer::Step Answerer::answer_static(Ask& ask, bool exact) noexcept {
  const auto& block = *ask.block;
  ask.written = true;
  if (block.is_cut() && !(exact && ask.type == RRType::DS)) {
    refer(ask);
  } else if (exact) {
    return answer_sets(ask);
  } else if (block.has_dname()) {
    return answer_below_dname(ask);
  } else if (ask.zone->zone->reverse) {
    ask.written = false;
    answer_reverse(ask);
  } else {
    ask.written = false;
    negative(ask, Rcode::NxDomain);
  }
  return ask.follow ? Step::Follow : Step::Done;
}

/// The node exists, and the name asked is its own or one that its wildcard stands for.
Answerer::Step Answerer::answer_sets(Ask& ask) noexcept {
  const auto& block = *ask.block;
  const auto sets = block.sets();
  const auto* set = block.find_set(ask.type);
  if (ask.type == RRType::ANY && !sets.empty()) {  // N10: one RRset, the smallest
    set = &*std::min_element(sets.begin(), sets.end(),
                             [](const StaticSet& a, const StaticSet& b) { return a.octets < b.octets; });
  }
  const auto* alias =
      set == nullptr && !stands_beside_alias(ask.type) ? block.find_set(RRType::CNAME) : nullptr;
  if (alias == nullptr) {
    set == nullptr ? no_data(ask) : answer_set(ask, *set);
    return Step::Done;
  }
  const auto at = ask.response->used() + kRecordFixed;
  if (!write_set(ask, *alias, Section::Answer, ask.owner)) return Step::Done;
  return follow(ask, block.records().subspan(alias->at + kRecordFixed, alias->octets - kRecordFixed), at);
}

void Answerer::answer_set(Ask& ask, const StaticSet& set) noexcept {
  const auto start = ask.response->used();
  if (write_set(ask, set, Section::Answer, ask.owner)) write_targets(ask, set, start, Targets::All);
}

/// True when it stands in the message. A DNAME that an alias leads to a second time stands there already
/// (N12).
bool Answerer::write_set(Ask& ask, const StaticSet& set, Section section, std::uint16_t owner) noexcept {
  if (set.type == RRType::DNAME) {
    const auto last = dnames_.begin() + static_cast<std::ptrdiff_t>(dname_count_);
    if (std::find(dnames_.begin(), last, ask.block) != last) return true;
    dnames_[dname_count_++] = ask.block;
  }
  auto* at = ask.response->reserve(set.octets);
  if (at == nullptr) {
    too_large(ask);
    return false;
  }
  put_octets(at, ask.block->records().subspan(set.at, set.octets));
  if (owner != kOwnerPointer) fill_owners(at, set.octets, owner);
  ask.response->add(section, set.octets, set.count);
  return true;
}

/// The child's name servers with the addresses that only we can tell (N13). It is no answer of ours, unless
/// an alias of ours led here.
void Answerer::refer(Ask& ask) noexcept {
  auto& response = *ask.response;
  const auto* set = ask.block->find_set(RRType::NS);
  if (response.count(Section::Answer) == 0) response.set_authoritative(false);
  if (set == nullptr) return too_large(ask);  // its NS fit no message, and that was reported
  const auto start = response.used();
  const auto prefix = ask.name.size() - ask.service.size();
  const auto owner = static_cast<std::uint16_t>(ask.owner + prefix);
  if (!write_set(ask, *set, Section::Authority, owner)) return;
  if (!write_targets(ask, *set, start, Targets::Mandatory)) return too_large(ask);  // RFC 9471, section 3
  write_targets(ask, *set, start, Targets::Others);
}

/// Addresses of the names in an RRset that stands at `start` of the message. False: a mandatory one did not
/// fit; others are dropped silently (N15).
bool Answerer::write_targets(Ask& ask, const StaticSet& set, std::size_t start, Targets which) noexcept {
  const auto& block = *ask.block;
  const auto all = block.targets().subspan(set.target_first, set.target_count);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& target = all[i];
    const bool mandatory = target.mandatory != 0;
    if (which != Targets::All && mandatory != (which == Targets::Mandatory)) continue;
    if (i >= kGlueMax && !mandatory) break;  // C13
    const auto owner = target.at == 0 ? ask.owner : pointer_to(start + target.at);
    if (owner == 0) continue;
    for (const auto& glue : block.glue().subspan(target.glue_first, target.glue_count)) {
      auto* at = ask.response->reserve(glue.octets);
      if (at == nullptr && mandatory) return false;
      if (at == nullptr) continue;
      put_octets(at, block.records().subspan(glue.at, glue.octets));
      fill_owners(at, glue.octets, owner);
      ask.response->add(Section::Additional, glue.octets, static_cast<std::uint16_t>(glue.count));
    }
    if (target.glue_count > 0) continue;
    if (target.at == 0) {  // the owner itself (SVCB and HTTPS with "."), which does not stand in the RDATA
      write_addresses(ask, ask.name, owner, set.type);
      continue;
    }
    const auto* name = block.records().data() + set.at + target.at;
    std::size_t size = 1;
    for (const auto* label = name; *label != 0; label += *label + 1) size += *label + 1u;
    write_addresses(ask, NameView(name, size), owner, set.type);
  }
  return true;
}

/// A and AAAA of a name in the same zone; for SVCB and HTTPS also its records of that type (RFC 9460, section
/// 4.1).
void Answerer::write_addresses(Ask& ask, NameView target, std::uint16_t owner, RRType from) noexcept {
  const auto name = Name::folded_from_wire(target);
  const auto located = locate(*ask.snapshot, name.wire());
  if (located.block == nullptr || located.block->zone() != ask.block->zone()) return;
  const auto& block = *located.block;
  auto& response = *ask.response;
  if (block.kind() == BlockKind::Static || block.kind() == BlockKind::Apex) {
    if (located.prefix != 0 || block.is_cut()) return;
    const bool service =
        (from == RRType::SVCB || from == RRType::HTTPS) && !std::ranges::equal(name.wire(), ask.name);
    for (const auto& set : block.sets()) {
      if (set.type != RRType::A && set.type != RRType::AAAA && !(service && set.type == from)) continue;
      auto* at = response.reserve(set.octets);
      if (at == nullptr) continue;
      put_octets(at, block.records().subspan(set.at, set.octets));
      fill_owners(at, set.octets, owner);
      response.add(Section::Additional, set.octets, set.count);
    }
    return;
  }
  if (block.kind() != BlockKind::Answers) return;
  const auto add = [&](auto v4, auto v6) {
    using V4 = std::array<std::uint8_t, 4>;
    using V6 = std::array<std::uint8_t, 16>;
    const auto ttl = block.ttl();
    add_glue<V4>(response, owner, ttl, v4.size(), [&](std::size_t n) { return octets_of(v4[n]); });
    add_glue<V6>(response, owner, ttl, v6.size(), [&](std::size_t n) { return octets_of(v6[n]); });
  };
  if (located.node.kind == NodeKind::Service) {
    // A sample is drawn for who asks; a part of a set must not look like the whole (N12).
    const auto mode = mode_of(block);
    const bool for_all = mode == config::AnswerMode::Order || mode == config::AnswerMode::All;
    if (for_all && !block.is_local()) add(block.v4(), block.v6());
  } else if (located.node.kind == NodeKind::Host || located.node.kind == NodeKind::Instance) {
    const bool instance = located.node.kind == NodeKind::Instance;
    const auto index = instance ? block.instances()[located.node.index].host : located.node.index;
    const auto host = block.host_addresses(index);
    add(host.v4, host.v6);
  }
}

/// The DNAME, and a CNAME made from it for the name asked (RFC 6672, section 3.2).
Answerer::Step Answerer::answer_below_dname(Ask& ask) noexcept {
  const auto& block = *ask.block;
  const auto& set = *block.find_set(RRType::DNAME);
  const auto prefix = ask.name.size() - ask.service.size();
  if (!write_set(ask, set, Section::Answer, static_cast<std::uint16_t>(ask.owner + prefix)))
    return Step::Done;
  const auto record = block.records().subspan(set.at, set.octets);
  const auto target = record.subspan(kRecordFixed);
  auto& response = *ask.response;
  const auto size = prefix + target.size();
  if (size > kNameOctetsMax) {
    response.set_rcode(Rcode::YxDomain);
    return Step::Done;
  }
  auto* at = response.reserve(kRecordFixed + size);
  if (at == nullptr) {
    too_large(ask);
    return Step::Done;
  }
  // The labels as they were asked, or as an alias wrote them: they stand in the message already.
  const auto* asked = at - response.used() + (ask.owner & 0x3fff);
  const auto start = response.used() + kRecordFixed;
  auto* rdata = put_u16(at, ask.owner);
  rdata = put_u16(rdata, static_cast<std::uint16_t>(RRType::CNAME));
  rdata = put_octets(rdata, record.subspan(4, 6));  // class and TTL of the DNAME
  rdata = put_u16(rdata, static_cast<std::uint16_t>(size));
  put_octets(put_octets(rdata, {asked, prefix}), target);
  response.add(Section::Answer, kRecordFixed + size, 1);
  return follow(ask, {rdata, size}, start);
}

/// Goes on at the target of an alias, which stands `at` in the message. A loop has no answer (N8); a chain
/// that is only long ends where we stop, and whoever asked goes on from there.
Answerer::Step Answerer::follow(Ask& ask, NameView target, std::size_t at) noexcept {
  if (ask.type == RRType::CNAME || ask.type == RRType::ANY || chain_count_ == kChainMax) return Step::Done;
  auto& next = chain_[chain_count_];
  next = Name::folded_from_wire(target);
  const auto last = chain_.begin() + static_cast<std::ptrdiff_t>(chain_count_);
  if (std::ranges::equal(next.wire(), question_) || std::find(chain_.begin(), last, next) != last) {
    ask.response->fail(ExtendedError::Other, "alias loop");
    return Step::Done;
  }
  ask.owner = pointer_to(at);
  if (ask.owner == 0) return Step::Done;
  ++chain_count_;
  ask.name = next.wire();
  ask.block = nullptr;
  return Step::Follow;
}

/// Octets of the missing name in front of its closest encloser (RFC 4592, section 3.3.1). Below a service
/// also what is derived from it exists, in a reverse zone what leads to an address.
std::size_t Answerer::closest_encloser(const Ask& ask) noexcept {
  const auto met = ask.name.size() - ask.service.size();
  std::size_t at = ask.name[0] + 1u;
  for (; at < met; at += ask.name[at] + 1u) {
    const auto above = ask.name.subspan(at);
    if (ask.zone->zone->reverse && reverse_name_exists(*ask.snapshot, *ask.zone->zone, above)) return at;
    // Derived names have two labels at most; a service has no names anywhere else.
    if (label_count(above) > label_count(ask.service) + 2) continue;
    if (locate(*ask.snapshot, above).node.kind != NodeKind::None) return at;
  }
  return met;
}

/// What `*` below the closest encloser says for a name that does not exist (N6); false: there is none.
bool Answerer::answer_wildcard(Ask& ask) noexcept {
  const auto encloser = ask.name.subspan(closest_encloser(ask));
  std::array<std::uint8_t, kNameOctetsMax> wildcard;
  wildcard[0] = 1;
  wildcard[1] = '*';
  std::copy(encloser.begin(), encloser.end(), wildcard.begin() + 2);  // shorter than the name by a label
  const auto* block = ask.snapshot->find({wildcard.data(), encloser.size() + 2});
  if (block == nullptr) return false;
  const bool empty = block->kind() == BlockKind::EmptyNonTerminal;
  if (!empty && block->kind() != BlockKind::Static) return false;
  ask.block = block;
  ask.service = ask.name;
  ask.written = true;
  ask.follow = false;
  if (empty) {
    no_data(ask);
  } else {
    ask.follow = answer_sets(ask) == Step::Follow;
  }
  return true;
}

/// DS belongs to the parent: at the apex of a zone whose parent is here too, that one answers (RFC 4035,
/// section 3.1.4.1). False: the parent is not here.
bool Answerer::answer_for_parent(Ask& ask) noexcept {
  if (ask.name.size() == 1) return false;
  const auto above = locate(*ask.snapshot, parent(ask.name));
  if (above.block == nullptr || above.block->is_cut()) return false;
  ask.block = above.block;
  ask.zone = &ask.snapshot->zones[above.block->zone()];
  ask.service = ask.name;
  for (const auto& child : ask.zone->zone->child_ds) {
    if (!std::ranges::equal(child.name.wire(), ask.name)) continue;
    auto* at = ask.response->reserve(child.records.size());
    if (at == nullptr) {
      too_large(ask);
      return true;
    }
    put_octets(at, child.records);
    if (ask.owner != kOwnerPointer) fill_owners(at, child.records.size(), ask.owner);
    ask.response->add(Section::Answer, child.records.size(), child.count);
    return true;
  }
  no_data(ask);
  return true;
}

}  // namespace signpost
