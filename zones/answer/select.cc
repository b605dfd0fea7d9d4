// Answerer: names that mean some of a service's instances (zones/snapshot/selection.h). They answer as the
// service does, by the same shares, from those instances alone; SRV points at the service's plain names.
#include <algorithm>
#include <cstring>
#include <string_view>

#include "zones/answer/answerer.h"
#include "zones/answer/put.h"

namespace signpost {
namespace {

constexpr std::string_view kInstances = "instances=";

/// Where the string with the numbers of instances stands in a service's TXT; its end: nowhere.
std::size_t find_numbers(std::span<const std::uint8_t> rdata) noexcept {
  std::size_t at = 0;
  while (at < rdata.size()) {
    const std::string_view text(reinterpret_cast<const char*>(rdata.data()) + at + 1, rdata[at]);
    if (text.substr(0, kInstances.size()) == kInstances) break;
    at += rdata[at] + 1u;
  }
  return at;
}

/// Decimal, at most ten digits.
char* put_number(char* at, std::uint32_t value) noexcept {
  std::array<char, 10> digits;
  std::size_t count = 0;
  do digits[count++] = static_cast<char>('0' + value % 10);
  while ((value /= 10) != 0);
  while (count > 0) *at++ = digits[--count];
  return at;
}

}  // namespace

void Answerer::answer_selected(Ask& ask) noexcept {
  const Selection selection(*ask.block, ask.name.first(ask.name.size() - ask.service.size()));
  ask.block = &selection.instances();
  const bool any = ask.type == RRType::ANY;
  if (selection.kind() == Selection::Kind::Port) {
    if (!any && ask.type != RRType::SRV) return no_data(ask);
    if (!selection.is_whole()) {
      if (!write_selected_srv(ask, selection)) no_data(ask);
      return;
    }
    return selection.matches_whole() ? write_srv_port(ask, ask.block->ports()[selection.port()])
                                     : no_data(ask);
  }
  if (ask.type == RRType::TXT) return write_selected_txt(ask, selection);
  if (!selection.is_whole()) return answer_selected_set(ask, selection);
  selection.matches_whole() ? answer_service(ask) : no_data(ask);
}

void Answerer::answer_selected_set(Ask& ask, const Selection& selection) noexcept {
  const auto& block = *ask.block;
  const bool any = ask.type == RRType::ANY;
  if ((any || ask.type == RRType::A) && write_selected(ask, selection, block.v4(), &SelectorRow::v4)) return;
  if ((any || ask.type == RRType::AAAA) && write_selected(ask, selection, block.v6(), &SelectorRow::v6))
    return;
  if (block.has_srv() && (any || ask.type == RRType::SRV) && write_selected_srv(ask, selection)) return;
  no_data(ask);
}

/// Into scratch_->shares: how much of each of `count` addresses or members the meant instances have.
void Answerer::add_shares(const Selection& selection, std::size_t count,
                          std::uint16_t SelectorRow::*place) noexcept {
  auto& shares = scratch_->shares;
  std::fill_n(shares.begin(), count, 0u);
  const auto& rows = selection.selectors();
  for (std::size_t i = 0; i < rows.row_count(); ++i) {
    const auto row = rows.row(selection.instances(), i);
    if (row.*place != SelectorRow::kNone && selection.matches(row.combo)) shares[row.*place] += row.share;
  }
}

/// Those of `count` that have a share, into scratch_->chosen with their shares beside; gives their number.
template <class Share>
std::size_t Answerer::choose(std::size_t count, Share&& share_of) noexcept {
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto share = share_of(i);
    if (share == 0) continue;
    scratch_->chosen[chosen] = static_cast<std::uint16_t>(i);
    scratch_->chosen_shares[chosen++] = share;
  }
  return chosen;
}

/// Places in scratch_->chosen, in the order to be sent.
std::span<const std::uint16_t> Answerer::draw_chosen(Ask& ask, StickyKeys keys, std::size_t count,
                                                     std::size_t most) noexcept {
  const auto& block = *ask.block;
  const std::span<const std::uint32_t> shares(scratch_->chosen_shares.data(), count);
  const bool equal = policy::all_equal(policy::ShareView(shares, false));
  const policy::ShareView members(shares, equal);
  if (mode_of(block) == config::AnswerMode::Sticky) {
    keys.chosen = {scratch_->chosen.data(), count};
    return stick(ask, members, keys, most);
  }
  const auto sample = std::min(block.sample(), policy::sample_max(members));
  return draw(members, mode_of(block), sample, most);
}

/// False: the meant instances have no such address.
template <class Address>
bool Answerer::write_selected(Ask& ask, const Selection& selection, std::span<const Address> all,
                              std::uint16_t SelectorRow::*place) noexcept {
  constexpr auto kOctets = sizeof(Address::octets);
  constexpr auto kRecord = kRecordFixed + kOctets;
  auto& response = *ask.response;
  add_shares(selection, all.size(), place);
  const auto count = choose(all.size(), [&](std::size_t i) { return scratch_->shares[i]; });
  if (count == 0) return false;
  const auto fit = response.remaining() / kRecord;
  const auto of = kOctets == 4 ? StickyKeys::Of::V4 : StickyKeys::Of::V6;
  const auto places =
      draw_chosen(ask, {*ask.block, of}, count, ask.may_truncate ? count : std::min(count, fit));
  auto* at = places.empty() ? nullptr : response.reserve(places.size() * kRecord);
  if (at == nullptr) {
    too_large(ask);
    return true;
  }
  for (const auto chosen : places) {
    at = put_fields(at, ask.owner, address_type(kOctets), ask.ttl, kOctets);
    at = put_octets(at, all[scratch_->chosen[chosen]].octets);
  }
  response.add(Section::Answer, places.size() * kRecord, static_cast<std::uint16_t>(places.size()));
  return true;
}

template bool Answerer::write_selected(Ask&, const Selection&, std::span<const AddressV4>,
                                       std::uint16_t SelectorRow::*) noexcept;
template bool Answerer::write_selected(Ask&, const Selection&, std::span<const AddressV6>,
                                       std::uint16_t SelectorRow::*) noexcept;

/// Of one port, or of all at the place of the service name. False: the meant instances have no such record.
bool Answerer::write_selected_srv(Ask& ask, const Selection& selection) noexcept {
  const auto& block = *ask.block;
  const bool one_port = selection.kind() == Selection::Kind::Port;
  const auto of_port = one_port ? block.records_of(block.ports()[selection.port()]) : Block::PortRecords();
  add_shares(selection, block.member_count(), &SelectorRow::member);
  const auto& shares = scratch_->shares;
  const auto share_of_record = [&](std::size_t i) { return shares[of_port[i].member]; };
  const auto share_of_member = [&](std::size_t i) { return shares[i]; };
  const auto count =
      one_port ? choose(of_port.size(), share_of_record) : choose(block.member_count(), share_of_member);
  const bool sticky = mode_of(block) == config::AnswerMode::Sticky;
  const bool spent = sticky || mode_of(block) == config::AnswerMode::Sample;
  const StickyKeys keys{block, one_port ? StickyKeys::Of::Port : StickyKeys::Of::Members,
                        one_port ? &block.ports()[selection.port()] : nullptr};
  std::uint16_t rank = 0;
  for (const auto place : draw_chosen(ask, keys, count, count)) {
    const auto chosen = scratch_->chosen[place];
    const auto records = one_port ? std::size_t{1} : block.srv_count(chosen);
    for (std::size_t i = 0; i < records; ++i) {
      if (write_one_srv(ask, one_port ? of_port[chosen] : block.srv(chosen, i), spent, rank)) continue;
      if (ask.may_truncate || ask.response->count(Section::Answer) == 0) {
        too_large(ask);
      } else {
        write_glue(ask);  // over TCP: a fair draw of what fits
      }
      return true;
    }
    if (sticky) ++rank;
  }
  if (ask.response->count(Section::Answer) == 0) return false;
  write_glue(ask);
  return true;
}

/// The service's own, with the numbers of those that are meant.
void Answerer::write_selected_txt(Ask& ask, const Selection& selection) noexcept {
  const auto rdata = ask.block->txt();
  if (rdata.empty()) return no_data(ask);
  const auto at_numbers = find_numbers(rdata);
  if (at_numbers == rdata.size()) return write_txt(ask, rdata);
  const auto counts = selection.count();
  std::array<char, 1 + kInstances.size() + 21> text;  // length octet, two numbers of 32 bits and a slash
  auto* end = std::copy(kInstances.begin(), kInstances.end(), text.data() + 1);
  end = put_number(end, counts.answering);
  *end++ = '/';
  end = put_number(end, counts.known);
  text[0] = static_cast<char>(end - text.data() - 1);
  const std::span numbers(reinterpret_cast<const std::uint8_t*>(text.data()),
                          static_cast<std::size_t>(end - text.data()));
  const auto behind = rdata.subspan(at_numbers + rdata[at_numbers] + 1u);
  const auto size = at_numbers + numbers.size() + behind.size();
  auto* at = ask.response->reserve(kRecordFixed + size);
  if (at == nullptr) return too_large(ask);
  at = put_fields(at, ask.owner, RRType::TXT, ask.ttl, size);
  at = put_octets(at, rdata.first(at_numbers));
  put_octets(put_octets(at, numbers), behind);
  ask.response->add(Section::Answer, kRecordFixed + size, 1);
}

}  // namespace signpost
