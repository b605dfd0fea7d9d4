#include "dns/query/response.h"

#include <algorithm>
#include <cassert>

#include "dns/wire/writer.h"

namespace signpost {

namespace {

constexpr std::size_t kOptSize = 11;                // root owner, type, class, TTL, RDLENGTH
constexpr std::size_t kExtendedErrorFixedSize = 6;  // option code, option length, info code
constexpr std::size_t kOptionFixedSize = 4;         // option code, option length

constexpr unsigned kFlagQr = 0x8000, kFlagAa = 0x0400, kFlagTc = 0x0200, kFlagRd = 0x0100;
constexpr std::uint32_t kOptFlagDo = 0x8000;

}  // namespace

void Response::begin(const Query& query, std::span<std::uint8_t> buffer, std::size_t limit,
                     std::uint16_t advertised_udp_size) noexcept {
  begin_without_question(query.id, Opcode::Query, query.edns, buffer, limit, advertised_udp_size);
  recursion_desired_ = query.recursion_desired;
  const NameView name = query.question.name;
  auto* at = buffer_.data() + kHeaderSize;
  std::memcpy(at, name.data(), name.size());
  at = put_u16(at + name.size(), static_cast<std::uint16_t>(query.question.type));
  put_u16(at, static_cast<std::uint16_t>(query.question.klass));
  records_start_ = used_ = kHeaderSize + name.size() + 4;
  has_question_ = true;
}

void Response::begin_without_question(std::uint16_t id, Opcode opcode, const Edns& edns,
                                      std::span<std::uint8_t> buffer, std::size_t limit,
                                      std::uint16_t advertised_udp_size) noexcept {
  // The least anybody may ask for is 512 (E8, E9). Header, question and OPT are 282 at most, and its options
  // 214: NSID 132, cookie 28, keepalive 6, zone versions 24, client subnet 24.
  assert(buffer.size() >= 512 && limit >= 512);
  *this = Response();
  buffer_ = buffer;
  hard_limit_ = std::min(limit, buffer.size());
  limit_ = hard_limit_ - (edns.present ? kOptSize : 0);
  records_start_ = used_ = kHeaderSize;
  id_ = id;
  opcode_ = opcode;
  edns_ = edns;
  advertised_udp_size_ = advertised_udp_size;
}

void Response::set_extended_error(ExtendedError code, std::string_view text) noexcept {
  if (has_extended_error_) return;
  has_extended_error_ = true;
  extended_error_ = code;
  extended_text_ = text;
}

void Response::clear_records() noexcept {
  used_ = records_start_;
  counts_[0] = counts_[1] = counts_[2] = 0;
}

void Response::truncate() noexcept {
  clear_records();
  truncated_ = true;
}

void Response::fail(ExtendedError code, std::string_view text) noexcept {
  clear_records();
  truncated_ = authoritative_ = false;
  rcode_ = Rcode::ServFail;
  has_extended_error_ = false;
  if (scope_ != nullptr) *scope_ = 0;
  set_extended_error(code, text);
}

std::uint8_t* Response::add_option(EdnsOption code, std::size_t size) noexcept {
  if (!edns_.present || kOptionFixedSize + size > remaining()) return nullptr;
  limit_ -= kOptionFixedSize + size;
  auto* at = put_u16(buffer_.data() + limit_, static_cast<std::uint16_t>(code));
  return put_u16(at, static_cast<std::uint16_t>(size));
}

void Response::add_subnet(std::span<const std::uint8_t> value) noexcept {
  auto* at = add_option(EdnsOption::ClientSubnet, value.size());
  if (at == nullptr) return;
  std::memcpy(at, value.data(), value.size());
  // Behind family and source prefix length; 0 in every query that is not malformed. Family 0 is nobody's
  // address, on whose bits nothing can depend.
  if (value[0] != 0 || value[1] != 0) scope_ = at + 3;
}

void Response::set_zone_version(std::uint8_t label_count, std::uint32_t serial,
                                std::uint64_t revision) noexcept {
  edns_.options &= static_cast<std::uint8_t>(~kAskedZoneVersion);
  if (auto* at = add_option(EdnsOption::ZoneVersion, 2 + 8)) {
    *at++ = label_count;
    *at++ = kZoneVersionRevision;
    put_u32(put_u32(at, static_cast<std::uint32_t>(revision >> 32)), static_cast<std::uint32_t>(revision));
  }
  if (auto* at = add_option(EdnsOption::ZoneVersion, 2 + 4)) {
    *at++ = label_count;
    *at++ = kZoneVersionSerial;
    put_u32(at, serial);
  }
}

void Response::append_opt() noexcept {
  const auto options = hard_limit_ - kOptSize - limit_;
  auto* const start = buffer_.data() + used_;
  // Before anything is written: the last record may end right in front of the options.
  if (options > 0) [[unlikely]]
    std::memmove(start + kOptSize, buffer_.data() + limit_, options);
  Writer error(buffer_.first(hard_limit_).subspan(used_ + kOptSize + options));
  // The error text goes first when space is short, then the error; never the answer (E22).
  has_extended_error_ &= error.remaining() >= kExtendedErrorFixedSize;
  if (has_extended_error_) [[unlikely]] {
    const auto text = error.remaining() >= kExtendedErrorFixedSize + extended_text_.size()
                          ? extended_text_
                          : std::string_view{};
    error.u16(static_cast<std::uint16_t>(EdnsOption::ExtendedError));
    error.u16(static_cast<std::uint16_t>(2 + text.size()));
    error.u16(static_cast<std::uint16_t>(extended_error_));
    error.bytes(text);
  }
  *start = 0;
  auto* at = put_u16(start + 1, static_cast<std::uint16_t>(RRType::OPT));
  at = put_u16(at, advertised_udp_size_);
  // TTL: extended rcode, version 0, DO as asked, no other flag (E4, E7).
  at = put_u32(at, (static_cast<std::uint32_t>(rcode_) >> 4) << 24 | (edns_.dnssec_ok ? kOptFlagDo : 0));
  put_u16(at, static_cast<std::uint16_t>(options + error.size()));
  used_ += kOptSize + options + error.size();
}

std::span<const std::uint8_t> Response::finish() noexcept {
  auto additional = counts_[static_cast<std::size_t>(Section::Additional)];
  if (edns_.present) {
    append_opt();
    ++additional;
  } else {
    has_extended_error_ = false;
  }
  const unsigned flags = kFlagQr | static_cast<unsigned>(opcode_) << 11 | (authoritative_ ? kFlagAa : 0) |
                         (truncated_ ? kFlagTc : 0) | (recursion_desired_ ? kFlagRd : 0) |
                         (static_cast<unsigned>(rcode_) & 0xf);
  auto* at = put_u16(buffer_.data(), id_);
  at = put_u16(at, static_cast<std::uint16_t>(flags));
  at = put_u16(at, has_question_ ? 1 : 0);
  at = put_u16(at, count(Section::Answer));
  at = put_u16(at, count(Section::Authority));
  put_u16(at, additional);
  return buffer_.first(used_);
}

}  // namespace signpost
