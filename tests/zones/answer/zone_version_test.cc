// ZONEVERSION (RFC 9660): what the zone's version is said to be, and for which answers.
#include <gtest/gtest.h>

#include "tests/zones/support/answer_path.h"
#include "zones/answer/responder_factory.h"

namespace signpost::test {
namespace {

constexpr unsigned kZoneVersion = 19;

struct Version {
  unsigned labels = 0;
  std::uint64_t serial = 0, revision = 0;
  std::size_t options = 0;
};

std::uint64_t number(const Bytes& octets, std::size_t first) {
  std::uint64_t value = 0;
  for (std::size_t i = first; i < octets.size(); ++i) value = value << 8 | octets[i];
  return value;
}

/// What the reply to this question says, checked for agreement between its two options.
Version version_of(AnswerPath& path, const char* owner, RRType type = RRType::A,
                   unsigned code = kZoneVersion) {
  Version version;
  const auto message = edns_query(owner, type, opt(1232, 0, option(code, {})));
  const auto handled = path.handle(message, Transport::Udp);
  for (const auto& [seen, value] : options_in(Bytes(handled.response.begin(), handled.response.end()))) {
    if (seen != kZoneVersion) continue;
    ++version.options;
    version.labels = value[0];
    (value[1] == 0 ? version.serial : version.revision) = number(value, 2);
    EXPECT_EQ(value.size(), value[1] == 0 ? 6u : 10u);
  }
  return version;
}

TEST(ZoneVersion, E21_every_answer_from_a_zone_says_its_version) {
  AnswerPath path;
  const auto serial = path.world.serial("order.test.");
  for (const char* owner : {"cart.order.test.", "nope.order.test.", "order.test.", "_tcp.cart.order.test.",
                            "many.order.test.", "CART.Order.Test."}) {
    const auto version = version_of(path, owner);
    EXPECT_EQ(version.options, 2u) << owner;
    EXPECT_EQ(version.labels, 2u) << owner;
    EXPECT_EQ(version.serial, serial) << owner;
    EXPECT_EQ(version.revision, path.world.reader.refresh().revision) << owner;
  }
  EXPECT_EQ(version_of(path, "order.test.", RRType::SOA).serial, serial);
  EXPECT_EQ(version_of(path, "1.0.0.10.in-addr.arpa.", RRType::PTR).labels, 3u);
  EXPECT_EQ(version_of(path, "cart.cold.test.").options, 2u)
      << "SERVFAIL of our zone (RFC 9660, section 3.2)";
}

TEST(ZoneVersion, E21_nobody_else_is_told) {
  AnswerPath path;
  EXPECT_EQ(version_of(path, "example.org.").options, 0u) << "REFUSED: no zone of ours";
  EXPECT_EQ(version_of(path, "cart.order.test.", RRType::A, 65001).options, 0u) << "did not ask";
}

TEST(ZoneVersion, E21_each_publication_has_a_higher_revision) {
  AnswerPath path;
  auto before = version_of(path, "cart.order.test.");
  EXPECT_EQ(before.revision >> 32, path.world.clock.wall_seconds()) << "so they rise over a restart, too";
  for (int i = 0; i < 3; ++i) {
    path.change();
    const auto after = version_of(path, "cart.order.test.");
    EXPECT_GT(after.revision, before.revision);
    EXPECT_GT(after.serial, before.serial);
    before = after;
  }
}

TEST(ZoneVersion, E21_an_alias_tells_of_the_zone_that_was_asked) {
  TestWorld world(R"(
registries: {one: {type: file, path: 1.yaml}, two: {type: kubernetes, url: "https://127.0.0.1:1", token_file: t}}
zones: [{name: a.deep.test, registry: one}, {name: b.test, registry: two}]
)");
  world.list("one", {TestWorld::service("one///cart", {At("10.0.0.1", 80)})});
  world.list("two", {TestWorld::external_name("two/ns//shop", "cart.a.deep.test")});
  const auto factory = make_responder_factory(world.store, 1);
  const auto responder = factory->make_responder(0);
  responder->begin_batch();
  WorkerCounters counters;
  Bytes buffer(kMessageOctetsMax);
  const auto handled =
      handle({}, edns_query("shop.ns.svc.b.test.", RRType::A, opt(1232, 0, option(kZoneVersion, {}))),
             *responder, buffer, Rules{}, counters);
  const Bytes reply(handled.response.begin(), handled.response.end());
  ASSERT_EQ(addresses_in(reply), "10.0.0.1") << describe(reply);
  const auto options = options_in(reply);
  ASSERT_EQ(options.size(), 2u);
  for (const auto& [code, value] : options) EXPECT_EQ(value[0], 2u) << "b.test";
  EXPECT_EQ(number(options[0].second, 2), world.serial("b.test."));
}

}  // namespace
}  // namespace signpost::test
