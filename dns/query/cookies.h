// DNS cookies: a client that shows what we gave it before has its own address, and is no forger's victim.
//
// A cookie is 8 octets of the client's and 16 of ours: version, three reserved octets, time, and a hash over
// all of it and the client's address under a secret (RFC 7873; RFC 9018, section 4). Nothing is remembered:
// servers with the same secrets accept each other's.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "dns/base/ip_address.h"
#include "dns/base/result.h"

namespace signpost {

inline constexpr std::size_t kClientCookieOctets = 8;
inline constexpr std::size_t kServerCookieOctets = 16;
inline constexpr std::size_t kWholeCookieOctets = kClientCookieOctets + kServerCookieOctets;

using CookieSecret = std::array<std::uint8_t, 16>;

/// The first one signs, all verify. None: cookies are off, and the option means nothing.
///
/// A secret is rolled in three steps, each on every server before the next (RFC 9018, section 5): add the new
/// one behind the old, so that all accept it; put it in front, so that all give it; an hour later, when no
/// cookie of the old one is good any more, take the old one out.
struct CookieSecrets {
  static constexpr std::size_t kCountMax = 3;
  std::array<CookieSecret, kCountMax> keys{};
  std::uint8_t count = 0;
  friend bool operator==(const CookieSecrets&, const CookieSecrets&) = default;
};

/// What a query showed.
enum class CookieState : std::uint8_t {
  None,        // no cookie, or cookies are off
  ClientOnly,  // the client has none of ours yet
  Valid,       // it has its address: rate limits do not hold it back (E16)
  Expired,     // ours, but over an hour old or over five minutes in the future
  Invalid,     // not ours, or another client's
};
inline constexpr std::size_t kCookieStateCount = 5;

/// 8 octets, or 16 to 40 (RFC 7873, section 5.2.2); all else is malformed (E13).
constexpr bool is_cookie_length(std::size_t octets) noexcept {
  return octets == kClientCookieOctets || (octets >= 16 && octets <= 40);
}

/// `cookie` of a good length, as it was received from `peer`. `now`: the low 32 bits of Unix time; ages are
/// compared by serial arithmetic, so 2106 is like any other year (C26). Takes as long whichever octet of a
/// hash is wrong.
CookieState judge_cookie(const CookieSecrets& secrets, std::span<const std::uint8_t> cookie,
                         const IpAddress& peer, std::uint32_t now) noexcept;

/// Whether a valid cookie goes back as it came: signed by the first secret and less than half an hour old.
/// Otherwise the client should have a fresh one (RFC 9018, section 4.3).
bool is_fresh_cookie(const CookieSecrets& secrets, std::span<const std::uint8_t> cookie,
                     const IpAddress& peer, std::uint32_t now) noexcept;

/// Writes the 16 octets of a server cookie. There is a secret.
void write_server_cookie(const CookieSecrets& secrets, std::span<const std::uint8_t> client_cookie,
                         const IpAddress& peer, std::uint32_t now, std::uint8_t* at) noexcept;

/// SipHash-2-4 of `octets` (Aumasson and Bernstein 2012).
std::uint64_t siphash24(const CookieSecret& key, std::span<const std::uint8_t> octets) noexcept;

/// One to three lines of 32 hexadecimal digits; empty lines and those that begin with # are skipped. The
/// error says which line and what would be right, but not what stands there.
Result<CookieSecrets> parse_cookie_secrets(std::string_view text);

/// One that nobody knows, from the kernel.
CookieSecrets random_cookie_secrets();

}  // namespace signpost
