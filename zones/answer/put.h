// Writes the parts of a record where it is sent from; room was made sure of before.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "dns/query/response.h"
#include "dns/wire/writer.h"

namespace signpost {

inline constexpr std::size_t kRecordFixed = 12;  // owner pointer, type, class, TTL, RDLENGTH

inline std::uint8_t* put_fields(std::uint8_t* at, std::uint16_t owner, RRType type, std::uint32_t ttl,
                                std::size_t rdlength) noexcept {
  at = put_u16(at, owner);
  at = put_u16(at, static_cast<std::uint16_t>(type));
  at = put_u16(at, static_cast<std::uint16_t>(RRClass::IN));
  at = put_u32(at, ttl);
  return put_u16(at, static_cast<std::uint16_t>(rdlength));
}

inline std::uint8_t* put_octets(std::uint8_t* at, std::span<const std::uint8_t> octets) noexcept {
  std::memcpy(at, octets.data(), octets.size());
  return at + octets.size();
}

/// 0: too far from the start for a pointer of 14 bits (RFC 1035, section 4.1.4).
inline std::uint16_t pointer_to(std::size_t offset) noexcept {
  return offset < 0x4000 ? static_cast<std::uint16_t>(0xc000 | offset) : std::uint16_t{0};
}

constexpr RRType address_type(std::size_t octets) noexcept { return octets == 4 ? RRType::A : RRType::AAAA; }

/// Types that are asked of an alias itself, never of its target (RFC 2181, section 10.1; RFC 4035,
/// section 2.5).
constexpr bool stands_beside_alias(RRType type) noexcept {
  return type == RRType::RRSIG || type == RRType::NSEC;
}

/// One whole RRset of addresses of a target, or nothing of it (N15). `get(i)`: the octets of the i-th.
template <class Octets, class Get>
void add_glue(Response& response, std::uint16_t owner, std::uint32_t ttl, std::size_t count,
              Get&& get) noexcept {
  constexpr auto kSize = sizeof(Octets);
  auto* at = count == 0 ? nullptr : response.reserve(count * (kRecordFixed + kSize));
  if (at == nullptr) return;
  for (std::size_t i = 0; i < count; ++i)
    at = put_octets(put_fields(at, owner, address_type(kSize), ttl, kSize), get(i));
  response.add(Section::Additional, count * (kRecordFixed + kSize), static_cast<std::uint16_t>(count));
}

}  // namespace signpost
