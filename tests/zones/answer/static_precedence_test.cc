// Static records and services in one zone: who has a name, and what is known when (DESIGN.md sections 2 and
// 3).
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"
#include "zones/answer/dump.h"

namespace signpost::test {
namespace {

constexpr const char* kMixed = R"(
registries: {local: {type: file, path: x.yaml}}
zones: [{name: m.test, registry: local, file: m.zone}]
)";

TEST(StaticFirst, OnOneNameTheStaticRecordAnswersWhicheverCameFirst) {
  TestWorld world(kMixed);
  world.list("local", {TestWorld::service("local///cart", {At("10.0.0.1", 80)})});
  EXPECT_EQ(world.dig("cart.m.test. A"), "NOERROR aa | cart.m.test. 5 IN A 10.0.0.1");
  world.set_static("m.test", {"other A 192.0.2.9", "cart 60 A 192.0.2.1"});
  EXPECT_EQ(world.dig("cart.m.test. A"), "NOERROR aa | cart.m.test. 60 IN A 192.0.2.1");
  EXPECT_EQ(world.dig("cart.m.test. TXT"), "NOERROR aa soa") << "the whole name is the static node's";
  EXPECT_EQ(world.dig("10-0-0-1.cart.m.test. A"), "NXDOMAIN aa soa")
      << "what is derived goes with its service";
  const auto status = world.world.status();
  EXPECT_EQ(status.zones[0].collisions, 1u);
  EXPECT_EQ(status.zones[0].static_names, 2u);
  const auto found = world.world.find(*Name::parse("cart.m.test"));
  EXPECT_EQ(found.written, "m.test.zone:2");
  ASSERT_EQ(found.services.size(), 1u);
  EXPECT_EQ(found.services[0]().losses,
            std::vector<std::string>(
                {"cart.m.test.: taken by the static record in m.test.zone:2 (static records first)"}));
  world.set_static("m.test", {"other A 192.0.2.9"});
  EXPECT_EQ(world.dig("cart.m.test. A"), "NOERROR aa | cart.m.test. 5 IN A 10.0.0.1");
}

TEST(StaticFirst, AlsoOverNamesDerivedFromAService) {
  TestWorld world(kMixed,
                  {{"m.test", {"10-0-0-1.cart A 192.0.2.1", "_tcp.cart TXT \"x\"", "x.y.cart A 192.0.2.2"}}});
  world.list("local",
             {TestWorld::service("local///cart", {At("10.0.0.1", 80, "http"), At("10.0.0.2", 80, "http")})});
  EXPECT_EQ(world.dig("10-0-0-1.cart.m.test. A"), "NOERROR aa | 10-0-0-1.cart.m.test. 3600 IN A 192.0.2.1");
  EXPECT_EQ(world.dig("10-0-0-2.cart.m.test. A"), "NOERROR aa | 10-0-0-2.cart.m.test. 5 IN A 10.0.0.2");
  EXPECT_EQ(world.dig("_tcp.cart.m.test. TXT"), "NOERROR aa | _tcp.cart.m.test. 3600 IN TXT \"x\"");
  EXPECT_NE(world.dig("_http._tcp.cart.m.test. SRV").find("NOERROR aa | _http._tcp.cart.m.test. 5 IN SRV"),
            std::string::npos);
  EXPECT_EQ(world.dig("y.cart.m.test. A"), "NOERROR aa soa");
  EXPECT_EQ(world.dig("cart.m.test. A"),
            "NOERROR aa | cart.m.test. 5 IN A 10.0.0.1 | cart.m.test. 5 IN A 10.0.0.2");
}

TEST(StaticFirst, NoServiceIsShownBelowADelegationAndItComesBackWithoutIt) {
  TestWorld world(kMixed);
  world.list("local", {TestWorld::service("local///cart.sub", {At("10.0.0.1", 80)})});
  EXPECT_EQ(world.dig("cart.sub.m.test. A"), "NOERROR aa | cart.sub.m.test. 5 IN A 10.0.0.1");
  world.set_static("m.test", {"sub NS ns.elsewhere.test."});
  const auto* referral = "NOERROR | sub.m.test. 3600 IN NS ns.elsewhere.test.";
  EXPECT_EQ(world.dig("cart.sub.m.test. A"), referral);
  EXPECT_EQ(world.dig("10-0-0-1.cart.sub.m.test. A"), referral);
  EXPECT_EQ(world.world.status().registries[0].unpublished, 1u);
  world.set_static("m.test", {});
  EXPECT_EQ(world.dig("cart.sub.m.test. A"), "NOERROR aa | cart.sub.m.test. 5 IN A 10.0.0.1");
}

TEST(StaticFirst, TheZonesOwnNameServerToo) {
  TestWorld world(
      "zones: [{name: m.test, file: m.zone, nameservers: [{name: ns1.m.test, addresses: [192.0.2.1]}]}]",
      {{"m.test", {"ns1 A 192.0.2.2"}}});
  EXPECT_EQ(world.dig("ns1.m.test. A"), "NOERROR aa | ns1.m.test. 3600 IN A 192.0.2.2");
  EXPECT_EQ(world.dig("m.test. NS"),
            "NOERROR aa | m.test. 5 IN NS ns1.m.test. + ns1.m.test. 3600 IN A 192.0.2.2");
}

TEST(StaticFirst, ExplainFindsTheLineOfTheRecordThatAnswers) {
  TestWorld world(
      kMixed,
      {{"m.test",
        {"@ TXT \"apex\"", "www A 192.0.2.1", "*.wild A 192.0.2.2", "sub NS ns.x.test.", "old DNAME new"}}});
  world.list("local", {TestWorld::service("local///cart", {At("10.0.0.1", 80)})});
  const auto written = [&](const char* name) { return world.world.find(*Name::parse(name)).written; };
  EXPECT_EQ(written("m.test"), "m.test.zone:1");
  EXPECT_EQ(written("WWW.m.test"), "m.test.zone:2");
  EXPECT_EQ(written("a.b.wild.m.test"), "m.test.zone:3");
  EXPECT_EQ(written("a.b.sub.m.test"), "m.test.zone:4");
  EXPECT_EQ(written("a.old.m.test"), "m.test.zone:5");
  EXPECT_EQ(written("cart.m.test"), "");
  EXPECT_EQ(written("nope.m.test"), "");
  EXPECT_EQ(written("ns.dns.m.test"), "") << "the configuration's own";
}

TEST(StaticStates, StaticNamesAnswerBeforeTheFirstListAndOthersDoNot) {
  TestWorld world(kMixed, {{"m.test",
                            {"www A 192.0.2.1", "* A 192.0.2.2", "a.ent TXT \"x\"", "sub NS ns.x.test.",
                             "old DNAME new.x.test."}}});
  EXPECT_EQ(world.dig("www.m.test. A"), "NOERROR aa | www.m.test. 3600 IN A 192.0.2.1");
  EXPECT_EQ(world.dig("www.m.test. AAAA"), "NOERROR aa soa") << "the node is known whole";
  EXPECT_EQ(world.dig("cart.m.test. A"), "SERVFAIL") << "a service may have this name, not the wildcard";
  EXPECT_EQ(world.dig("ent.m.test. A"), "SERVFAIL") << "a service may have this name";
  EXPECT_EQ(world.dig("x.sub.m.test. A"), "NOERROR | sub.m.test. 3600 IN NS ns.x.test.");
  EXPECT_EQ(world.dig("x.old.m.test. CNAME"),
            "NOERROR aa | old.m.test. 3600 IN DNAME new.x.test. | x.old.m.test. 3600 IN CNAME x.new.x.test.");
  world.list("local", {});
  EXPECT_EQ(world.dig("cart.m.test. A"), "NOERROR aa | cart.m.test. 3600 IN A 192.0.2.2");
  EXPECT_EQ(world.dig("ent.m.test. A"), "NOERROR aa soa");
}

TEST(StaticStates, APurelyStaticZoneIsNeverCold) {
  TestWorld world(
      "registries: {local: {type: file, path: x.yaml}}\n"
      "zones: [{name: s.test, file: s.zone}, {name: m.test, registry: local}]",
      {{"s.test", {"www A 192.0.2.1"}}});
  EXPECT_EQ(world.dig("nope.s.test. A"), "NXDOMAIN aa soa");
  EXPECT_FALSE(world.world.status().zones[0].cold);
  EXPECT_TRUE(world.world.status().zones[1].cold);
}

TEST(StaticStates, StaticRecordsAreNeverStale) {
  TestWorld world(kMixed, {{"m.test", {"www A 192.0.2.1"}}});
  world.list("local", {TestWorld::service("local///cart", {At("10.0.0.1", 80)})});
  world.lose("local").advance(std::chrono::minutes(6));
  EXPECT_EQ(world.extended_error("cart.m.test. A"), ExtendedError::StaleAnswer);
  EXPECT_EQ(world.extended_error("www.m.test. A"), std::nullopt);
  EXPECT_EQ(world.extended_error("nope.m.test. A"), ExtendedError::StaleNxDomain);
}

TEST(StaticDump, IsEveryRecordInCanonicalText) {
  const std::vector<std::string> lines = {
      "m.test. 300 IN MX 10 mail.m.test.",
      "m.test. 300 IN NS ns.elsewhere.test.",
      "sub.m.test. 300 IN NS ns.sub.m.test.",
      "ns.sub.m.test. 300 IN A 192.0.2.3",
      "*.w.m.test. 300 IN CNAME www.m.test.",
      "www.m.test. 300 IN A 192.0.2.1",
      "www.m.test. 300 IN TYPE65400 \\# 2 beef",
      "www.m.test. 300 IN SSHFP 4 2 00ff",
      "www.m.test. 300 IN NAPTR 1 2 \"U\" \"SIP+D2U\" \"\" _sip._udp.m.test.",
      "www.m.test. 300 IN TLSA 3 1 1 00ff",
      "www.m.test. 300 IN CAA 128 issue \"ca.test; x=1\"",
      "www.m.test. 300 IN URI 10 1 \"http://x.test/\"",
      "www.m.test. 300 IN HTTPS 1 . mandatory=alpn,port alpn=\"h2,h3\" no-default-alpn port=443 "
      "ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1 key667=\"hello\"",
      "www.m.test. 300 IN DNSKEY 257 3 13 AAECAw=="};
  TestWorld world(kMixed, {{"m.test", lines}});
  world.list("local", {TestWorld::service("local///cart", {At("10.0.0.1", 80)}),
                       TestWorld::service("local///www", {At("10.0.0.2", 80)})});
  std::multiset<std::string> dumped;
  ASSERT_TRUE(dump(world.store, "m.test", [&](std::string_view line) { dumped.emplace(line); }));
  for (const auto& line : lines) EXPECT_EQ(dumped.count(line + "\n"), 1u) << line;
  EXPECT_EQ(dumped.count("cart.m.test. 5 IN A 10.0.0.1\n"), 1u);
  EXPECT_EQ(dumped.count("www.m.test. 5 IN A 10.0.0.2\n"), 0u);
  EXPECT_EQ(dumped.size(), lines.size() + 1 + 6)
      << "SOA; A, SRV, TXT of cart, A of its host, A and TXT of its instance";
}

}  // namespace
}  // namespace signpost::test
