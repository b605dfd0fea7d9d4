// Answerer: the way from a name to its records. The records themselves are written in write.cc and
// reverse.cc.
#include "zones/answer/answerer.h"

#include <algorithm>

#include "zones/answer/put.h"
#include "zones/demand/gate.h"

namespace signpost {
namespace {

std::uint32_t served_ttl(const ZoneView& zone, std::uint32_t ttl) noexcept {
  return std::min(ttl, zone.ttl_max);
}

/// E21: of the zone that the question's name lies in, wherever an alias leads then.
void tell_version(const Snapshot& snapshot, const ZoneView& view, Response& response) noexcept {
  response.set_zone_version(static_cast<std::uint8_t>(label_count(view.zone->name.wire())), view.serial,
                            snapshot.revision);
}

void tell_stale(Response& response) noexcept {  // E22
  const bool denied = response.rcode() == Rcode::NxDomain;
  response.set_extended_error(denied ? ExtendedError::StaleNxDomain : ExtendedError::StaleAnswer);
}

/// Only the last rung's answer is old data; the others have a code of no meaning and say it in words (RFC
/// 8914, section 4.1).
void tell_doubt(policy::Doubt doubt, Response& response) noexcept {
  switch (doubt) {
    case policy::Doubt::None:
      break;
    case policy::Doubt::Panic:
      response.set_extended_error(ExtendedError::Other, "panic: too few are healthy, so all answer");
      break;
    case policy::Doubt::Serving:
      response.set_extended_error(ExtendedError::Other, "last resort: only draining ones are left");
      break;
    case policy::Doubt::Any:
      response.set_extended_error(ExtendedError::Other, "last resort: nobody is healthy, so all answer");
      break;
    case policy::Doubt::LastKnown:
      response.set_extended_error(ExtendedError::StaleAnswer, "last resort: those that were healthy last");
      break;
    case policy::Doubt::StaleMember:
      response.set_extended_error(ExtendedError::StaleAnswer, "a registry behind this name is lost");
      break;
  }
}

}  // namespace

Answerer::Answerer(Random random, std::optional<config::AnswerMode> mode)
    : random_(random),
      mode_(mode),
      scratch_(new Scratch) {}  // not make_unique: pages nobody needs stay untouched

void Answerer::answer(const Snapshot& snapshot, NameView name, RRType type, bool may_truncate,
                      Response& response, const Block* candidate, Asker* asker) noexcept {
  Ask ask{&snapshot, nullptr, candidate, name, {}, kOwnerPointer, type, may_truncate, 0, &response};
  question_ = name;
  asker_ = asker;
  chain_count_ = dname_count_ = 0;
  while (answer_once(ask) == Step::Follow) {
    const auto admission = response.admission_of(ask.name);  // C8
    if (admission != Admission::Allow) return response.withhold(admission);
  }
  if (ask.zone != nullptr && !ask.written && (ask.zone->stale || ask.doubt != policy::Doubt::None))
      [[unlikely]] {
    ask.zone->stale ? tell_stale(response) : tell_doubt(ask.doubt, response);
  }
}

/// A zone of a single address has its name at the apex.
bool Answerer::is_pointer_at_apex(const Ask& ask) noexcept {
  return ask.block->kind() == BlockKind::Apex && ask.type == RRType::PTR;
}

Answerer::Step Answerer::answer_once(Ask& ask) noexcept {
  auto& response = *ask.response;
  const auto located = locate(*ask.snapshot, ask.name, ask.block);
  ask.block = located.block;
  if (ask.block == nullptr) {
    if (ask.zone != nullptr)
      return Step::Done;                 // an alias that leaves our zones: the CNAME is the answer (N9)
    response.set_rcode(Rcode::Refused);  // H20
    response.set_extended_error(ExtendedError::NotAuthoritative);
    return Step::Done;
  }
  ask.zone = &ask.snapshot->zones[ask.block->zone()];
  response.set_counted_zone(ask.zone->zone->counted_as);
  ask.service = ask.name.subspan(located.prefix);
  ask.ttl = served_ttl(*ask.zone, ask.block->ttl());
  ask.doubt = ask.block->doubt();
  ask.follow = ask.written = false;
  if (response.wants_zone_version()) [[unlikely]]
    tell_version(*ask.snapshot, *ask.zone, response);
  glue_count_ = 0;
  response.set_authoritative(true);
  const bool exact = located.prefix == 0;
  const bool reverse = ask.zone->zone->reverse;
  switch (ask.block->kind()) {
    case BlockKind::Answers:
      if (!ask.zone->zone->on_query.empty() && can_wait()) [[unlikely]]
        asker_->gate->use(ask.service);
      answer_node(ask, located.node);
      break;
    case BlockKind::Pending:
      not_ready(ask, "no registry has told the instances of this service yet");
      break;
    case BlockKind::Absent:
      negative(ask, Rcode::NxDomain);
      break;
    case BlockKind::EmptyNonTerminal:
    case BlockKind::Apex:
      // An address has no block: what is below the last name that has one is looked up in the address index.
      if (reverse && (!exact || is_pointer_at_apex(ask))) {
        ask.ttl = served_ttl(*ask.zone, ask.zone->zone->ttl);
        answer_reverse(ask);
      } else if (!exact) {
        if (ask.block->has_dname()) return answer_below_dname(ask);
        negative(ask, Rcode::NxDomain);
      } else if (ask.block->kind() == BlockKind::Apex) {
        answer_apex(ask);
      } else {
        no_data(ask);
      }
      break;
    case BlockKind::Static:
      return answer_static(ask, exact);
    case BlockKind::Alias:
      if (exact) return write_alias(ask);
      // Ports of a service that outsiders know by another name: that is what they point at.
      if (located.node.kind == NodeKind::Port) ask.service = ask.block->alias();
      answer_node(ask, located.node);
      break;
  }
  return ask.follow ? Step::Follow : Step::Done;
}

void Answerer::answer_node(Ask& ask, Node node) noexcept {
  const auto& block = *ask.block;
  switch (node.kind) {
    case NodeKind::None:
      return negative(ask, Rcode::NxDomain);
    case NodeKind::Empty:
      return no_data(ask);
    case NodeKind::Service:
      if (block.is_local() && answer_local(ask, nullptr)) [[unlikely]]
        return;
      return answer_service(ask);
    case NodeKind::Port:
      if (ask.type != RRType::SRV && ask.type != RRType::ANY) return no_data(ask);
      if (block.is_local() && answer_local(ask, &block.ports()[node.index])) [[unlikely]]
        return;
      return write_srv_port(ask, block.ports()[node.index]);
    case NodeKind::Selected:
      return answer_selected(ask);
    case NodeKind::Dashed:
      return answer_dashed(ask);
    case NodeKind::Host:
    case NodeKind::Instance:
      break;
  }
  const bool instance = node.kind == NodeKind::Instance;
  const auto host = block.host_addresses(instance ? block.instances()[node.index].host : node.index);
  const bool any = ask.type == RRType::ANY;
  if (!host.v4.empty() && (any || ask.type == RRType::A)) return write_host(ask, host.v4);
  if (!host.v6.empty() && (any || ask.type == RRType::AAAA)) return write_host(ask, host.v6);
  if (instance && ask.type == RRType::TXT) {
    const auto txt = block.txt_at(block.instances()[node.index].txt);
    if (!txt.empty()) return write_txt(ask, txt);
  }
  no_data(ask);
}

/// An address that nobody checks has just that address (kubernetes.md 3.5, insecure).
[[gnu::noinline]] void Answerer::answer_dashed(Ask& ask) noexcept {
  const std::string_view label(reinterpret_cast<const char*>(ask.name.data()) + 1, ask.name[0]);
  const auto address = parse_dashed(label);
  const auto octets = address->octets();
  const auto asked = ask.type == RRType::ANY ? address_type(octets.size()) : ask.type;
  if (asked != address_type(octets.size())) return no_data(ask);
  auto* at = ask.response->reserve(kRecordFixed + octets.size());
  if (at == nullptr) return too_large(ask);
  put_octets(put_fields(at, ask.owner, asked, ask.ttl, octets.size()), octets);
  ask.response->add(Section::Answer, kRecordFixed + octets.size(), 1);
}

void Answerer::answer_service(Ask& ask) noexcept {
  const auto& block = *ask.block;
  const bool any = ask.type == RRType::ANY;  // one RRset, the first there is (N10)
  if (!block.v4().empty() && (any || ask.type == RRType::A)) {
    return write_drawn(ask, block.v4(), block.v4_equal(), block.sample_v4());
  }
  if (!block.v6().empty() && (any || ask.type == RRType::AAAA)) {
    return write_drawn(ask, block.v6(), block.v6_equal(), block.sample_v6());
  }
  if (block.has_srv() && (any || ask.type == RRType::SRV)) return write_srv_all(ask);
  if (!block.txt().empty() && (any || ask.type == RRType::TXT)) return write_txt(ask, block.txt());
  no_data(ask);
}

/// Before the first list nothing may be denied: neither a name nor a type (DESIGN.md section 3). What a zone
/// has by itself (apex, NS host, dns-version) is known, and so is a service that another registry of the zone
/// told.
void Answerer::negative(Ask& ask, Rcode rcode) noexcept {
  const bool inner_reverse = ask.block->kind() == BlockKind::Apex && ask.service.size() != ask.name.size();
  const bool known =
      rcode == Rcode::NoError && ask.block->kind() != BlockKind::EmptyNonTerminal && !inner_reverse;
  if (ask.zone->cold && !known)
    return not_ready(ask, "a registry of this zone has not listed its services yet");
  const bool missing = rcode == Rcode::NxDomain || ask.block->kind() == BlockKind::EmptyNonTerminal;
  if (missing && !ask.zone->zone->on_query.empty() && can_wait()) [[unlikely]] {
    if (is_unsettled(ask)) return;
  }
  // A service that is known has its name, whatever it answers now: no wildcard stands in for it.
  const bool wildcards = rcode == Rcode::NxDomain && ask.snapshot->wildcards;
  if (wildcards && ask.block->kind() != BlockKind::Absent && answer_wildcard(ask)) return;
  ask.response->set_rcode(rcode);
  const auto& zone = *ask.zone->zone;
  const auto apex = ask.name.subspan(ask.name.size() - zone.name.size());
  const auto offset = static_cast<std::size_t>(apex.data() - ask.name.data());
  // The apex ends the question name; of an alias's target it is written out.
  const auto owner =
      ask.owner == kOwnerPointer ? static_cast<std::uint16_t>(kOwnerPointer + offset) : std::uint16_t{0};
  const auto ttl = std::min({zone.soa_ttl, zone.negative_ttl, ask.zone->negative_ttl_max});  // N4
  if (!write_soa(ask, Section::Authority, ttl, owner, zone.name.wire())) too_large(ask);
}

void Answerer::not_ready(Ask& ask, std::string_view why) noexcept {
  ask.response->fail(ExtendedError::NotReady, why);
}

void Answerer::too_large(Ask& ask) noexcept {
  if (ask.may_truncate) {
    ask.response->truncate();
  } else {
    ask.response->fail(ExtendedError::Other, "the answer does not fit a message");
  }
}

}  // namespace signpost
