#include "dns/query/cookies.h"

#include <bit>
#include <cassert>
#include <cstring>
#include <string>

#include "dns/base/random.h"
#include "dns/wire/writer.h"

namespace signpost {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::int32_t kAgeMaxSeconds = 3600;    // RFC 9018, section 4.3
constexpr std::int32_t kFutureMaxSeconds = 300;  // the same
constexpr std::int32_t kRenewSeconds = 1800;     // the same

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void rounds(int count) noexcept {
    for (; count > 0; --count) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }
  void take(std::uint64_t word) noexcept {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
};

std::uint64_t little_endian(std::span<const std::uint8_t> octets) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) word |= std::uint64_t{octets[i]} << 8 * i;
  return word;
}

/// Over client cookie, version, reserved, time and address, in this order (RFC 9018, section 4.4).
std::uint64_t hash(const CookieSecret& key, std::span<const std::uint8_t> client_cookie,
                   std::span<const std::uint8_t> fields, const IpAddress& peer) noexcept {
  std::array<std::uint8_t, 8 + 8 + 16> input;
  const auto address = peer.octets();
  std::memcpy(input.data(), client_cookie.data(), 8);
  std::memcpy(input.data() + 8, fields.data(), 8);
  std::memcpy(input.data() + 16, address.data(), address.size());
  return siphash24(key, std::span(input).first(16 + address.size()));
}

/// A cookie of ours as it is laid out: client cookie, version, reserved, time, hash.
struct Parts {
  std::span<const std::uint8_t> client, fields;
  std::uint64_t hash;
  std::int32_t age;  // seconds; negative: from the future
};

Parts parts_of(std::span<const std::uint8_t> cookie, std::uint32_t now) noexcept {
  const auto time = std::uint32_t{cookie[12]} << 24 | std::uint32_t{cookie[13]} << 16 |
                    std::uint32_t{cookie[14]} << 8 | cookie[15];
  return {cookie.first(8), cookie.subspan(8, 8), little_endian(cookie.subspan(16, 8)),
          static_cast<std::int32_t>(now - time)};
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool read_secret(std::string_view line, CookieSecret& key) noexcept {
  if (line.size() != 2 * key.size()) return false;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = hex_digit(line[2 * i]), low = hex_digit(line[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    key[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

std::string_view trimmed(std::string_view line) noexcept {
  const auto first = line.find_first_not_of(" \t\r");
  return first == line.npos ? std::string_view()
                            : line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::uint64_t siphash24(const CookieSecret& key, std::span<const std::uint8_t> octets) noexcept {
  const auto k0 = little_endian(std::span(key).first(8)), k1 = little_endian(std::span(key).last(8));
  SipState state{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                 k1 ^ 0x7465646279746573};
  const auto last = std::uint64_t{octets.size()} << 56;
  for (; octets.size() >= 8; octets = octets.subspan(8)) state.take(little_endian(octets.first(8)));
  state.take(last | little_endian(octets));
  state.v2 ^= 0xff;
  state.rounds(4);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

CookieState judge_cookie(const CookieSecrets& secrets, std::span<const std::uint8_t> cookie,
                         const IpAddress& peer, std::uint32_t now) noexcept {
  if (secrets.count == 0) return CookieState::None;
  if (cookie.size() == kClientCookieOctets) return CookieState::ClientOnly;
  if (cookie.size() != kWholeCookieOctets || cookie[8] != kVersion) return CookieState::Invalid;
  const auto parts = parts_of(cookie, now);
  bool ours = false;  // words are compared whole, so no octet of a hash shows by the time it takes
  for (std::size_t i = 0; i < secrets.count; ++i)
    ours |= hash(secrets.keys[i], parts.client, parts.fields, peer) == parts.hash;
  if (!ours) return CookieState::Invalid;
  return parts.age <= kAgeMaxSeconds && parts.age >= -kFutureMaxSeconds ? CookieState::Valid
                                                                        : CookieState::Expired;
}

bool is_fresh_cookie(const CookieSecrets& secrets, std::span<const std::uint8_t> cookie,
                     const IpAddress& peer, std::uint32_t now) noexcept {
  assert(secrets.count > 0 && cookie.size() == kWholeCookieOctets);
  const auto parts = parts_of(cookie, now);
  return parts.age < kRenewSeconds && hash(secrets.keys[0], parts.client, parts.fields, peer) == parts.hash;
}

void write_server_cookie(const CookieSecrets& secrets, std::span<const std::uint8_t> client_cookie,
                         const IpAddress& peer, std::uint32_t now, std::uint8_t* at) noexcept {
  assert(secrets.count > 0 && client_cookie.size() == kClientCookieOctets);
  put_u32(put_u32(at, std::uint32_t{kVersion} << 24), now);
  auto hashed = hash(secrets.keys[0], client_cookie, {at, 8}, peer);
  for (auto* octet = at + 8; octet < at + kServerCookieOctets; ++octet, hashed >>= 8)
    *octet = static_cast<std::uint8_t>(hashed);
}

Result<CookieSecrets> parse_cookie_secrets(std::string_view text) {
  CookieSecrets secrets;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    const auto place = "line " + std::to_string(number) + ": ";
    if (secrets.count == CookieSecrets::kCountMax)
      return Error{place + "there are three secrets already; take the oldest out"};
    if (!read_secret(line, secrets.keys[secrets.count]))
      return Error{place + "a secret is 32 hexadecimal digits, as `openssl rand -hex 16` prints"};
    ++secrets.count;
  }
  if (secrets.count == 0)
    return Error{"there is no secret in it; write one, as `openssl rand -hex 16` prints"};
  return secrets;
}

CookieSecrets random_cookie_secrets() {
  CookieSecrets secrets;
  fill_from_kernel(secrets.keys[0]);
  secrets.count = 1;
  return secrets;
}

}  // namespace signpost
