// `locality: prefer`: who answers clients of which zone, and on how much of their address it depends.
#include <set>

#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"
#include "zones/answer/explain_client.h"

namespace signpost::test {
namespace {

std::string config(const std::string& more = "spill_over: 50", const std::string& answer = "order") {
  return "clients: {zones: {a: [10.1.0.0/16, \"fd01::/16\"], b: [10.2.0.0/16, 10.1.9.0/24], Zone_C: "
         "[10.3.0.0/16]}}\nregistries: {one: {type: file, path: 1.yaml}}\nzones: [{name: t, registry: one, "
         "locality: prefer, answer: " +
         answer + ", " + more + "}]\n";
}

constexpr const char *kA = "10.1.2.3", *kB = "10.2.0.1", *kC = "10.3.0.1", *kNowhere = "192.0.2.1";

/// Four in zone a, two in b, one in Zone_C, one nowhere.
ServiceState shop() {
  std::vector<Instance> all;
  for (const char* last : {"1", "2", "3", "4"})
    all.push_back(At("192.0.2.1" + std::string(last), 80, "http").in("a"));
  for (const char* last : {"1", "2"}) all.push_back(At("192.0.2.2" + std::string(last), 80, "http").in("b"));
  all.push_back(At("192.0.2.31", 80, "http").in("Zone_C"));
  all.push_back(At("192.0.2.41", 80, "http"));
  return TestWorld::service("one///s", std::move(all));
}

/// First digits of the last octet, sorted: "1111" are the four of zone a.
std::string zones_in(const std::vector<std::string>& addresses) {
  std::string zones;
  for (const auto& address : addresses) zones += address[8];
  std::sort(zones.begin(), zones.end());
  return zones;
}

class Locality : public testing::Test {
 protected:
  std::string heard(TestWorld& world, const char* client, const std::string& subnet = "") {
    const auto told = world.ask_from(client, "s.t. A", subnet);
    return zones_in(told.rdata) + (subnet.empty() ? "" : " /" + std::to_string(told.scope));
  }
};

const std::string kAll = "11112234";

TEST_F(Locality, AClientIsAnsweredFromItsZoneAndTheLongestPrefixSaysWhichThatIs) {
  TestWorld world(config());
  world.list("one", {shop()});
  EXPECT_EQ(heard(world, kA), "1111");
  EXPECT_EQ(heard(world, "fd01::1"), "1111");
  EXPECT_EQ(heard(world, "::ffff:10.1.2.3"), "1111");
  EXPECT_EQ(heard(world, kB), "22");
  EXPECT_EQ(heard(world, "10.1.9.1"), "22") << "10.1.9.0/24 is longer than 10.1.0.0/16";
  EXPECT_EQ(heard(world, kC), "3") << "zones are folded on both sides";
  EXPECT_EQ(heard(world, kNowhere), kAll);
  EXPECT_EQ(world.draw("s.t. A").size(), 8u) << "who asks for everybody";
}

TEST_F(Locality, ScopeIsWhatTellsTheZoneFromItsNeighbours) {
  TestWorld world(config());
  world.list("one", {shop(), TestWorld::service("one///flat", {At("192.0.2.1"), At("192.0.2.2")})});
  EXPECT_EQ(heard(world, kNowhere, "10.1.2.0/24"), "1111 /21") << "10.1.8.0/21 holds a network of zone b";
  EXPECT_EQ(heard(world, kNowhere, "10.1.9.0/24"), "22 /24");
  EXPECT_EQ(heard(world, kNowhere, "10.1.9.7/32"), "22 /24");
  EXPECT_EQ(heard(world, kNowhere, "10.2.0.0/16"), "22 /16");
  EXPECT_EQ(heard(world, kNowhere, "10.0.0.0/8"), kAll + " /16") << "several zones: more would have told";
  EXPECT_EQ(heard(world, kNowhere, "192.0.2.0/24"), kAll + " /1");
  EXPECT_EQ(heard(world, kA, "0.0.0.0/0"), kAll + " /5") << "who stays unknown is in no zone";
  EXPECT_EQ(world.ask_from(kA, "flat.t. A", "10.1.2.0/24").scope, 0) << "zones are not told apart";
  EXPECT_EQ(world.ask_from(kA, "s.t. TXT", "10.1.2.0/24").scope, 0);
}

TEST_F(Locality, ScopeIsNeverForEverybodyWhereSomebodyToldWhoHeIs) {  // RFC 7871, section 7.2.1
  auto text = config();
  text.replace(text.find(", \"fd01::/16\""), 13, "");  // all prefixes are of IPv4
  TestWorld world(text);
  world.list("one", {shop()});
  EXPECT_GE(world.ask_from(kNowhere, "s.t. A", "2001:db8::/56").scope, 1);
  EXPECT_EQ(heard(world, kNowhere, "10.1.2.0/24"), "1111 /21");
}

/// A share that somebody asked for is a promise to all clients.
TEST_F(Locality, GroupsThatDivideTheAnswersComeBeforeTheZone) {
  const std::string composed =
      "registries: {one: {type: file, path: 1.yaml}}\nclients: {zones: {a: [10.1.0.0/16]}}\n"
      "zones: [{name: t, locality: prefer, services: [{name: s, members: [{registry: one, service: s}], "
      "groups: {key: version, weights: {v1: 90, v2: 10}}}]}]\n";
  TestWorld world(composed);
  world.list("one", {TestWorld::service("one///s", {At("192.0.2.11", 80, "http").in("a").of_version("v1"),
                                                    At("192.0.2.21", 80, "http").in("b").of_version("v2")})});
  EXPECT_EQ(heard(world, kA, "10.1.2.0/24"), "12 /0") << "v2 is in the other zone, and has its 10 %";
}

TEST_F(Locality, SpillsOverWhenLessThanThatPartOfTheZoneMayAnswer) {
  auto state = shop();
  for (const auto& [percent, down, told] :
       std::vector<std::tuple<int, std::size_t, std::string>>{{50, 2, "11"},
                                                              {50, 3, "12234"},
                                                              {75, 1, "111"},
                                                              {75, 2, "112234"},
                                                              {0, 3, "1"},
                                                              {0, 4, "2234"},
                                                              {100, 0, "1111"},
                                                              {100, 1, "1112234"}}) {
    TestWorld world(config("spill_over: " + std::to_string(percent)));
    for (std::size_t i = 0; i < 4; ++i) state.instances[i].health = i < down ? Health::Down : Health::Up;
    world.list("one", {state});
    EXPECT_EQ(heard(world, kA), told) << percent << " % with " << down << " of 4 down";
    EXPECT_EQ(heard(world, kB), "22") << "the others do not mind";
  }
}

TEST_F(Locality, StatusCountsServicesAndZonesThatSpillOver) {
  const auto text = [](TestWorld& world) {
    const auto spill = world.world.status().zones.at(0).spill;
    return spill ? std::to_string(spill->services) + " " + std::to_string(spill->client_zones) : "off";
  };
  TestWorld world(config());
  auto state = shop();
  auto other = shop();
  other.key.name = "other";
  world.list("one", {state, other});
  EXPECT_EQ(text(world), "0 0");
  for (std::size_t i = 0; i < 3; ++i) state.instances[i].health = Health::Down;  // of four in zone a
  world.upsert(state);
  EXPECT_EQ(text(world), "1 1");
  EXPECT_EQ(heard(world, kA), "12234");
  state.instances[6].health = Health::Down;  // the one in Zone_C
  world.upsert(state);
  EXPECT_EQ(text(world), "1 2");
  other.instances[4].health = other.instances[5].health = Health::Down;  // those in zone b
  world.upsert(other);
  EXPECT_EQ(text(world), "2 3");
  world.configure(config("spill_over: 0"));
  EXPECT_EQ(text(world), "2 2") << "one in zone a is enough, none is not";
  world.upsert(shop());
  EXPECT_EQ(text(world), "1 1");
  world.erase("one///other");
  EXPECT_EQ(text(world), "0 0");
  auto off = config();
  off.replace(off.find("locality: prefer"), 16, "locality: off");
  world.configure(off);
  EXPECT_EQ(text(world), "off");
}

TEST_F(Locality, OffIsOff) {
  auto text = config();
  text.replace(text.find("locality: prefer"), 16, "locality: off");
  TestWorld world(text);
  world.list("one", {shop()});
  EXPECT_EQ(heard(world, kA, "10.1.2.0/24"), kAll + " /0");
}

TEST_F(Locality, WithoutTopologyNamesItHoldsAllTheSame) {
  TestWorld world(config("topology: off"));
  world.list("one", {shop()});
  EXPECT_EQ(heard(world, kA), "1111");
  EXPECT_EQ(world.dig("a.pin._zone.s.t. A"), "NXDOMAIN aa soa");
}

TEST_F(Locality, SrvHasTheOthersWithPriorityOne) {
  for (const char* mode : {"order", "all"}) {
    TestWorld world(config("spill_over: 50", mode));
    world.list("one", {shop()});
    for (const char* question : {"s.t. SRV", "_http._tcp.s.t. SRV"}) {
      const auto records = world.ask_from(kB, question).rdata;
      ASSERT_EQ(records.size(), 8u);
      for (std::size_t i = 0; i < records.size(); ++i) {
        const bool near = records[i].find("192-0-2-2") != std::string::npos;
        EXPECT_EQ(near, i < 2) << records[i];
        EXPECT_EQ(records[i].substr(0, 6), near ? "0 1 80" : "1 1 80") << mode;
      }
      for (const auto& record : world.ask_from(kNowhere, question).rdata) EXPECT_EQ(record[0], '0');
    }
  }
}

TEST_F(Locality, SamplesAreFromTheTierInForce) {
  for (const char* mode : {"sample 1", "sticky"}) {
    TestWorld world(config("spill_over: 50", mode));
    world.list("one", {shop()});
    std::set<std::string> found;
    for (int i = 0; i < 50; ++i) {
      for (const char* question : {"s.t. A", "s.t. SRV", "_http._tcp.s.t. SRV"}) {
        const auto told = world.ask_from("10.2." + std::to_string(i) + ".1", question).rdata;
        ASSERT_EQ(told.size(), 1u);
        found.insert(told[0]);
      }
    }
    EXPECT_EQ(found, (std::set<std::string>{"192.0.2.21", "192.0.2.22", "0 1 80 192-0-2-21.s.t.",
                                            "0 1 80 192-0-2-22.s.t."}))
        << mode;
  }
}

TEST_F(Locality, AFamilyThatTheZoneLacksComesFromTheOthers) {
  TestWorld world(config());
  auto state = shop();
  state.instances.push_back(At("fd00::1", 80, "http").in("b"));
  world.list("one", {state});
  EXPECT_EQ(world.ask_from(kA, "s.t. AAAA").rdata, std::vector<std::string>{"fd00::1"});
  EXPECT_EQ(heard(world, kA), "1111");
}

TEST_F(Locality, APortThatTheZoneLacksComesFromTheOthers) {
  for (const char* mode : {"sample 1", "sticky", "order"}) {
    TestWorld world(config("spill_over: 50", mode));
    auto state = shop();
    state.instances.push_back(At("192.0.2.23", 9090, "metrics").in("b"));
    world.list("one", {state});
    const auto told = world.ask_from(kA, "_metrics._tcp.s.t. SRV").rdata;
    ASSERT_EQ(told.size(), 1u) << mode;
    EXPECT_NE(told[0].find("9090 192-0-2-23.s.t."), std::string::npos);
  }
}

TEST_F(Locality, HintsComeBeforeTheZoneThatAnInstanceIsIn) {
  TestWorld world(config());
  auto state = shop();
  state.instances[0].for_zones = {"b"};       // lent to b
  state.instances[4].for_zones = {"a", "b"};  // for both
  world.list("one", {state});
  EXPECT_EQ(heard(world, kA), "1112");
  EXPECT_EQ(heard(world, kB), "122");
  EXPECT_EQ(world.dig("a.pin._zone.s.t. A").find("192.0.2.21"), std::string::npos) << "names mean places";
  EXPECT_NE(world.dig("a.pin._zone.s.t. A").find("192.0.2.11"), std::string::npos);
}

TEST_F(Locality, ANewTableIsInForceWithTheConfiguration) {
  TestWorld world(config());
  world.list("one", {shop()});
  auto text = config();
  text.replace(text.find("10.2.0.0/16"), 11, "10.4.0.0/16");
  world.configure(text);
  EXPECT_EQ(heard(world, kB), kAll);
  EXPECT_EQ(heard(world, "10.4.0.1"), "22");
}

TEST_F(Locality, IsExplained) {
  TestWorld world(config());
  auto state = shop();
  state.instances[4].health = state.instances[5].health = Health::Down;
  world.list("one", {state});
  const auto told = [&](const char* client, const char* name = "s.t") {
    std::string text;
    for (const auto& note :
         explain_client(world.reader.refresh(), *Name::parse(name), RRType::A, *IpAddress::parse(client)))
      text += note + "\n";
    return text;
  };
  EXPECT_EQ(told(kC),
            "10.3.0.1 is in zone Zone_C, where 1 of 1 known instances may answer: they answer alone, as at "
            "least 50 % "
            "may\n10.3.0.1 hears of 192.0.2.31\n");
  EXPECT_EQ(
      told(kB).substr(0, told(kB).find('\n')),
      "10.2.0.1 is in zone b, where 0 of 2 known instances may answer: all zones answer, as it takes 50 % of "
      "them to answer alone");
  EXPECT_EQ(told(kNowhere).substr(0, told(kNowhere).find('\n')),
            "192.0.2.1 is in no zone: no prefix of `clients` holds it, so all zones answer");
  const auto v6 = [&](RRType type) {
    return explain_client(world.reader.refresh(), *Name::parse("s.t"), type, *IpAddress::parse(kC));
  };
  EXPECT_EQ(v6(RRType::SRV)[0],
            "10.3.0.1 is in zone Zone_C, where 1 of 1 known instances may answer: they have priority 0 and "
            "the others 1, as at least 50 % may");
  EXPECT_EQ(v6(RRType::AAAA)[0],
            "10.3.0.1 is in zone Zone_C, where 1 of 1 known instances may answer: all zones answer, as none "
            "of them has an address of that family");
  EXPECT_TRUE(v6(RRType::TXT).empty()) << "the same for everybody";
  EXPECT_EQ(told(kA, "a.prefer._zone.s.t"), "") << "a name that says it itself";
  EXPECT_EQ(told(kA, "192-0-2-11.s.t"), "");
  EXPECT_EQ(told(kA, "nope.t"), "");
}

TEST_F(Locality, IsExplainedBehindAnAlias) {
  TestWorld world(config(), {{"t", {"www CNAME s"}}});
  world.list("one", {shop()});
  const auto notes =
      explain_client(world.reader.refresh(), *Name::parse("www.t"), RRType::A, *IpAddress::parse(kC));
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0], "10.3.0.1 hears of s.t., 192.0.2.31");
  EXPECT_TRUE(
      explain_client(world.reader.refresh(), *Name::parse("192-0-2-11.s.t"), RRType::A, *IpAddress::parse(kC))
          .empty());
}

TEST_F(Locality, NamesThatChooseAZoneThemselvesDoNotAskWhoAsks) {
  TestWorld world(config());
  world.list("one", {shop()});
  EXPECT_EQ(zones_in(world.ask_from(kA, "b.pin._zone.s.t. A").rdata), "22");
  EXPECT_EQ(zones_in(world.ask_from(kA, "b.prefer._zone.s.t. A").rdata), "22");
  EXPECT_EQ(world.ask_from(kA, "b.prefer._zone.s.t. A", "10.1.2.0/24").scope, 0);
}

}  // namespace
}  // namespace signpost::test
