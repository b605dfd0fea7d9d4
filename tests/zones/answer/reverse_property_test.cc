// Random worlds: forward and reverse agree after every event, and serials and listeners know what changed
// (N17).
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "tests/zones/support/test_world.h"
#include "zones/answer/dump.h"
#include "zones/synthesis/names.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries:
  cluster: {type: kubernetes, url: "https://127.0.0.1:1", token_file: t, ca_file: c}
  nacos: {type: nacos, servers: ["127.0.0.1:1"]}
  local: {type: file, path: x.yaml}
zones:
  - {name: c.test, registry: cluster}
  - {name: n.test, registries: [nacos, local]}
  - {name: l.test, registry: local}
  - {name: 10.0.0.0/15, reverse_of: [c.test, n.test]}
  - {name: 10.2.0.0/15, reverse_of: [n.test, c.test], ptr: all}
  - {name: 10.2.1.0/24, reverse_of: [l.test]}
  - {name: fd00::/14, reverse_of: [c.test, n.test]}
)";
const std::vector<std::string> kForward{"c.test", "n.test", "l.test"};
const std::vector<std::string> kReverse{"0.10.in-addr.arpa", "1.10.in-addr.arpa",   "2.10.in-addr.arpa",
                                        "3.10.in-addr.arpa", "1.2.10.in-addr.arpa", "0.0.d.f.ip6.arpa",
                                        "1.0.d.f.ip6.arpa",  "2.0.d.f.ip6.arpa",    "3.0.d.f.ip6.arpa"};

/// Few addresses and few names, so that services share both.
std::string random_address(Random& random) {
  const auto low = std::to_string(random.below(3));
  if (random.below(5) == 0) return "fd0" + std::to_string(random.below(5)) + "::" + low;
  return "10." + std::to_string(random.below(5)) + "." + std::to_string(random.below(2)) + "." + low;
}

ServiceState random_state(Random& random, const std::string& key) {
  std::vector<Instance> instances;
  for (auto left = random.below(4); left > 0; --left) {
    auto one = At(random_address(random), 80);
    if (one.v4 && random.below(4) == 0) one.also("fd00::" + std::to_string(random.below(3)));
    if (key.starts_with("cluster") && random.below(3) == 0) one.named(random.below(2) == 0 ? "x" : "h-1");
    one.with_health(random.below(4) == 0 ? Health::Down : Health::Up);
    instances.push_back(one);
  }
  if (!key.starts_with("cluster") || random.below(3) > 0)
    return TestWorld::service(key, std::move(instances));
  return TestWorld::cluster_ip(key, {random_address(random)}, {{"http", 80, Protocol::Tcp}},
                               std::move(instances));
}

std::multiset<std::string> lines_of(TestWorld& world, const std::string& zone, const std::string& type) {
  std::multiset<std::string> lines;
  const auto keep = [&](std::string_view line) {
    if (line.find(" IN " + type + " ") != std::string_view::npos)
      lines.emplace(line.substr(0, line.size() - 1));
  };
  EXPECT_TRUE(dump(world.store, zone, keep)) << zone;
  return lines;
}

std::string first_word(const std::string& line) { return line.substr(0, line.find(' ')); }
std::string last_word(const std::string& line) { return line.substr(line.rfind(' ') + 1); }

/// Owner -> targets, of one reverse zone.
using Pointers = std::map<std::string, std::multiset<std::string>>;
Pointers pointers_of(TestWorld& world, const std::string& zone) {
  Pointers pointers;
  for (const auto& line : lines_of(world, zone, "PTR")) pointers[first_word(line)].insert(last_word(line));
  return pointers;
}

/// Each target has the address, and each name above the owner exists (N5).
void check_pointers(TestWorld& world, const std::string& zone, const Pointers& pointers, bool one) {
  for (const auto& [owner, targets] : pointers) {
    const auto address = names::parse_reverse(Name::parse(owner)->wire())->first;
    EXPECT_TRUE(!one || targets.size() == 1U) << owner;
    for (const auto& target : targets) {
      EXPECT_EQ(targets.count(target), 1U) << "N12: " << target;
      const auto forward = world.dig(target + (address.is_v4() ? " A" : " AAAA"));
      EXPECT_NE((forward + " |").find(" " + address.to_string() + " |"), std::string::npos)
          << owner << " gives " << target << ", which is " << forward;
    }
    for (auto name = owner; name != zone + "."; name = name.substr(name.find('.') + 1))
      EXPECT_EQ(world.dig(name + " TXT"), "NOERROR aa soa") << "above " << owner;
  }
}

/// An address that a listed zone answers with has a name, and no other address has one.
void check_complete(TestWorld& world, const std::map<std::string, Pointers>& pointers) {
  std::map<std::string, std::set<std::string>> seen;  // forward zone -> reverse owners
  for (const auto& zone : kForward) {
    for (const char* type : {"A", "AAAA"}) {
      for (const auto& line : lines_of(world, zone, type))
        seen[zone].insert(names::reverse_name(*IpAddress::parse(last_word(line))).to_string());
    }
  }
  for (const auto& zone : kReverse) {
    std::set<std::string> expected;
    for (const auto& forward : zone == "1.2.10.in-addr.arpa" ? std::vector<std::string>{"l.test"}
                                                             : std::vector<std::string>{"c.test", "n.test"}) {
      for (const auto& owner : seen[forward]) {
        const bool nested = owner.ends_with(".1.2.10.in-addr.arpa.") && zone == "2.10.in-addr.arpa";
        if (owner.ends_with("." + zone + ".") && !nested) expected.insert(owner);
      }
    }
    std::set<std::string> owners;
    for (const auto& [owner, targets] : pointers.at(zone)) owners.insert(owner);
    EXPECT_EQ(owners, expected) << zone;
  }
}

TEST(ReverseProperty, ForwardAndReverseAgreeAfterEveryEvent) {
  const std::uint64_t seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  Random random(seed);
  const std::vector<std::string> keys{"cluster/shop//web",
                                      "cluster/shop//db",
                                      "cluster/shop//lb",
                                      "nacos/public/DEFAULT_GROUP/cart",
                                      "nacos/public/DEFAULT_GROUP/Cart",
                                      "nacos/public/b/a",
                                      "nacos/public/DEFAULT_GROUP/a.b",
                                      "nacos/dev/DEFAULT_GROUP/cart",
                                      "local///cart",
                                      "local///x.cart",
                                      "local///10-0-0-1.cart"};
  for (int history = 0; history < 12; ++history) {
    TestWorld world(kConfig);
    std::map<std::string, std::set<std::string>> heard;
    const bool listening = history % 2 == 0;
    if (listening) {
      world.world.subscribe([&](const ZoneChange& change) {
        for (const auto& owner : change.owners) heard[change.zone].insert(owner.name.to_string());
      });
    }
    world.list("cluster", {}).list("nacos", {}).list("local", {});
    std::map<std::string, Pointers> before;
    for (const auto& zone : kReverse) before[zone] = pointers_of(world, zone);
    for (int step = 0; step < 40; ++step) {
      SCOPED_TRACE(testing::Message() << "history " << history << " step " << step);
      std::map<std::string, std::uint32_t> serials;
      for (const auto& zone : kReverse) serials[zone] = world.serial(zone + ".");
      heard.clear();
      const auto& key = keys[random.below(keys.size())];
      random.below(4) == 0 ? world.erase(key) : world.upsert(random_state(random, key));
      std::map<std::string, Pointers> now;
      for (const auto& zone : kReverse) {
        now[zone] = pointers_of(world, zone);
        check_pointers(world, zone, now[zone], !zone.starts_with("2.10") && !zone.starts_with("3.10"));
        EXPECT_EQ(world.serial(zone + "."), serials[zone] + (now[zone] == before[zone] ? 0 : 1)) << zone;
        std::set<std::string> changed;
        for (const auto* side : {&before[zone], &now[zone]}) {
          for (const auto& [owner, targets] : *side) {
            const auto there = now[zone].find(owner);
            const auto was = before[zone].find(owner);
            if (there == now[zone].end() || was == before[zone].end() || there->second != was->second)
              changed.insert(owner);
          }
        }
        EXPECT_TRUE(!listening || heard[zone + "."] == changed)
            << zone << " " << testing::PrintToString(changed);
      }
      check_complete(world, now);
      before = std::move(now);
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace signpost::test
