// What a whole zone must fulfil: aliases stand alone, nothing lies below a DNAME, below a delegation there is
// only glue, targets are no aliases, and every RRset fits a message.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "zones/files/assembly.h"
#include "zones/files/ldns_fields.h"

namespace signpost::files {
namespace {

constexpr auto kDname = static_cast<RRType>(39);
constexpr auto kKey = static_cast<RRType>(25);

NameView wire_of(const std::string& owner) {
  return {reinterpret_cast<const std::uint8_t*>(owner.data()), owner.size()};
}

std::string name_text(const std::string& owner) { return to_text(wire_of(owner)); }

bool is_wildcard(NameView name) noexcept { return name.size() > 2 && name[0] == 1 && name[1] == '*'; }

bool is_address(RRType type) noexcept { return type == RRType::A || type == RRType::AAAA; }

/// Of DNSSEC, and allowed beside a CNAME and at a delegation (RFC 4034, sections 3 and 4; RFC 2535).
bool is_signature(RRType type) noexcept {
  return type == RRType::RRSIG || type == RRType::NSEC || type == kKey;
}

std::string folded_key(NameView name) {
  const auto folded = Name::folded_from_wire(name);
  return {reinterpret_cast<const char*>(folded.wire().data()), folded.size()};
}

}  // namespace

NameView target_of(RRType type, const Octets& rdata) {
  std::size_t skip = 0;
  switch (type) {
    case RRType::NS:
      break;
    case RRType::MX:
      skip = 2;
      break;
    case RRType::SRV:
      skip = 6;
      break;
    default:
      return {};
  }
  return NameView(rdata).subspan(std::min(skip, rdata.size()));
}

void Assembly::check_node(Draft& draft) {
  const auto name = wire_of(draft.owner);
  for (auto inner = parent(name); inner.size() > apex_.size(); inner = parent(inner)) {
    if (!is_wildcard(inner)) continue;
    findings_.warning(draft.spot, fmt::format("{}: a `*` that is not the first label stands for itself only "
                                              "(RFC 4592, section 2.1.1)",
                                              name_text(draft.owner)));
    break;
  }
  if (is_wildcard(name) && (draft.find(RRType::NS) != nullptr || draft.find(kDname) != nullptr)) {
    findings_.error(draft.spot,
                    fmt::format("{}: what NS or DNAME at a wildcard mean is not defined (RFC 4592, "
                                "section 4.2); write the names out",
                                name_text(draft.owner)));
  }
  if (const auto* dnames = draft.find(kDname); dnames != nullptr && dnames->rrset.rdata.size() > 1) {
    findings_.error(dnames->spots[1], fmt::format("{} has a second DNAME; keep one (RFC 6672, section 2.4)",
                                                  name_text(draft.owner)));
  }
  check_alias(draft);
}

/// RFC 2181, section 10.1.
void Assembly::check_alias(Draft& draft) {
  const auto* alias = draft.find(RRType::CNAME);
  if (alias == nullptr) return;
  if (is_apex(draft)) {
    findings_.error(alias->spots[0],
                    fmt::format("the apex {} cannot be an alias, since SOA and NS stand there; "
                                "write addresses",
                                name_text(draft.owner)));
    return;
  }
  if (alias->rrset.rdata.size() > 1) {
    findings_.error(alias->spots[1],
                    fmt::format("{} has a second CNAME, the first is in {}; keep one", name_text(draft.owner),
                                findings_.refer(alias->spots[0], alias->spots[1])));
  }
  const auto alias_spot = alias->spots[0];
  for (std::size_t i = draft.sets.size(); i-- > 0;) {
    const auto& set = draft.sets[i];
    if (set.rrset.type == RRType::CNAME) continue;
    if (is_signature(set.rrset.type)) {
      drop(draft, set, "it is not served beside a CNAME");
      continue;
    }
    findings_.error(
        set.spots[0],
        fmt::format("{} is an alias by the CNAME in {}, so it cannot have {} as well", name_text(draft.owner),
                    findings_.refer(alias_spot, set.spots[0]), type_text(set.rrset.type)));
  }
}

/// `set` is one of the draft's; it is gone afterwards.
void Assembly::drop(Draft& draft, const Set& set, const std::string& why) {
  findings_.warning(set.spots[0], fmt::format("{} {} is left out: {}", name_text(draft.owner),
                                              type_text(set.rrset.type), why));
  draft.sets.erase(draft.sets.begin() + (&set - draft.sets.data()));
}

/// Names of servers of delegations: their addresses stay where other data goes.
void Assembly::find_glue() {
  for (const auto& draft : drafts_) {
    const auto* servers = draft.find(RRType::NS);
    if (servers == nullptr || is_apex(draft)) continue;
    for (const auto& rdata : servers->rrset.rdata) glue_[folded_key(rdata)] = true;
  }
}

bool Assembly::is_glue(const Draft& draft, const Set& set) const {
  return is_address(set.rrset.type) && glue_.contains(draft.owner);
}

/// The topmost delegation or DNAME above a name decides; what lies at a delegation itself counts as below it.
void Assembly::drop_hidden(Draft& draft) {
  const Draft* cut = nullptr;
  const Draft* dname = nullptr;
  for (auto name = parent(wire_of(draft.owner)); name.size() >= apex_.size(); name = parent(name)) {
    const auto* above = find(name);
    if (above != nullptr && above->find(kDname) != nullptr) dname = above;
    if (above != nullptr && above->find(RRType::NS) != nullptr && !is_apex(*above)) cut = above;
    if (name.size() <= 1) break;
  }
  if (dname != nullptr && (cut == nullptr || dname->owner.size() < cut->owner.size())) {
    findings_.error(
        draft.spot,
        fmt::format("{} lies below {}, which has a DNAME in {}; nothing may (RFC 6672, section 2.4)",
                    name_text(draft.owner), name_text(dname->owner),
                    findings_.refer(dname->find(kDname)->spots[0], draft.spot)));
  } else if (cut != nullptr) {
    drop_below(draft, *cut);
  } else if (draft.find(RRType::NS) != nullptr && !is_apex(draft)) {
    drop_at_cut(draft);
  }
}

void Assembly::drop_below(Draft& draft, const Draft& cut) {
  for (std::size_t i = draft.sets.size(); i-- > 0;) {
    if (is_glue(draft, draft.sets[i])) continue;
    drop(draft, draft.sets[i],
         fmt::format("it lies below the delegation {} and is no address of a name server there",
                     name_text(cut.owner)));
  }
}

void Assembly::drop_at_cut(Draft& draft) {
  for (std::size_t i = draft.sets.size(); i-- > 0;) {
    const auto& set = draft.sets[i];
    const auto type = set.rrset.type;
    if (type == RRType::NS || type == RRType::DS || is_signature(type) || is_glue(draft, set)) continue;
    drop(draft, set, "the name is delegated, so its servers answer for it");
  }
}

/// N14; RFC 2181, section 10.3. Only what this zone knows is judged.
void Assembly::check_targets(const Draft& draft) {
  for (const auto& set : draft.sets) {
    for (std::size_t i = 0; i < set.rrset.rdata.size(); ++i) {
      const auto view = target_of(set.rrset.type, set.rrset.rdata[i]);
      if (view.empty()) continue;
      const auto target = Name::folded_from_wire(view);
      if (!is_at_or_below(target.wire(), apex_.wire())) continue;
      const auto* there = find(target.wire());
      const auto* alias = there == nullptr ? nullptr : there->find(RRType::CNAME);
      if (alias != nullptr) {
        findings_.warning(set.spots[i],
                          fmt::format("the target {} is an alias by the CNAME in {}; name its target "
                                      "instead (RFC 2181, section 10.3)",
                                      target.to_string(), findings_.refer(alias->spots[0], set.spots[i])));
      }
      const bool inside_cut = set.rrset.type == RRType::NS && !is_apex(draft) &&
                              is_at_or_below(target.wire(), wire_of(draft.owner));
      const bool has_address =
          there != nullptr && (there->find(RRType::A) != nullptr || there->find(RRType::AAAA) != nullptr);
      if (inside_cut && !has_address) {
        findings_.warning(set.spots[i],
                          fmt::format("the name server {} lies in the delegation and has no address here, "
                                      "so nobody finds it; add its A or AAAA",
                                      target.to_string()));
      }
    }
  }
}

/// T8: a response of 65,535 octets holds the header, the question, OPT and the whole RRset.
void Assembly::check_size(const Draft& draft, const Set& set) {
  constexpr std::size_t kOpt = 11;
  constexpr std::size_t kBeforeRdata = 12;  // pointer to the owner, type, class, TTL, length
  std::size_t octets = kHeaderSize + draft.owner.size() + 4 + kOpt;
  for (const auto& rdata : set.rrset.rdata) octets += kBeforeRdata + rdata.size();
  if (octets <= kMessageOctetsMax) return;
  findings_.error(
      set.spots[0],
      fmt::format("{} {} makes a response of {} octets, and no message has more than {}; leave some out",
                  name_text(draft.owner), type_text(set.rrset.type), octets, kMessageOctetsMax));
}

}  // namespace signpost::files
