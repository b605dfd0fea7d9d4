// Answerer: what depends on who asks. `sticky` gives a client the same members each time; `locality: prefer`
// answers it from its own zone while enough of that zone may answer.
#include <algorithm>
#include <numeric>

#include "zones/answer/answerer.h"
#include "zones/answer/put.h"
#include "zones/snapshot/client_zones.h"

namespace signpost {
namespace {

std::uint16_t host_of(const Block& block, std::size_t member) noexcept {
  return block.srv_count(member) == 0 ? Block::kSelf : block.srv(member, 0).host;
}

/// Members are sorted by host.
bool shares_host(const Block& block, std::size_t member, std::uint16_t host) noexcept {
  return (member > 0 && host_of(block, member - 1) == host) ||
         (member + 1 < block.member_count() && host_of(block, member + 1) == host);
}

std::uint64_t key_of_record(const Block& block, const Srv& srv) noexcept {
  if (srv.host == Block::kSelf) return 0;
  const auto addresses = block.host_addresses(srv.host);
  const auto octets = addresses.v4.empty() ? std::span<const std::uint8_t>(addresses.v6[0])
                                           : std::span<const std::uint8_t>(addresses.v4[0]);
  const auto key = policy::member_key(octets);
  return shares_host(block, srv.member, srv.host) ? policy::mix(key + srv.port) : key;
}

}  // namespace

std::uint64_t StickyKeys::operator()(std::size_t i) const noexcept {
  const std::size_t at = chosen.empty() ? i : chosen[i];
  switch (of) {
    case Of::V4:
      return policy::member_key(block.v4()[at].octets);
    case Of::V6:
      return policy::member_key(block.identity_v6(at));
    case Of::Members:
      return block.srv_count(at) == 0 ? 0 : key_of_record(block, block.srv(at, 0));
    case Of::Port:
      return key_of_record(block, block.records_of(*port)[at]);
  }
  return 0;
}

/// Nullopt: whoever asks, asks for everybody.
std::optional<ClientSubnet> Answerer::client() const noexcept {
  if (asker_ == nullptr) return std::nullopt;
  return client_of(*asker_->context, *asker_->query);
}

/// The best members for this client, the best first. Who asks for everybody gets them as one client.
std::span<const std::uint16_t> Answerer::stick(Ask& ask, policy::ShareView members, const StickyKeys& keys,
                                               std::size_t most) noexcept {
  const auto count = std::min({std::size_t{ask.block->sample()}, most, members.size(), policy::kStickyMax});
  const std::span places(scratch_->places.data(), count);
  if (members.size() <= 1 || count == 0) {  // the client does not matter
    std::iota(places.begin(), places.end(), std::uint16_t{0});
    return places;
  }
  const auto who = client().value_or(ClientSubnet{});
  const auto bits = policy::sticky_bits(who.address, who.bits);
  ask.response->set_scope(bits);
  policy::StickyChoice choice(policy::client_key(who.address, bits), count, members.all_equal(),
                              scratch_->sticky);
  for (std::size_t i = 0; i < members.size(); ++i)
    choice.offer(static_cast<std::uint16_t>(i), keys(i), members[i]);
  return choice.best(places);
}

/// At a service name, or `port` of it, of a block that prefers the client's zone. False: everybody answers,
/// by the usual road.
[[gnu::noinline]] bool Answerer::answer_local(Ask& ask, const PortSet* port) noexcept {
  const auto* zones = ask.snapshot->clients.get();
  const auto who = client();
  if (zones == nullptr || !who || ask.type == RRType::TXT) return false;
  const auto found = zones->table.find(who->address);
  const bool placed = found.value != PrefixTable::kNone && found.bits <= who->bits;
  const auto labels = placed ? std::string_view(zones->labels[found.value]) : std::string_view();
  const auto tier =
      tier_of(*ask.block, {reinterpret_cast<const std::uint8_t*>(labels.data()), labels.size()});
  if (!tier) return false;
  // Also where the zone is unknown: of a subnet so short that it lies in several, more bits would have told.
  // Never 0 for who told a subnet: that would mean everybody of any family (RFC 7871, section 7.2.1).
  ask.response->set_scope(std::max<std::uint8_t>(found.bits, who->bits > 0 ? 1 : 0));
  if (!tier->alone) return false;
  const auto port_index = port == nullptr
                              ? std::nullopt
                              : std::optional(static_cast<std::uint16_t>(port - ask.block->ports().data()));
  return answer_near(ask, Selection(*ask.block, tier->key, tier->word, port_index), port);
}

/// False: nobody near has an address of the family asked, or that port, so that the others do.
bool Answerer::answer_near(Ask& ask, const Selection& near, const PortSet* port) noexcept {
  const auto& block = *ask.block;
  const bool any = ask.type == RRType::ANY;  // one RRset, the first there is (N10)
  if (port == nullptr) {
    if (!block.v4().empty() && (any || ask.type == RRType::A))
      return write_selected(ask, near, block.v4(), &SelectorRow::v4);
    if (!block.v6().empty() && (any || ask.type == RRType::AAAA))
      return write_selected(ask, near, block.v6(), &SelectorRow::v6);
  }
  if (!block.has_srv() || (!any && ask.type != RRType::SRV)) return false;
  const auto mode = mode_of(block);
  if (mode == config::AnswerMode::Sample || mode == config::AnswerMode::Sticky)
    return write_selected_srv(ask, near);
  write_srv_tiers(ask, near, port);
  return true;
}

/// All of them, those of the client's zone with priority 0 and in front, the others with 1: who honours RFC
/// 2782 goes there by itself when nobody near can be reached.
void Answerer::write_srv_tiers(Ask& ask, const Selection& near, const PortSet* port) noexcept {
  const auto& block = *ask.block;
  add_shares(near, block.member_count(), &SelectorRow::member);
  auto& far = scratch_->chosen;
  for (std::size_t i = 0; i < block.member_count(); ++i) far[i] = scratch_->shares[i] == 0 ? 1 : 0;
  auto members = block.member_shares();
  const auto records = port == nullptr ? Block::PortRecords() : block.records_of(*port);
  if (port != nullptr) {
    for (std::size_t i = 0; i < records.size(); ++i) scratch_->chosen_shares[i] = members[records[i].member];
    members = policy::ShareView({scratch_->chosen_shares.data(), records.size()}, members.all_equal());
  }
  const auto places = draw(members, mode_of(block), 0, members.size());
  for (std::uint16_t tier = 0; tier < 2; ++tier) {
    for (const auto place : places) {
      if (far[port == nullptr ? place : records[place].member] != tier) continue;
      const auto count = port == nullptr ? block.srv_count(place) : std::size_t{1};
      for (std::size_t i = 0; i < count; ++i) {
        if (write_one_srv(ask, port == nullptr ? block.srv(place, i) : records[place], false, tier)) continue;
        if (ask.may_truncate || ask.response->count(Section::Answer) == 0) return too_large(ask);
        return write_glue(ask);  // over TCP: a fair draw of what fits, those near first
      }
    }
  }
  write_glue(ask);
}

}  // namespace signpost
