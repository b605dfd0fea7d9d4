#include "zones/files/rdata.h"

#include <utility>

#include <fmt/format.h>

#include "config/report.h"
#include "dns/base/ip_address.h"
#include "zones/files/ldns_fields.h"

namespace signpost::files {
namespace {

using config::in_quotes;

/// Reads the words front to back into the octets; the first error stops it.
class RdataReader {
 public:
  RdataReader(RRType type, std::span<const Word> words, const Name& origin)
      : type_(type), words_(words), origin_(origin) {}

  Result<Octets, RdataError> read();

 private:
  bool fail(std::string what) { return fail_at(at_, std::move(what)); }
  bool fail_at(std::size_t word, std::string what) {
    error_ = {std::move(what), word};
    return false;
  }
  bool take(Result<Octets> octets, std::string_view kind);
  bool take_number(std::uint64_t max, std::size_t octet_count);
  bool take_address(bool v6);
  bool take_by_ldns(const Layout& layout, std::size_t index, const std::string& text, std::size_t count);
  bool take_params();
  std::string rest(std::string_view between) const;
  std::string gateway_words() const;
  bool read_field(const Layout& layout, std::size_t index);
  bool read_fields(const Layout& layout);
  bool read_generic();

  RRType type_;
  std::span<const Word> words_;
  const Name& origin_;
  std::size_t at_ = 0;
  Octets octets_;
  RdataError error_;
};

bool RdataReader::take(Result<Octets> octets, std::string_view kind) {
  if (!octets)
    return fail(fmt::format("{} {}: {}", kind, in_quotes(words_[at_].text), octets.error().message));
  append(octets_, *octets);
  ++at_;
  return true;
}

bool RdataReader::take_number(std::uint64_t max, std::size_t octet_count) {
  const auto number = read_number(words_[at_].text, max);
  if (!number)
    return fail(fmt::format("expected a number from 0 to {}, not {}", max, in_quotes(words_[at_].text)));
  for (auto shift = octet_count; shift-- > 0;)
    octets_.push_back(static_cast<std::uint8_t>(*number >> (8 * shift)));
  ++at_;
  return true;
}

bool RdataReader::take_address(bool v6) {
  const auto address = IpAddress::parse(words_[at_].text);
  if (!address || address->is_v6() != v6) {
    return fail(fmt::format("expected an IPv{} address such as {}, not {}", v6 ? 6 : 4,
                            v6 ? "2001:db8::1" : "192.0.2.1", in_quotes(words_[at_].text)));
  }
  append(octets_, address->octets());
  ++at_;
  return true;
}

bool RdataReader::take_by_ldns(const Layout& layout, std::size_t index, const std::string& text,
                               std::size_t count) {
  const auto octets = read_by_ldns(layout, index, text);
  if (!octets) return fail(fmt::format("{} is not what {} takes here", in_quotes(text), type_text(type_)));
  append(octets_, *octets);
  at_ += count;
  return true;
}

bool RdataReader::take_params() {
  auto params = read_svc_params(words_.subspan(at_), at_);
  if (!params) return fail_at(params.error().word, params.error().what);
  append(octets_, *params);
  at_ = words_.size();
  return true;
}

std::string RdataReader::rest(std::string_view between) const {
  std::string text;
  for (std::size_t i = at_; i < words_.size(); ++i) {
    if (i > at_) text += between;
    text += words_[i].text;
  }
  return text;
}

/// ldns takes every gateway of IPSECKEY and relay of AMTRELAY for absolute: a relative one is completed here.
std::string RdataReader::gateway_words() const {
  constexpr std::uint64_t kIsName = 3;  // RFC 4025, section 2.3; RFC 8777, section 4.2.3
  const std::size_t kind_at = type_ == static_cast<RRType>(45) ? 1 : 2;
  const std::size_t name_at = 3;
  std::string text;
  for (std::size_t i = at_; i < words_.size(); ++i) {
    if (i > at_) text += ' ';
    const bool is_name = i == name_at && read_number(words_[kind_at].text, 255) == kIsName;
    const auto name = is_name ? read_name(words_[i].text, origin_) : Result<Name>(Error{});
    text += name ? name->to_string() : std::string(words_[i].text);
  }
  return text;
}

bool RdataReader::read_field(const Layout& layout, std::size_t index) {
  const auto& word = words_[at_];
  const bool last = index + 1 == layout.most;
  switch (field_of(layout, index)) {
    case Field::Name: {
      const auto name = read_name(word.text, origin_);
      if (word.quoted || !name) return fail(name ? "a name has no quotes" : name.error().message);
      append(octets_, name->wire());
      ++at_;
      return true;
    }
    case Field::U8:
      return take_number(0xff, 1);
    case Field::U16:
      return take_number(0xffff, 2);
    case Field::U32:
      return take_number(0xffffffff, 4);
    case Field::V4:
      return take_address(false);
    case Field::V6:
      return take_address(true);
    case Field::Ttl: {
      // SOA has numbers of 32 bits here, which people write as they write TTLs.
      const auto ttl = read_ttl(word.text);
      if (!ttl) return take_number(0xffffffff, 4);
      append_u32(octets_, *ttl);
      ++at_;
      return true;
    }
    case Field::Type: {
      const auto type = read_type(word.text);
      if (!type) return fail(fmt::format("{} is not a type", in_quotes(word.text)));
      append_u16(octets_, static_cast<std::uint16_t>(*type));
      ++at_;
      return true;
    }
    case Field::String:
      return take(read_string(word.text), "string");
    case Field::LongString:
      return take(read_octets(word.text), "value");
    case Field::Params:
      return take_params();
    case Field::Hex: {
      const auto text = last ? rest("") : std::string(word.text);
      const auto octets = read_hex(text);
      if (!octets) return fail(fmt::format("expected pairs of hexadecimal digits, not {}", in_quotes(text)));
      append(octets_, *octets);
      at_ = last ? words_.size() : at_ + 1;
      return true;
    }
    case Field::Joined:
      return take_by_ldns(layout, index, rest(""), words_.size() - at_);
    case Field::Spaced:
      return take_by_ldns(layout, index, at_ == 0 && words_.size() > 3 ? gateway_words() : rest(" "),
                          words_.size() - at_);
    case Field::Hip: {
      if (words_.size() - at_ < 3)
        return fail("HIP needs an algorithm, a tag in hexadecimal and a key in base64");
      const auto text = fmt::format("{} {} {}", words_[at_].text, words_[at_ + 1].text, words_[at_ + 2].text);
      return take_by_ldns(layout, index, text, 3);
    }
    case Field::Other:
      return take_by_ldns(layout, index, std::string(word.text), 1);
    case Field::None:
      break;
  }
  return fail(fmt::format("{} is written as `\\# length hexadecimal` (RFC 3597)", type_text(type_)));
}

bool RdataReader::read_fields(const Layout& layout) {
  std::size_t index = 0;
  for (; index < layout.most && at_ < words_.size(); ++index) {
    if (!read_field(layout, index)) return false;
  }
  if (at_ < words_.size())
    return fail(fmt::format("{} has no field for {}", type_text(type_), in_quotes(words_[at_].text)));
  if (index < layout.least) {
    return fail(fmt::format("something is missing: {} has {} field{} here, and {} at least", type_text(type_),
                            index, index == 1 ? "" : "s", layout.least));
  }
  return true;
}

/// `\# 4 0a000001` (RFC 3597, section 5).
bool RdataReader::read_generic() {
  ++at_;
  const auto length =
      at_ < words_.size() ? read_number(words_[at_].text, 65535) : std::optional<std::uint64_t>();
  if (!length) return fail("`\\#` is followed by the number of octets, 0 to 65535");
  ++at_;
  const auto octets = read_hex(rest(""));
  if (!octets) return fail("after the number of octets come pairs of hexadecimal digits");
  if (octets->size() != *length)
    return fail(fmt::format("{} octets were promised and {} are written", *length, octets->size()));
  if (!is_whole(type_, *octets))
    return fail(fmt::format("these octets are not whole RDATA of the type {}", type_text(type_)));
  octets_ = *octets;
  at_ = words_.size();
  return true;
}

Result<Octets, RdataError> RdataReader::read() {
  const bool generic = !words_.empty() && !words_[0].quoted && words_[0].text == "\\#";
  const auto layout = generic ? std::nullopt : layout_of(type_);
  if (!generic && !layout) {
    return RdataError{fmt::format("{} is written as `\\# length hexadecimal` (RFC 3597)", type_text(type_)),
                      0};
  }
  if (!(generic ? read_generic() : read_fields(*layout))) return error_;
  if (octets_.size() > 65535) return RdataError{"more than 65535 octets fit no record", 0};
  if (type_ == RRType::SVCB || type_ == RRType::HTTPS) {
    if (auto fault = svcb_fault(octets_); !fault.empty()) return RdataError{std::move(fault), 0};
  }
  return std::move(octets_);
}

}  // namespace

Result<Octets, RdataError> read_rdata(RRType type, std::span<const Word> words, const Name& origin) {
  return RdataReader(type, words, origin).read();
}

}  // namespace signpost::files
