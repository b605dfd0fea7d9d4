#include "zones/answer/present.h"

#include <array>
#include <cstring>
#include <iterator>

#include <fmt/compile.h>
#include <fmt/format.h>

namespace signpost {
namespace {

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
  /// Its octets, in room for one name.
  NameView name() {
    std::size_t size = 0;
    auto at = at_;
    bool jumped = false;
    while (message_[at] != 0) {
      if (message_[at] >= 0xc0) {
        const auto to = static_cast<std::size_t>((message_[at] & 0x3f) << 8 | message_[at + 1]);
        if (!jumped) at_ = at + 2;
        jumped = true;
        at = to;
        continue;
      }
      std::memcpy(name_.data() + size, message_.data() + at, message_[at] + 1u);
      size += message_[at] + 1u;
      at += message_[at] + 1u;
    }
    name_[size++] = 0;
    if (!jumped) at_ = at + 1;
    return NameView(name_).first(size);
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
  std::array<std::uint8_t, kNameOctetsMax> name_;
};

/// Moves behind the header and the questions; how many records the sections have.
std::array<std::uint16_t, 3> skip_to_records(Cursor& cursor) {
  cursor.bytes(4);
  const auto questions = cursor.u16();
  const std::array<std::uint16_t, 3> counts{cursor.u16(), cursor.u16(), cursor.u16()};
  for (int i = 0; i < questions; ++i) {
    cursor.name();
    cursor.bytes(4);
  }
  return counts;
}

}  // namespace

std::string PresentedRecord::to_string() const {
  return fmt::format("{} {} IN {} {}", owner, ttl, type_text(type), rdata);
}

std::string rcode_text(Rcode rcode) {
  switch (rcode) {
    case Rcode::NoError:
      return "NOERROR";
    case Rcode::FormErr:
      return "FORMERR";
    case Rcode::NotImp:
      return "NOTIMP";
    case Rcode::BadVers:
      return "BADVERS";
    case Rcode::BadCookie:
      return "BADCOOKIE";
    case Rcode::ServFail:
      return "SERVFAIL";
    case Rcode::NxDomain:
      return "NXDOMAIN";
    case Rcode::Refused:
      return "REFUSED";
    case Rcode::YxDomain:
      return "YXDOMAIN";
    default:
      return fmt::format("RCODE{}", static_cast<int>(rcode));
  }
}

void append_line(std::string& text, NameView owner, std::uint32_t ttl, RRType type,
                 std::span<const std::uint8_t> rdata) {
  append_name(text, owner);
  fmt::format_to(std::back_inserter(text), FMT_COMPILE(" {} IN {} "), ttl, type_text(type));
  append_rdata(text, type, rdata);
  text += '\n';
}

void append_lines(std::string& text, std::span<const std::uint8_t> message, RRType type) {
  Cursor cursor(message);
  const auto records = skip_to_records(cursor)[0];
  for (int i = 0; i < records; ++i) {
    const auto owner = cursor.name();
    const auto its_type = static_cast<RRType>(cursor.u16());
    cursor.bytes(2);
    const auto ttl = cursor.u32();
    const auto size = cursor.u16();
    const auto rdata = cursor.bytes(size);
    if (its_type == type) append_line(text, owner, ttl, type, rdata);
  }
}

std::vector<PresentedRecord> present(std::span<const std::uint8_t> message) {
  Cursor cursor(message);
  const auto counts = skip_to_records(cursor);
  std::vector<PresentedRecord> records;
  for (int section = 0; section < 3; ++section) {
    for (int i = 0; i < counts[static_cast<std::size_t>(section)]; ++i) {
      PresentedRecord record;
      record.section = section;
      record.owner = to_text(cursor.name());
      record.type = static_cast<RRType>(cursor.u16());
      cursor.bytes(2);
      record.ttl = cursor.u32();
      const auto size = cursor.u16();
      record.rdata = rdata_text(record.type, cursor.bytes(size));
      records.push_back(std::move(record));
    }
  }
  return records;
}

}  // namespace signpost
