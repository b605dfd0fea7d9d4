#include "tests/support/dns/responder.h"

#include <chrono>
#include <string_view>

#include "dns/wire/writer.h"

namespace signpost::test {

namespace {

std::string_view first_label(const Name& name) {
  return {reinterpret_cast<const char*>(name.wire().data()) + 1, name.wire()[0]};
}

/// "many30" with "many": 30.
std::optional<unsigned> number_after(std::string_view label, std::string_view word) noexcept {
  if (label.size() <= word.size() || label.substr(0, word.size()) != word) return std::nullopt;
  unsigned value = 0;
  for (const char c : label.substr(word.size())) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > kMessageOctetsMax) return std::nullopt;
  }
  return value;
}

bool add_record(Response& response, Section section, RRType type,
                std::span<const std::uint8_t> rdata) noexcept {
  auto* at = response.reserve(12 + rdata.size());
  if (at == nullptr) return false;
  Writer writer({at, 12 + rdata.size()});
  writer.u16(kOwnerPointer);
  writer.record_fields(type, RRClass::IN, 5, static_cast<std::uint16_t>(rdata.size()));
  writer.bytes(rdata);
  response.add(section, 12 + rdata.size(), 1);
  return true;
}

bool add_address(Response& response, Section section, unsigned number) noexcept {
  const std::uint8_t rdata[] = {192, 0, static_cast<std::uint8_t>(2 + number / 256),
                                static_cast<std::uint8_t>(number)};
  return add_record(response, section, RRType::A, rdata);
}

void add_soa(Response& response, Section section) noexcept {
  std::uint8_t rdata[22] = {};  // root, root, and five numbers
  if (!add_record(response, section, RRType::SOA, rdata)) response.truncate();
}

void answer_addresses(Response& response, unsigned count) noexcept {
  for (unsigned i = 1; i <= count; ++i)
    if (!add_address(response, Section::Answer, i)) return response.truncate();
}

/// One TXT that brings the message to `octets`, with strings of 255 octets and a shorter last.
void answer_size(Response& response, std::size_t octets) noexcept {
  static std::uint8_t rdata[kMessageOctetsMax];
  const std::size_t fixed = response.used() + 12;
  if (octets <= fixed) return;
  const std::size_t size = octets - fixed;
  for (std::size_t at = 0; at < size; at += 256)
    rdata[at] = static_cast<std::uint8_t>(std::min<std::size_t>(255, size - at - 1));
  if (!add_record(response, Section::Answer, RRType::TXT, {rdata, size})) response.truncate();
}

}  // namespace

void DeferredQueries::push(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  tickets_.push_back(ticket);
  ++count_;
  arrived_.notify_all();
}

std::optional<DeferredQueries::Ticket> DeferredQueries::pop() {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_for(lock, std::chrono::seconds(5), [&] { return !tickets_.empty(); }))
    return std::nullopt;
  const auto ticket = tickets_.front();
  tickets_.pop_front();
  return ticket;
}

std::size_t DeferredQueries::count() {
  const std::lock_guard lock(mutex_);
  return count_;
}

Outcome TestResponder::defer(const QueryContext& context, Response& response, unsigned times) noexcept {
  if (context.expired) {
    response.fail(ExtendedError::NetworkError, "nobody resumed");
    return Outcome::Answered;
  }
  if (context.resumed < times) {
    if (deferred_ != nullptr) deferred_->push({context.mailbox, context.ticket, context});
    return Outcome::Deferred;
  }
  add_address(response, Section::Answer, 53);
  return Outcome::Answered;
}

Outcome TestResponder::respond(const QueryContext& context, const Query& query, Response& response) noexcept {
  static const Name kZone = *Name::parse("test.");
  const auto& name = query.question.folded;
  if (!is_at_or_below(name.wire(), kZone.wire())) {
    response.set_rcode(Rcode::Refused);
    response.set_extended_error(ExtendedError::NotAuthoritative);
    return Outcome::Answered;
  }
  response.set_authoritative(true);
  if (response.wants_zone_version()) response.set_zone_version(1, 2026, std::uint64_t{7} << 32 | 8);
  const auto label = first_label(name);
  const auto type = query.question.type;
  if (label == "drop") return Outcome::Dropped;
  if (label == "defer") return defer(context, response, 1);
  if (label == "twice") return defer(context, response, 2);
  if (label == "forever") return Outcome::Deferred;
  const bool apex = name == kZone;
  const auto many = number_after(label, "many"), size = number_after(label, "size"),
             glue = number_after(label, "glue"), scope = number_after(label, "scope");
  if (apex && type == RRType::SOA) {
    add_soa(response, Section::Answer);
  } else if ((label == "a" || label == "stale") && type == RRType::A) {
    if (label == "stale") response.set_extended_error(ExtendedError::StaleAnswer, "for the test");
    answer_addresses(response, 1);
  } else if (scope && type == RRType::A) {
    response.set_scope(static_cast<std::uint8_t>(*scope));
    answer_addresses(response, 1);
  } else if (many && type == RRType::A) {
    answer_addresses(response, *many);
  } else if (size && type == RRType::TXT) {
    answer_size(response, *size);
  } else if (glue && type == RRType::A) {
    answer_addresses(response, 1);
    for (unsigned i = 2; i <= *glue + 1; ++i)
      if (!add_address(response, Section::Additional, i)) break;  // N15: no TC for what was not asked
  } else {
    if (!apex && label != "a" && !many) response.set_rcode(Rcode::NxDomain);
    add_soa(response, Section::Authority);
  }
  return Outcome::Answered;
}

}  // namespace signpost::test
