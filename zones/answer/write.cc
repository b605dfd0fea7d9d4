// Answerer: writes records. Every owner is a pointer; only what must not be compressed is written out (N14).
#include <algorithm>
#include <cstring>

#include "zones/answer/answerer.h"
#include "zones/answer/put.h"

namespace signpost {
namespace {

constexpr std::size_t kFixed = kRecordFixed;
constexpr std::size_t kSrvFixed = kFixed + 6;
constexpr std::size_t kFewOctets = 16;  // the longest label made of an IPv4 address, with its length

}  // namespace

std::span<const std::uint16_t> Answerer::draw(policy::ShareView members, config::AnswerMode mode,
                                              std::size_t sample, std::size_t most) noexcept {
  if (mode == config::AnswerMode::Sample) {
    const std::span places(scratch_->places.data(), std::min(sample, most));
    policy::sample(members, random_, scratch_->draw, places);
    return places;
  }
  const std::span places(scratch_->places.data(), std::min(members.size(), most));
  if (mode == config::AnswerMode::Order) {
    policy::permute(members, random_, scratch_->draw, places);
  } else {
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::uint16_t>(i);
  }
  return places;
}

template <class Address>
void Answerer::write_drawn(Ask& ask, std::span<const Address> all, bool equal,
                           std::uint16_t sample) noexcept {
  constexpr auto kOctets = sizeof(Address::octets);
  constexpr auto kRecord = kFixed + kOctets;
  auto& response = *ask.response;
  const auto mode = mode_of(*ask.block);
  if (all.size() == 1 && response.remaining() >= kRecord) {  // the commonest answer: nothing to draw
    auto* at = put_fields(response.reserve(kRecord), ask.owner, address_type(kOctets), ask.ttl, kOctets);
    put_octets(at, all[0].octets);
    return response.add(Section::Answer, kRecord, 1);
  }
  if (mode == config::AnswerMode::Sticky) [[unlikely]]
    return write_sticky(ask, all, equal);
  const auto fit = response.remaining() / kRecord;
  const auto wanted = mode == config::AnswerMode::Sample ? sample : all.size();
  if (wanted > fit && (ask.may_truncate || fit == 0)) return too_large(ask);
  write_places(ask, all, draw(policy::ShareView::of(all, equal), mode, sample, fit));
}
template void Answerer::write_drawn(Ask&, std::span<const AddressV4>, bool, std::uint16_t) noexcept;
template void Answerer::write_drawn(Ask&, std::span<const AddressV6>, bool, std::uint16_t) noexcept;

template <class Address>
[[gnu::noinline]] void Answerer::write_sticky(Ask& ask, std::span<const Address> all, bool equal) noexcept {
  const auto fit = ask.response->remaining() / (kFixed + sizeof(Address::octets));
  const auto wanted = std::min<std::size_t>(ask.block->sample(), all.size());
  if (wanted > fit && (ask.may_truncate || fit == 0)) return too_large(ask);
  const auto of = sizeof(Address::octets) == 4 ? StickyKeys::Of::V4 : StickyKeys::Of::V6;
  write_places(ask, all, stick(ask, policy::ShareView::of(all, equal), {*ask.block, of}, fit));
}

template <class Address>
inline void Answerer::write_places(Ask& ask, std::span<const Address> all,
                                   std::span<const std::uint16_t> places) noexcept {
  constexpr auto kOctets = sizeof(Address::octets);
  constexpr auto kRecord = kFixed + kOctets;
  auto& response = *ask.response;
  auto* at = response.reserve(places.size() * kRecord);
  std::array<std::uint8_t, kFixed> fields;
  put_fields(fields.data(), ask.owner, address_type(kOctets), ask.ttl, kOctets);
  for (const auto place : places) {
    std::memcpy(at, fields.data(), kFixed);
    std::memcpy(at + kFixed, all[place].octets.data(), kOctets);
    at += kRecord;
  }
  response.add(Section::Answer, places.size() * kRecord, static_cast<std::uint16_t>(places.size()));
}

template <class Octets>
void Answerer::write_host(Ask& ask, std::span<const Octets> all) noexcept {
  constexpr auto kRecord = kFixed + sizeof(Octets);
  auto* at = ask.response->reserve(all.size() * kRecord);
  if (at == nullptr) return too_large(ask);
  for (const auto& octets : all)
    at = put_octets(put_fields(at, ask.owner, address_type(sizeof(Octets)), ask.ttl, sizeof(Octets)), octets);
  ask.response->add(Section::Answer, all.size() * kRecord, static_cast<std::uint16_t>(all.size()));
}
template void Answerer::write_host(Ask&, std::span<const std::array<std::uint8_t, 4>>) noexcept;
template void Answerer::write_host(Ask&, std::span<const std::array<std::uint8_t, 16>>) noexcept;

void Answerer::write_txt(Ask& ask, std::span<const std::uint8_t> rdata) noexcept {
  auto* at = ask.response->reserve(kFixed + rdata.size());
  if (at == nullptr) return too_large(ask);
  put_octets(put_fields(at, ask.owner, RRType::TXT, ask.ttl, rdata.size()), rdata);
  ask.response->add(Section::Answer, kFixed + rdata.size(), 1);
}

/// `spent`: a sample's draw has used the weights up, so all are equal (DESIGN.md section 3).
/// Part of each loop in this file: a call for each record costs 43 instructions of it.
[[gnu::always_inline]] inline bool Answerer::put_srv(Ask& ask, const Srv& srv, bool spent,
                                                     std::uint16_t priority) noexcept {
  auto& response = *ask.response;
  const auto label =
      srv.host == Block::kSelf ? std::span<const std::uint8_t>() : ask.block->host_label(srv.host, label_);
  const auto size = kSrvFixed + label.size() + ask.service.size();
  auto* at = response.reserve(size);
  if (at == nullptr) return false;
  const auto target = response.used() + kSrvFixed;
  const bool known = std::any_of(glue_.begin(), glue_.begin() + static_cast<std::ptrdiff_t>(glue_count_),
                                 [&](const Glue& g) { return g.host == srv.host; });
  if (!known && glue_count_ < kGlueMax && target < 0x4000)
    glue_[glue_count_++] = {srv.host, static_cast<std::uint16_t>(target)};
  at = put_fields(at, ask.owner, RRType::SRV, ask.ttl, size - kFixed);
  at = put_u16(at, priority);
  at = put_u16(at, spent ? 1 : srv.weight);
  at = put_u16(at, srv.port);
  if (label.data() == label_.data() && label.size() <= kFewOctets && ask.service.size() >= kFewOctets) {
    std::memcpy(at, label.data(), kFewOctets);  // of a fixed size; the name overwrites what is too much
    at += label.size();
  } else if (!label.empty()) {
    at = put_octets(at, label);
  }
  put_octets(at, ask.service);
  response.add(Section::Answer, size, 1);
  return true;
}

bool Answerer::write_one_srv(Ask& ask, const Srv& srv, bool spent, std::uint16_t priority) noexcept {
  return put_srv(ask, srv, spent, priority);
}

void Answerer::write_srv_all(Ask& ask) noexcept {
  const auto& block = *ask.block;
  const auto mode = mode_of(block);
  if (mode == config::AnswerMode::Sticky) [[unlikely]]
    return write_srv_sticky(ask, block.member_shares(), nullptr);
  const bool spent = mode == config::AnswerMode::Sample;
  // The least that a record can take bounds how many may be drawn: no more are asked for than could ever fit.
  const auto most = ask.response->remaining() / (kSrvFixed + ask.service.size()) + 1;
  for (const auto place : draw(block.member_shares(), mode, block.sample_members(), most)) {
    for (std::size_t i = 0; i < block.srv_count(place); ++i) {
      if (put_srv(ask, block.srv(place, i), spent, 0)) continue;
      if (ask.may_truncate || ask.response->count(Section::Answer) == 0) return too_large(ask);
      return write_glue(ask);  // over TCP: a fair draw of what fits
    }
  }
  write_glue(ask);
}

void Answerer::write_srv_port(Ask& ask, const PortSet& port) noexcept {
  const auto& block = *ask.block;
  const auto records = block.records_of(port);
  auto members = block.member_shares();
  if (!block.implied()) {  // a member may have several records of the port, or none
    const std::span<std::uint32_t> shares(scratch_->shares.data(), records.size());
    for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = members[records[i].member];
    members = policy::ShareView(shares, members.all_equal());
  }
  const auto mode = mode_of(block);
  if (mode == config::AnswerMode::Sticky) [[unlikely]]
    return write_srv_sticky(ask, members, &port);
  const bool spent = mode == config::AnswerMode::Sample;
  const auto sample = spent ? std::min(block.sample(), policy::sample_max(members)) : std::uint16_t{0};
  const auto most = ask.response->remaining() / (kSrvFixed + ask.service.size()) + 1;
  for (const auto place : draw(members, mode, sample, most)) {
    if (put_srv(ask, records[place], spent, 0)) continue;
    if (ask.may_truncate || ask.response->count(Section::Answer) == 0) return too_large(ask);
    break;
  }
  write_glue(ask);
}

/// Of one port, or of all members. A client that honours RFC 2782 takes the lowest priority that it reaches,
/// so the best is tried first and the next ones when it is gone.
[[gnu::noinline]] void Answerer::write_srv_sticky(Ask& ask, policy::ShareView members,
                                                  const PortSet* port) noexcept {
  const auto& block = *ask.block;
  const auto records = port == nullptr ? Block::PortRecords() : block.records_of(*port);
  const StickyKeys keys{block, port == nullptr ? StickyKeys::Of::Members : StickyKeys::Of::Port, port};
  const auto most = ask.response->remaining() / (kSrvFixed + ask.service.size()) + 1;
  std::uint16_t rank = 0;
  for (const auto place : stick(ask, members, keys, most)) {
    const auto count = port == nullptr ? block.srv_count(place) : std::size_t{1};
    for (std::size_t i = 0; i < count; ++i) {
      if (write_one_srv(ask, port == nullptr ? block.srv(place, i) : records[place], true, rank)) continue;
      if (ask.may_truncate || ask.response->count(Section::Answer) == 0) return too_large(ask);
      return write_glue(ask);  // over TCP: a fair draw of what fits
    }
    ++rank;
  }
  write_glue(ask);
}

/// The targets' addresses, each RRset whole or not at all, dropped silently when space is short (N15).
void Answerer::write_glue(Ask& ask) noexcept {
  const auto& block = *ask.block;
  auto& response = *ask.response;
  for (std::size_t i = 0; i < glue_count_; ++i) {
    const auto owner = pointer_to(glue_[i].offset);
    if (glue_[i].host == Block::kSelf) {
      add_glue<std::array<std::uint8_t, 4>>(response, owner, ask.ttl, block.v4().size(),
                                            [&](std::size_t n) { return std::span(block.v4()[n].octets); });
      add_glue<std::array<std::uint8_t, 16>>(response, owner, ask.ttl, block.v6().size(),
                                             [&](std::size_t n) { return std::span(block.v6()[n].octets); });
      continue;
    }
    const auto host = block.host_addresses(glue_[i].host);
    add_glue<std::array<std::uint8_t, 4>>(response, owner, ask.ttl, host.v4.size(),
                                          [&](std::size_t n) { return std::span(host.v4[n]); });
    add_glue<std::array<std::uint8_t, 16>>(response, owner, ask.ttl, host.v6.size(),
                                           [&](std::size_t n) { return std::span(host.v6[n]); });
  }
}

/// CNAME for every type but those that stand beside it (N7); the chain goes on at its target.
Answerer::Step Answerer::write_alias(Ask& ask) noexcept {
  auto& response = *ask.response;
  if (stands_beside_alias(ask.type)) {
    no_data(ask);
    return Step::Done;
  }
  const auto target = ask.block->alias();
  auto* at = response.reserve(kFixed + target.size());
  if (at == nullptr) {
    too_large(ask);
    return Step::Done;
  }
  const auto rdata = response.used() + kFixed;
  put_octets(put_fields(at, ask.owner, RRType::CNAME, ask.ttl, target.size()), target);
  response.add(Section::Answer, kFixed + target.size(), 1);
  return follow(ask, target, rdata);
}

bool Answerer::write_soa(Ask& ask, Section section, std::uint32_t ttl, std::uint16_t owner,
                         NameView owner_name) noexcept {
  const auto& zone = *ask.zone->zone;
  const auto owner_size = owner != 0 ? std::size_t{2} : owner_name.size();
  const auto size = owner_size + 10 + zone.soa.size();
  auto* at = ask.response->reserve(size);
  if (at == nullptr) return false;
  at = owner != 0 ? put_u16(at, owner) : put_octets(at, owner_name);
  at = put_u16(at, static_cast<std::uint16_t>(RRType::SOA));
  at = put_u16(at, static_cast<std::uint16_t>(RRClass::IN));
  at = put_u16(put_u32(at, ttl), static_cast<std::uint16_t>(zone.soa.size()));
  put_octets(at, zone.soa);
  put_u32(at + zone.soa_serial_at, ask.zone->serial);
  ask.response->add(section, size, 1);
  return true;
}

void Answerer::answer_apex(Ask& ask) noexcept {
  const auto& zone = *ask.zone->zone;
  auto& response = *ask.response;
  if (ask.type == RRType::DS && answer_for_parent(ask)) return;
  const auto smallest = [&] {  // N10
    const auto sets = ask.block->sets();
    return std::none_of(sets.begin(), sets.end(),
                        [&](const StaticSet& set) { return set.octets < kFixed + zone.soa.size(); });
  };
  if (ask.type == RRType::SOA || (ask.type == RRType::ANY && smallest())) {
    if (!write_soa(ask, Section::Answer, zone.soa_ttl, ask.owner, ask.name)) too_large(ask);
    return;
  }
  if (ask.type != RRType::NS || ask.block->find_set(RRType::NS) != nullptr) {
    answer_sets(ask);
    return;
  }
  std::array<std::uint16_t, kGlueMax> owners{};
  for (std::size_t i = 0; i < zone.nameservers.size(); ++i) {
    const auto target = zone.nameservers[i].wire();
    auto* at = response.reserve(kFixed + target.size());
    if (at == nullptr) return too_large(ask);
    if (i < owners.size()) owners[i] = pointer_to(response.used() + kFixed);
    put_octets(put_fields(at, ask.owner, RRType::NS, ask.ttl, target.size()), target);
    response.add(Section::Answer, kFixed + target.size(), 1);
  }
  for (std::size_t i = 0; i < zone.nameservers.size() && i < owners.size(); ++i) {
    if (owners[i] != 0) write_addresses(ask, zone.nameservers[i].wire(), owners[i], RRType::NS);
  }
}

}  // namespace signpost
