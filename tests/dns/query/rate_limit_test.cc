// Limits on a clock of the test's own.
#include "dns/query/rate_limit.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/dns/allocations.h"
#include "tests/support/dns/in_memory.h"

namespace signpost::test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Limited : InMemory {
  explicit Limited(RateLimitOptions options) {
    context.received = Monotonic(std::chrono::hours(1));
    rules.limiter = std::make_shared<RateLimiter>(options, context.received);
  }
  void from(const char* ip) { context.peer.ip = *IpAddress::parse(ip); }
  void pass(Duration time) { context.received += time; }
  /// How many of `count` are answered in full.
  int answered(int count, const Bytes& message = query("a.test.", RRType::A)) {
    int whole = 0;
    for (int i = 0; i < count; ++i) {
      const auto told = tell(message);
      whole += told != kSilence && told.find(" tc") == std::string::npos ? 1 : 0;
    }
    return whole;
  }
  std::uint64_t count(signpost::Limited what) const {
    return counters.limited[static_cast<std::size_t>(what)].load();
  }
};

TEST(RateLimit, E23_a_second_holds_what_the_rate_says) {
  Limited server({.per_network = 10, .slip = 0});
  EXPECT_EQ(server.answered(100), 10);
  server.pass(milliseconds(100));
  EXPECT_EQ(server.answered(100), 1);
  server.pass(milliseconds(500));
  EXPECT_EQ(server.answered(100), 5);
  server.pass(seconds(60));
  EXPECT_EQ(server.answered(100), 10) << "no more than a second's worth is saved up";
  EXPECT_EQ(server.count(signpost::Limited::Dropped), 400u - 26u);
}

TEST(RateLimit, E23_networks_are_v4_24_and_v6_56) {
  Limited server({.per_network = 10, .slip = 0});
  server.from("192.0.2.1");
  EXPECT_EQ(server.answered(20), 10);
  for (const char* same : {"192.0.2.255", "::ffff:192.0.2.7"}) {
    server.from(same);
    EXPECT_EQ(server.answered(20), 0) << same;
  }
  server.from("192.0.3.1");
  EXPECT_EQ(server.answered(20), 10);
  server.from("2001:db8:1:2ff::1");
  EXPECT_EQ(server.answered(20), 10);
  server.from("2001:db8:1:200:ffff::");
  EXPECT_EQ(server.answered(20), 0);
  server.from("2001:db8:1:300::1");
  EXPECT_EQ(server.answered(20), 10);
}

TEST(RateLimit, E16_tcp_and_listed_networks_are_exempt) {
  Limited server(
      {.per_network = 1, .slip = 0, .exempt = {{Admission::Drop, *IpAddress::parse("10.0.0.0"), 8, {}}}});
  EXPECT_EQ(server.answered(20), 1);
  server.context.transport = Transport::Tcp;
  EXPECT_EQ(server.answered(20), 20);
  server.context.transport = Transport::Udp;
  server.from("10.255.0.1");
  EXPECT_EQ(server.answered(20), 20);
}

/// A query with this cookie.
Bytes with_cookie(const Bytes& cookie) {
  return edns_query("a.test.", RRType::A, opt(1232, 0, option(10, cookie)));
}

TEST(RateLimit, E16_valid_cookies_are_exempt_and_others_are_told_to_get_one) {
  Limited server({.per_network = 1, .slip = 1});
  server.rules.cookies = random_cookie_secrets();
  server.context.wall_seconds = 1'700'000'000;
  Bytes cookie = raw("\1\2\3\4\5\6\7\10");
  cookie.resize(kWholeCookieOctets);
  write_server_cookie(server.rules.cookies, std::span(cookie).first(kClientCookieOctets),
                      server.context.peer.ip, server.context.wall_seconds,
                      cookie.data() + kClientCookieOctets);
  EXPECT_EQ(server.answered(20, with_cookie(cookie)), 20);
  EXPECT_EQ(server.answered(1), 1);
  cookie.back() ^= 1;
  EXPECT_NE(server.tell(with_cookie(cookie)).find("BADCOOKIE"), std::string::npos);
  EXPECT_EQ(server.count(signpost::Limited::BadCookie), 1u);
}

TEST(RateLimit, E23_every_nth_is_told_to_come_by_tcp) {
  Limited server({.per_network = 1, .slip = 3});
  EXPECT_EQ(server.answered(1), 1);
  std::string told;
  for (int i = 0; i < 6; ++i) told += server.tell(query("a.test.", RRType::A)) + "\n";
  EXPECT_EQ(
      told,
      "silence\nsilence\nNOERROR tc; a.test. A; 0/0/0\nsilence\nsilence\nNOERROR tc; a.test. A; 0/0/0\n");
  EXPECT_EQ(server.count(signpost::Limited::Truncated), 2u);
  EXPECT_EQ(server.count(signpost::Limited::Dropped), 4u);
}

TEST(RateLimit, E23_log_only_counts_and_answers) {
  Limited server({.per_network = 1, .per_answer = 1, .log_only = true});
  EXPECT_EQ(server.answered(20), 20);
  EXPECT_EQ(server.count(signpost::Limited::Logged), 2 * 19u);
}

TEST(RateLimit, E23_an_answer_is_a_name_or_an_error) {
  Limited server({.per_answer = 5, .slip = 0});
  EXPECT_EQ(server.answered(20), 5);
  EXPECT_EQ(server.answered(20, query("A.TEST.", RRType::A)), 0) << "the same name";
  EXPECT_EQ(server.answered(20, query("many3.test.", RRType::A)), 5) << "another name";
  int errors = 0;
  for (int i = 0; i < 20; ++i) {
    errors += server.answered(1, query("x" + std::to_string(i) + ".example.", RRType::A));
    errors += server.answered(1, query("a.test.", RRType::A) + raw("\0"));  // FORMERR
    errors += server.answered(1, query("a.test.", RRType::A, 2 << 11));     // NOTIMP
  }
  EXPECT_EQ(errors, 5);
}

/// Denies every name, with a record at the name's parent as the SOA of its zone.
class Denies final : public Responder {
 public:
  void begin_batch() noexcept override {}
  void idle() noexcept override {}
  Outcome respond(const QueryContext&, const Query& query, Response& response) noexcept override {
    auto* at = response.reserve(12);
    if (at == nullptr) return Outcome::Dropped;
    std::fill(at, at + 12, std::uint8_t{0});
    at[0] = 0xc0;
    at[1] = static_cast<std::uint8_t>(kHeaderSize + query.question.name[0] + 1);
    at[3] = static_cast<std::uint8_t>(RRType::SOA);
    response.add(Section::Authority, 12, 1);
    response.set_rcode(Rcode::NxDomain);
    return Outcome::Answered;
  }
};

TEST(RateLimit, E23_what_is_missing_counts_by_zone) {
  Limited server({.per_answer = 5, .slip = 0});
  Denies denies;
  const auto answered = [&](const std::string& zone) {
    int count = 0;
    for (int i = 0; i < 20; ++i) {
      const auto message = query("x" + std::to_string(i) + "." + zone, RRType::A);
      const auto handled =
          handle(server.context, message, denies, server.buffer, server.rules, server.counters);
      count += handled.outcome == Outcome::Answered ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(answered("a.test."), 5);
  EXPECT_EQ(answered("A.Test."), 0);
  EXPECT_EQ(answered("b.test."), 5);
}

TEST(RateLimit, C14_refusals_of_access_are_limited_too) {
  Limited server({.per_answer = 5, .slip = 0});
  const AccessRule list[] = {{Admission::Refuse, IpAddress::v4({}), 0, {}}};
  server.rules.admission = std::make_shared<const AccessRules>(list);
  EXPECT_EQ(server.answered(20), 5);
}

TEST(RateLimit, NothingIsAllocated) {
  Limited server({.per_network = 5, .per_answer = 3, .slip = 2});
  const auto message = query("a.test.", RRType::A);
  (void)server.handle(message);
  const auto before = allocation_count();
  for (int i = 0; i < 100; ++i) (void)server.handle(message);
  EXPECT_EQ(allocation_count(), before);
}

// Honest networks below the rate lose nothing, whoever else floods: to be pushed out of the table makes the
// limit lenient, never strict.
TEST(RateLimit, E23_property_honest_clients_never_lose) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](unsigned bound) {
    return std::uniform_int_distribution<unsigned>(0, bound - 1)(random);
  };
  constexpr int kRate = 50, kHonest = 500, kEach = 40;  // queries a second
  RateLimiter limiter({.per_network = kRate}, Monotonic(seconds(1)));
  std::vector<std::pair<Duration, IpAddress>> all;
  for (int second = 0; second < 3; ++second) {
    for (int i = 0; i < kHonest / 2; ++i)
      for (const int half : {1, 2})
        for (unsigned k = 0; k < kEach; ++k)
          all.emplace_back(
              seconds(second) + microseconds(k * 25000 + below(25000)),
              IpAddress::v4({10, static_cast<std::uint8_t>(half), static_cast<std::uint8_t>(i), 1}));
    for (int i = 0; i < 100000; ++i) {
      const auto at = seconds(second) + microseconds(below(1000000));
      const auto octet = [&] { return static_cast<std::uint8_t>(below(256)); };
      all.emplace_back(
          at, i % 2 == 0 ? IpAddress::v4({192, 0, static_cast<std::uint8_t>(below(10)), 1})
                         : IpAddress::v4({static_cast<std::uint8_t>(128 + below(64)), octet(), octet(), 1}));
    }
  }
  std::sort(all.begin(), all.end());
  std::size_t lost = 0, flood_passed = 0;
  for (const auto& [at, source] : all) {
    QueryContext context;
    context.received = Monotonic(seconds(1)) + at;
    context.peer.ip = source;
    const bool passed = limiter.take_query(context);
    if (source.octets()[0] == 10 && !passed) ++lost;
    if (source.octets()[0] == 192 && source.octets()[2] < 10 && source.octets()[1] == 0 && passed)
      ++flood_passed;
  }
  EXPECT_EQ(lost, 0u);
  EXPECT_LE(flood_passed, 10u * kRate * 4 * 11 / 10)
      << "ten networks, three seconds and the bucket they begin with";
}

}  // namespace
}  // namespace signpost::test
