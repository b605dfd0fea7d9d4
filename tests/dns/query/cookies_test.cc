#include "dns/query/cookies.h"

#include <gtest/gtest.h>

#include "tests/support/dns/message.h"

namespace signpost::test {
namespace {

CookieSecret secret(std::string_view hex) {
  CookieSecret key{};
  const auto octets = from_hex(hex);
  std::copy(octets.begin(), octets.end(), key.begin());
  return key;
}

CookieSecrets secrets(std::initializer_list<std::string_view> all) {
  CookieSecrets made;
  for (const auto hex : all) made.keys[made.count++] = secret(hex);
  return made;
}

Bytes server_cookie(const CookieSecrets& with, const Bytes& client, const char* address, std::uint32_t now) {
  Bytes cookie = client;
  cookie.resize(kWholeCookieOctets);
  write_server_cookie(with, client, *IpAddress::parse(address), now, cookie.data() + kClientCookieOctets);
  return cookie;
}

constexpr auto kFirst = "e5e973e5a6b2a43f48e7dc849e37bfcf", kOld = "dd3bdf9344b678b185a6f5cb60fca715",
               kNew = "445536bcd2513298075a5d379663c962";
const Bytes kClient = from_hex("2464c4abcf10c957");
constexpr auto kAddress = "198.51.100.100";
constexpr std::uint32_t kNow = 1559731985;

TEST(SipHash, the_vectors_of_its_authors) {
  const auto key = secret("000102030405060708090a0b0c0d0e0f");
  const std::pair<std::size_t, std::uint64_t> vectors[] = {
      {0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd},  {2, 0x0d6c8009d9a94f5a},
      {8, 0x93f5f5799a932462}, {15, 0xa129ca6149be45e5}, {63, 0x958a324ceb064572}};
  for (const auto& [size, hash] : vectors) {
    Bytes input(size);
    for (std::size_t i = 0; i < size; ++i) input[i] = static_cast<std::uint8_t>(i);
    EXPECT_EQ(siphash24(key, input), hash) << size;
  }
}

// RFC 9018, appendix A: what is given, and what of the examples is accepted.
struct Vector {
  const char *title, *secret, *client, *address;
  std::uint32_t time;
  const char* given;
};
const Vector kVectors[] = {{"a1", kFirst, "2464c4abcf10c957", kAddress, 1559731985,
                            "2464c4abcf10c957010000005cf79f111f8130c3eee29480"},
                           {"a2", kFirst, "2464c4abcf10c957", kAddress, 1559734385,
                            "2464c4abcf10c957010000005cf7a871d4a564a1442aca77"},
                           {"a3", kFirst, "fc93fc62807ddb86", "203.0.113.203", 1559734700,
                            "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"},
                           {"a4", kNew, "22681ab97d52c298", "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961,
                            "22681ab97d52c298010000005cf7c609a6bb79d16625507a"}};

TEST(Cookies, E15_appendix_a_to_the_last_bit) {
  for (const auto& v : kVectors)
    EXPECT_EQ(server_cookie(secrets({v.secret}), from_hex(v.client), v.address, v.time), from_hex(v.given))
        << v.title;
}

TEST(Cookies, E14_E15_appendix_a3_reserved_octets_are_hashed_as_received) {
  const auto shown = from_hex("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5");
  const auto peer = *IpAddress::parse("203.0.113.203");
  EXPECT_EQ(judge_cookie(secrets({kFirst}), shown, peer, 1559727985 + 60), CookieState::Valid);
  EXPECT_EQ(judge_cookie(secrets({kFirst}), shown, peer, 1559734700), CookieState::Expired)
      << "the example shows a cookie of nearly two hours, which section 4.3 does not accept";
}

TEST(Cookies, E15_appendix_a4_a_secret_is_rolled) {
  const auto shown = from_hex("22681ab97d52c298010000005cf7c57926556bd0934c72f8");
  const auto peer = *IpAddress::parse("2001:db8:220:1:59de:d0f4:8769:82b8");
  const auto state = [&](std::initializer_list<std::string_view> keys) {
    return judge_cookie(secrets(keys), shown, peer, 1559741961);
  };
  EXPECT_EQ(state({kOld}), CookieState::Valid);
  EXPECT_EQ(state({kOld, kNew}), CookieState::Valid) << "the new one is known, not yet used";
  EXPECT_EQ(state({kNew, kOld}), CookieState::Valid) << "the new one signs";
  EXPECT_EQ(state({kNew, kFirst, kOld}), CookieState::Valid);
  EXPECT_EQ(state({kNew}), CookieState::Invalid) << "the old one is gone";
  EXPECT_TRUE(is_fresh_cookie(secrets({kOld, kNew}), shown, peer, 1559741961));
  EXPECT_FALSE(is_fresh_cookie(secrets({kNew, kOld}), shown, peer, 1559741961)) << "signed anew";
}

TEST(Cookies, E14_window) {
  const auto with = secrets({kFirst});
  const auto peer = *IpAddress::parse(kAddress);
  // Now at usual times, and where 31 and 32 bits end (C26).
  for (const std::uint32_t now : {kNow, 0x7fffffffu, 0x80000000u, 0xffffffffu, 0u, 100u}) {
    const auto state = [&](std::int32_t age) {
      return judge_cookie(with, server_cookie(with, kClient, kAddress, now - std::uint32_t(age)), peer, now);
    };
    for (const auto age : {-300, -1, 0, 1, 1800, 3600}) EXPECT_EQ(state(age), CookieState::Valid) << age;
    for (const auto age : {-301, 3601, 1 << 30, -(1 << 30), INT32_MAX, INT32_MIN})
      EXPECT_EQ(state(age), CookieState::Expired) << age;
    const auto fresh = [&](std::int32_t age) {
      return is_fresh_cookie(with, server_cookie(with, kClient, kAddress, now - std::uint32_t(age)), peer,
                             now);
    };
    for (const auto age : {-300, 0, 1799}) EXPECT_TRUE(fresh(age)) << age;
    for (const auto age : {1800, 3600}) EXPECT_FALSE(fresh(age)) << age;
  }
}

TEST(Cookies, E14_any_bit_that_differs_is_another_cookie) {
  const auto with = secrets({kFirst, kOld});
  const auto peer = *IpAddress::parse(kAddress);
  const auto good = server_cookie(with, kClient, kAddress, kNow);
  EXPECT_EQ(judge_cookie(with, good, peer, kNow), CookieState::Valid);
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    auto changed = good;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
    EXPECT_EQ(judge_cookie(with, changed, peer, kNow), CookieState::Invalid) << bit;
  }
  EXPECT_EQ(judge_cookie(with, good, *IpAddress::parse("198.51.100.101"), kNow), CookieState::Invalid);
  EXPECT_EQ(judge_cookie(with, good, *IpAddress::parse("::ffff:198.51.100.100"), kNow), CookieState::Invalid);
}

TEST(Cookies, E13_E14_lengths) {
  const auto with = secrets({kFirst});
  const auto peer = *IpAddress::parse(kAddress);
  for (std::size_t size = 0; size <= 64; ++size)
    EXPECT_EQ(is_cookie_length(size), size == 8 || (size >= 16 && size <= 40)) << size;
  auto longer = server_cookie(with, kClient, kAddress, kNow);
  for (std::size_t size = 16; size <= 40; ++size) {
    auto cookie = longer;
    cookie.resize(size);
    EXPECT_EQ(judge_cookie(with, cookie, peer, kNow), size == 24 ? CookieState::Valid : CookieState::Invalid)
        << size;
  }
  EXPECT_EQ(judge_cookie(with, kClient, peer, kNow), CookieState::ClientOnly);
  EXPECT_EQ(judge_cookie({}, longer, peer, kNow), CookieState::None) << "no secret: cookies are off";
}

TEST(Cookies, SecretsAsText) {
  const auto parsed = [](std::string_view text) -> std::string {
    const auto result = parse_cookie_secrets(text);
    return result ? std::to_string(result->count) : result.error().message;
  };
  const std::string a(kFirst), b(kOld), c(kNew),
      remedy = "a secret is 32 hexadecimal digits, as `openssl rand -hex 16` prints";
  EXPECT_EQ(parsed(a), "1");
  EXPECT_EQ(parsed("# new\n" + a + "\n\n  " + b + " \r\n" + c), "3");
  EXPECT_EQ(parsed("E5E973E5A6B2A43F48E7DC849E37BFCF\n"), "1");
  EXPECT_EQ(parsed(a + "\n" + b + "x\n"), "line 2: " + remedy);
  EXPECT_EQ(parsed(a.substr(1)), "line 1: " + remedy);
  EXPECT_EQ(parsed("g" + a.substr(1)), "line 1: " + remedy);
  EXPECT_EQ(parsed(a + "\n" + b + "\n" + c + "\n" + a),
            "line 4: there are three secrets already; take the oldest out");
  EXPECT_EQ(parsed("\n# nothing\n"), "there is no secret in it; write one, as `openssl rand -hex 16` prints");
  const auto both = parse_cookie_secrets(a + "\n" + b);
  ASSERT_TRUE(both);
  EXPECT_EQ(*both, secrets({kFirst, kOld})) << "in this order";
}

TEST(Cookies, RandomSecretsDiffer) {
  EXPECT_EQ(random_cookie_secrets().count, 1);
  EXPECT_NE(random_cookie_secrets(), random_cookie_secrets());
}

}  // namespace
}  // namespace signpost::test
