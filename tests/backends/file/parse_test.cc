// What a services file may say, and the exact text of its mistakes.
#include "backends/file/parse.h"

#include <gtest/gtest.h>

#include "dns/base/random.h"

namespace signpost::file {
namespace {

std::vector<ServiceState> good(std::string_view text) {
  auto parsed = parse_services(text, "s.yaml", "local");
  EXPECT_TRUE(parsed.has_value()) << parsed.error().errors.front();
  return parsed ? std::move(parsed->states) : std::vector<ServiceState>{};
}

std::string errors(std::string_view text) {
  const auto parsed = parse_services(text, "s.yaml", "local");
  std::string out;
  if (parsed) return out;
  for (const auto& line : parsed.error().errors) out += (out.empty() ? "" : "\n") + line;
  return out;
}

constexpr std::string_view kShop = R"(services:
  - name: cart
    ports: [{name: http, port: 8080, protocol: tcp}]
    metadata: {team: shop, size: 010}
    instances:
      - {address: 10.1.0.1, weight: 2, zone: a, region: r, node: n, cluster: c, version: v1}
      - {address: 10.1.0.2, weight: 0.5, healthy: false, draining: true, enabled: false}
      - {address: ["fd00::3", 10.1.0.3], port: 9090, tags: [canary], metadata: {rack: r1}}
      - {address: 10.1.0.4, draining: true}
  - name: a.b
)";

TEST(Parse, TheExampleOfTheDesign) {
  const auto states = good(kShop);
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].key.to_string(), "local/a.b");
  EXPECT_TRUE(states[0].instances.empty());
  const auto& cart = states[1];
  EXPECT_EQ(cart.ports, (std::vector<Port>{{"http", 8080, Protocol::Tcp}}));
  EXPECT_EQ(cart.metadata, (Metadata{{"size", "010"}, {"team", "shop"}}));
  ASSERT_EQ(cart.instances.size(), 4U);
  const auto& first = cart.instances[0];
  EXPECT_EQ(first.id, "10.1.0.1#8080");
  EXPECT_EQ(first.weight, 2);
  EXPECT_EQ(first.zone + first.region + first.node + first.cluster + first.version, "arncv1");
  EXPECT_TRUE(first.ports.empty());
  EXPECT_EQ(first.health, Health::Up);
  EXPECT_TRUE(first.enabled);
  EXPECT_EQ(cart.instances[1].health, Health::Down);
  EXPECT_FALSE(cart.instances[1].enabled);
  EXPECT_EQ(cart.instances[1].weight, 0.5);
  const auto& dual = cart.instances[2];
  EXPECT_EQ(dual.id, "10.1.0.3,fd00::3#9090");
  EXPECT_EQ(dual.v4->to_string(), "10.1.0.3");
  EXPECT_EQ(dual.v6->to_string(), "fd00::3");
  EXPECT_EQ(dual.ports, (std::vector<Port>{{"http", 9090, Protocol::Tcp}}));
  EXPECT_EQ(dual.tags, std::vector<std::string>{"canary"});
  EXPECT_EQ(cart.instances[3].health, Health::Draining);
}

TEST(Parse, APortWithoutServicePortsIsAnUnnamedOne) {
  const auto states = good("services: [{name: a, instances: [{address: ::1, port: 5}]}]");
  EXPECT_EQ(states.at(0).instances.at(0).ports, (std::vector<Port>{{"", 5, Protocol::Tcp}}));
  EXPECT_EQ(states[0].instances[0].id, "::1#5");
}

TEST(Parse, OwnPortsReplaceThoseOfTheService) {
  const auto states = good(
      "services: [{name: a, ports: [{name: x, port: 1}, {name: y, port: 2}], "
      "instances: [{address: 10.0.0.1, ports: [{name: y, port: 3, protocol: udp}]}]}]");
  EXPECT_EQ(states.at(0).instances.at(0).ports, (std::vector<Port>{{"y", 3, Protocol::Udp}}));
}

TEST(Parse, NoServicesAreWrittenSo) { EXPECT_TRUE(good("services: []").empty()); }

struct Case {
  const char* rule;
  const char* text;
  const char* errors;
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.rule; }

class Mistake : public testing::TestWithParam<Case> {};
TEST_P(Mistake, IsReported) { EXPECT_EQ(errors(GetParam().text), GetParam().errors); }

const Case kMistakes[] = {
    {"empty_file", "", "s.yaml: the file is empty; for no services write `services: []`"},
    {"services_missing", "{}", "s.yaml:1:1: `services` is missing: it takes a list of sections"},
    {"services_cut_off",
     "services:", "s.yaml:1:1: `services` has nothing below it; for no services write `services: []`"},
    {"a_list", "- a", "s.yaml:1:1: `services file` takes a section with services, not a list"},
    {"unknown_key", "service: []\nservices: []",
     "s.yaml:1:1: unknown key `service`; did you mean `services`?"},
    {"name_missing", "services: [{ports: []}]", "s.yaml:1:12: `name` is missing: it takes a name"},
    {"name_empty", "services: [{name: \"\"}]",
     "s.yaml:1:19: `name` takes a name, not ``; between its dots stand letters or digits"},
    {"name_empty_label", "services: [{name: a..b}]",
     "s.yaml:1:19: `name` takes a name, not `a..b`; between its dots stand letters or digits"},
    {"name_without_letters", "services: [{name: a.--}]",
     "s.yaml:1:19: `name` takes a name, not `a.--`; between its dots stand letters or digits"},
    {"service_twice", "services:\n  - name: a\n  - name: a\n",
     "s.yaml:3:11: the service `a` is written twice, first in line 2; keep one"},
    {"instance_twice", "services: [{name: a, instances: [{address: 10.0.0.1}, {address: 10.0.0.1}]}]",
     "s.yaml:1:55: the instance `10.0.0.1#0` is listed twice, first in line 1; keep one"},
    {"address_missing", "services: [{name: a, instances: [{port: 1}]}]",
     "s.yaml:1:34: `address` is missing: it takes an IPv4 or IPv6 address, or a list with one of each"},
    {"address_is_a_name", "services: [{name: a, instances: [{address: web.example}]}]",
     "s.yaml:1:44: `address` takes an IPv4 or IPv6 address, not `web.example`"},
    {"address_unspecified", "services: [{name: a, instances: [{address: 0.0.0.0}]}]",
     "s.yaml:1:44: `0.0.0.0` is no address of one host"},
    {"address_multicast", "services: [{name: a, instances: [{address: \"ff02::1\"}]}]",
     "s.yaml:1:44: `ff02::1` is no address of one host"},
    {"two_of_a_family", "services: [{name: a, instances: [{address: [10.0.0.1, 10.0.0.2]}]}]",
     "s.yaml:1:55: one address of each family; write another instance for `10.0.0.2`"},
    {"no_address_in_a_list", "services: [{name: a, instances: [{address: []}]}]",
     "s.yaml:1:44: `address` takes an IPv4 or IPv6 address, not an empty list"},
    {"weight_negative", "services: [{name: a, instances: [{address: 10.0.0.1, weight: -1}]}]",
     "s.yaml:1:62: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `-1`"},
    {"weight_infinite", "services: [{name: a, instances: [{address: 10.0.0.1, weight: .inf}]}]",
     "s.yaml:1:62: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `.inf`"},
    {"weight_nan", "services: [{name: a, instances: [{address: 10.0.0.1, weight: .nan}]}]",
     "s.yaml:1:62: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `.nan`"},
    {"weight_exponent", "services: [{name: a, instances: [{address: 10.0.0.1, weight: 1e3}]}]",
     "s.yaml:1:62: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `1e3`"},
    {"weight_large", "services: [{name: a, instances: [{address: 10.0.0.1, weight: 1000000001}]}]",
     "s.yaml:1:62: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `1000000001`"},
    {"weight_octal", "services: [{name: a, instances: [{address: 10.0.0.1, weight: 010}]}]",
     "s.yaml:1:62: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `010`; write 10"},
    {"healthy_is_true_or_false", "services: [{name: a, instances: [{address: 10.0.0.1, healthy: yes}]}]",
     "s.yaml:1:63: `healthy` takes true or false, not `yes`"},
    {"enabled_is_true_or_false", "services: [{name: a, instances: [{address: 10.0.0.1, enabled: 1}]}]",
     "s.yaml:1:63: `enabled` takes true or false, not `1`"},
    {"port_none", "services: [{name: a, instances: [{address: 10.0.0.1, port: 0}]}]",
     "s.yaml:1:60: `port` takes 1 to 65535, not `0`"},
    {"port_high", "services: [{name: a, instances: [{address: 10.0.0.1, port: 65536}]}]",
     "s.yaml:1:60: `port` takes 1 to 65535, not `65536`"},
    {"port_of_several",
     "services: [{name: a, ports: [{name: x, port: 1}, {name: y, port: 2}], instances: [{address: 10.0.0.1, "
     "port: 3}]}]",
     "s.yaml:1:83: `port` could be any of the service's 2 ports; write `ports` with all that this instance "
     "has"},
    {"port_and_ports", "services: [{name: a, instances: [{address: 10.0.0.1, port: 1, ports: [{port: 2}]}]}]",
     "s.yaml:1:54: `port` and `ports` both say the instance's ports; keep one"},
    {"port_number_missing", "services: [{name: a, ports: [{name: x}]}]",
     "s.yaml:1:30: `port` is missing: it takes 1 to 65535"},
    {"port_name", "services: [{name: a, ports: [{name: \"_x\", port: 1}]}]",
     "s.yaml:1:37: `name` takes a name of letters, digits and `-`, not `_x`"},
    {"port_protocol", "services: [{name: a, ports: [{port: 1, protocol: TCP}]}]",
     "s.yaml:1:50: `protocol` takes tcp, udp or sctp, not `TCP`"},
    {"port_twice", "services: [{name: a, ports: [{name: x, port: 1}, {name: x, port: 2}]}]",
     "s.yaml:1:50: the tcp port `x` is listed twice; keep one"},
    {"unnamed_port_twice", "services: [{name: a, ports: [{port: 1}, {port: 1}]}]",
     "s.yaml:1:41: the tcp port `1` is listed twice; keep one"},
    {"metadata_is_a_section", "services: [{name: a, metadata: [a]}]",
     "s.yaml:1:32: `metadata` takes a section with keys of your choice, not a list"},
    {"metadata_is_flat", "services: [{name: a, metadata: {a: {b: c}}}]",
     "s.yaml:1:36: `a` takes a text (\"\" for none), not a mapping"},
    {"metadata_without_value", "services: [{name: a, metadata: {a: }}]",
     "s.yaml:1:33: `a` takes a text (\"\" for none), not nothing"},
    {"tags_is_a_list", "services: [{name: a, instances: [{address: 10.0.0.1, tags: canary}]}]",
     "s.yaml:1:60: `tags` takes a list, each a text, not `canary`; write [\"canary\"]"},
    {"zone_is_a_text", "services: [{name: a, instances: [{address: 10.0.0.1, zone: [a]}]}]",
     "s.yaml:1:60: `zone` takes a text, not a list"},
    {"all_mistakes_at_once", "services:\n  - {name: a, prots: []}\n  - instances: [{weight: x}]\n",
     "s.yaml:2:15: unknown key `prots`; did you mean `ports`?\n"
     "s.yaml:3:5: `name` is missing: it takes a name\n"
     "s.yaml:3:17: `address` is missing: it takes an IPv4 or IPv6 address, or a list with one of each\n"
     "s.yaml:3:26: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `x`"},
};
INSTANTIATE_TEST_SUITE_P(Services, Mistake, testing::ValuesIn(kMistakes),
                         [](const auto& row) { return std::string(row.param.rule); });

TEST(Hostile, AFileCutAnywhereOrMutated) {
  const auto seed = Random::from_kernel().next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  const std::string text(kShop);
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto parsed = parse_services(text.substr(0, size), "f", "r");
    ASSERT_TRUE(parsed.has_value() || !parsed.error().errors.empty()) << size;
  }
  for (int round = 0; round < 3000; ++round) {
    auto mutated = text;
    for (auto changes = random.below(4) + 1; changes > 0; --changes) {
      const auto at = random.below(mutated.size());
      if (random.below(2) == 0) {
        mutated.erase(at, random.below(20));
      } else {
        mutated.insert(at, 1, "[]{}:- &*#\"'\n!0.a\xff"[random.below(18)]);
      }
      if (mutated.empty()) break;
    }
    const auto parsed = parse_services(mutated, "f", "r");
    ASSERT_TRUE(parsed.has_value() || !parsed.error().errors.empty()) << mutated;
    if (!parsed) continue;
    for (const auto& state : parsed->states) {
      ASSERT_FALSE(state.key.name.empty()) << mutated;
      for (const auto& instance : state.instances) ASSERT_TRUE(instance.v4 || instance.v6) << mutated;
    }
  }
}

}  // namespace
}  // namespace signpost::file
