#include "zones/answer/present.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "dns/base/ip_address.h"
#include "dns/wire/name.h"

namespace signpost {
namespace {

constexpr std::pair<RRType, std::string_view> kTypes[] = {
    {RRType::A, "A"},     {RRType::NS, "NS"},        {RRType::CNAME, "CNAME"}, {RRType::SOA, "SOA"},
    {RRType::PTR, "PTR"}, {RRType::MX, "MX"},        {RRType::TXT, "TXT"},     {RRType::AAAA, "AAAA"},
    {RRType::SRV, "SRV"}, {RRType::DS, "DS"},        {RRType::SVCB, "SVCB"},   {RRType::HTTPS, "HTTPS"},
    {RRType::ANY, "ANY"}, {RRType::DNSKEY, "DNSKEY"}};

/// Reads what our own writer made; a pointer only ever goes back.
class Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> message) : message_(message) {}
  std::uint16_t u16() {
    const auto value = static_cast<std::uint16_t>(message_[at_] << 8 | message_[at_ + 1]);
    at_ += 2;
    return value;
  }
  std::uint32_t u32() {
    const auto high = u16();
    return std::uint32_t{high} << 16 | u16();
  }
  std::string name() {
    std::vector<std::uint8_t> wire;
    auto at = at_;
    bool jumped = false;
    for (; message_[at] != 0;) {
      if (message_[at] >= 0xc0) {
        const auto to = static_cast<std::size_t>((message_[at] & 0x3f) << 8 | message_[at + 1]);
        if (!jumped) at_ = at + 2;
        jumped = true;
        at = to;
        continue;
      }
      wire.insert(wire.end(), message_.begin() + static_cast<std::ptrdiff_t>(at),
                  message_.begin() + static_cast<std::ptrdiff_t>(at + message_[at] + 1));
      at += message_[at] + 1u;
    }
    wire.push_back(0);
    if (!jumped) at_ = at + 1;
    return to_text(wire);
  }
  std::span<const std::uint8_t> bytes(std::size_t count) {
    const auto part = message_.subspan(at_, count);
    at_ += count;
    return part;
  }
  std::size_t at() const { return at_; }

 private:
  std::span<const std::uint8_t> message_;
  std::size_t at_ = 0;
};

template <std::size_t N>
std::array<std::uint8_t, N> take(std::span<const std::uint8_t> octets) {
  std::array<std::uint8_t, N> out;
  std::copy_n(octets.begin(), N, out.begin());
  return out;
}

/// Character-strings in quotes (RFC 1035, section 5.1).
std::string strings(std::span<const std::uint8_t> rdata) {
  std::string text;
  for (std::size_t at = 0; at < rdata.size(); at += rdata[at] + 1u) {
    text += text.empty() ? "\"" : " \"";
    for (const auto octet : rdata.subspan(at + 1, rdata[at])) {
      if (octet == '"' || octet == '\\') {
        text += '\\';
        text += static_cast<char>(octet);
      } else if (octet < 0x20 || octet > 0x7e) {
        fmt::format_to(std::back_inserter(text), "\\{:03}", octet);
      } else {
        text += static_cast<char>(octet);
      }
    }
    text += '"';
  }
  return text;
}

std::string rdata_text(Cursor& cursor, RRType type, std::size_t size) {
  switch (type) {
    case RRType::A:
      return IpAddress::v4(take<4>(cursor.bytes(4))).to_string();
    case RRType::AAAA:
      return IpAddress::v6(take<16>(cursor.bytes(16))).to_string();
    case RRType::NS:
    case RRType::CNAME:
    case RRType::PTR:
      return cursor.name();
    case RRType::TXT:
      return strings(cursor.bytes(size));
    case RRType::SRV: {
      const auto priority = cursor.u16();
      const auto weight = cursor.u16();
      const auto port = cursor.u16();
      return fmt::format("{} {} {} {}", priority, weight, port, cursor.name());
    }
    case RRType::SOA: {
      auto text = cursor.name() + " ";
      text += cursor.name();
      for (int i = 0; i < 5; ++i) fmt::format_to(std::back_inserter(text), " {}", cursor.u32());
      return text;
    }
    default: {
      auto text = fmt::format("\\# {}", size);
      for (const auto octet : cursor.bytes(size)) fmt::format_to(std::back_inserter(text), " {:02x}", octet);
      return text;
    }
  }
}

}  // namespace

std::string PresentedRecord::to_string() const {
  return fmt::format("{} {} IN {} {}", owner, ttl, type_text(type), rdata);
}

std::string type_text(RRType type) {
  for (const auto& [known, text] : kTypes) {
    if (known == type) return std::string(text);
  }
  return fmt::format("TYPE{}", static_cast<std::uint16_t>(type));
}

Result<RRType> parse_type(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const auto& [known, word] : kTypes) {
    if (word == upper) return known;
  }
  std::uint16_t number = 0;
  if (upper.starts_with("TYPE")) {
    const auto* end = upper.data() + upper.size();
    const auto [rest, error] = std::from_chars(upper.data() + 4, end, number);
    if (error == std::errc{} && rest == end) return static_cast<RRType>(number);
  }
  return Error{fmt::format(
      "'{}' is no record type; A, AAAA, SRV, TXT, PTR, CNAME, NS, SOA or TYPE<number> would be", text)};
}

std::vector<PresentedRecord> present(std::span<const std::uint8_t> message) {
  Cursor cursor(message);
  cursor.bytes(4);
  const auto questions = cursor.u16();
  const std::array<std::uint16_t, 3> counts{cursor.u16(), cursor.u16(), cursor.u16()};
  for (int i = 0; i < questions; ++i) {
    cursor.name();
    cursor.bytes(4);
  }
  std::vector<PresentedRecord> records;
  for (int section = 0; section < 3; ++section) {
    for (int i = 0; i < counts[static_cast<std::size_t>(section)]; ++i) {
      PresentedRecord record;
      record.section = section;
      record.owner = cursor.name();
      record.type = static_cast<RRType>(cursor.u16());
      cursor.bytes(2);
      record.ttl = cursor.u32();
      const auto size = cursor.u16();
      record.rdata = rdata_text(cursor, record.type, size);
      records.push_back(std::move(record));
    }
  }
  return records;
}

}  // namespace signpost
