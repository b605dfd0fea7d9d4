// fz_cookie: octets as a cookie, and as the text of a secret file. A cookie that we made is good for its
// client, its address and its time, and no other is (RFC 9018, section 4); judged is never more than the hash
// says.
#include <algorithm>
#include <string_view>

#include "dns/query/cookies.h"
#include "tests/fuzz/fuzzer.h"

namespace {

using namespace signpost;
using test::require;

constexpr std::uint32_t kHour = 3600, kAhead = 300;

/// What the octets begin with.
struct Input {
  CookieSecrets secrets;
  IpAddress peer;
  std::uint32_t now;
  std::array<std::uint8_t, kWholeCookieOctets> made;
};

Input read(const std::uint8_t* octets) {
  Input input;
  input.secrets.count = static_cast<std::uint8_t>(1 + octets[0] % CookieSecrets::kCountMax);
  for (std::size_t key = 0; key < input.secrets.count; ++key)
    input.secrets.keys[key].fill(static_cast<std::uint8_t>(octets[1] + key * 85));
  std::array<std::uint8_t, 16> address{};
  std::copy_n(octets + 2, 4, address.begin());
  input.peer = (octets[0] & 0x80) != 0 ? IpAddress::v6(address)
                                       : IpAddress::v4({octets[2], octets[3], octets[4], octets[5]});
  input.now = std::uint32_t{octets[6]} << 24 | std::uint32_t{octets[7]} << 16 |
              std::uint32_t{octets[8]} << 8 | octets[9];
  std::copy_n(octets + 10, kClientCookieOctets, input.made.begin());
  write_server_cookie(input.secrets, std::span(input.made).first(kClientCookieOctets), input.peer, input.now,
                      input.made.data() + kClientCookieOctets);
  return input;
}

void check_made(const Input& input, std::uint8_t place) {
  const auto judge = [&](std::span<const std::uint8_t> cookie, std::uint32_t now) {
    return judge_cookie(input.secrets, cookie, input.peer, now);
  };
  const auto& [secrets, peer, now, made] = input;
  require(judge(made, now) == CookieState::Valid, "E14: good at once");
  require(judge(made, now + kHour - 1) == CookieState::Valid, "E14: good for an hour");
  require(judge(made, now + kHour + 1) == CookieState::Expired, "E14: and no longer");
  require(judge(made, now - kAhead + 1) == CookieState::Valid, "E14: clocks differ by five minutes");
  require(judge(made, now - kAhead - 1) == CookieState::Expired, "E14: and no more");
  require(is_fresh_cookie(secrets, made, peer, now + kHour / 2 - 1), "E14: kept for half an hour");
  require(!is_fresh_cookie(secrets, made, peer, now + kHour / 2 + 1), "E14: then renewed");
  auto changed = made;
  const auto bit = place % (kWholeCookieOctets * 8);
  changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
  require(judge(changed, now) != CookieState::Valid, "E14: every bit counts");
  const auto stranger = peer.is_v4() ? IpAddress::v6({1}) : IpAddress::v4({1, 2, 3, 4});
  require(judge_cookie(secrets, made, stranger, now) != CookieState::Valid, "E14: the address counts");
}

/// A stranger's octets: valid only if we would have written the same.
void check_given(const Input& input, std::span<const std::uint8_t> cookie) {
  const auto state = judge_cookie(input.secrets, cookie, input.peer, input.now);
  require((state == CookieState::ClientOnly) == (cookie.size() == kClientCookieOctets),
          "E13: the client's half alone");
  require(state != CookieState::Valid || cookie.size() == kWholeCookieOctets, "E14: 24 octets exactly");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  const auto secrets = parse_cookie_secrets({reinterpret_cast<const char*>(octets), size});
  require(!secrets || (secrets->count >= 1 && secrets->count <= CookieSecrets::kCountMax),
          "one to three secrets");
  if (size < 19) return 0;
  const auto input = read(octets);
  check_made(input, octets[18]);
  const std::span given(octets + 19, size - 19);
  if (is_cookie_length(given.size())) check_given(input, given);
  return 0;
}
