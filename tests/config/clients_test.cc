// `clients`, and what zones make of it: what may be written, and what is said of the rest.
#include <gtest/gtest.h>

#include "tests/config/cases.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

class Clients : public testing::TestWithParam<Case> {};

/// What is written stands in line 2, from column 4 on.
std::string with_clients(const std::string& written) {
  return "clients:\n  {" + written +
         "}\nregistries: {local: {type: file, path: s.yaml}}\nzones: [{name: a.example, registry: local}]\n";
}

TEST_P(Clients, IsReported) {
  const std::string expected = GetParam().said;
  EXPECT_EQ(said(with_clients(GetParam().text)), expected);
}

#define TAKES " takes a list, each a prefix, such as 10.0.0.0/8 or fd00::/8, not "

const Case kCases[] = {
    {"good", "zones: {a: [10.1.0.0/16, \"fd00::/8\"], b: [10.2.0.0/16]}, ecs_from: [10.0.0.53/32]", ""},
    {"nothing", "", ""},
    {"one_inside_another", "zones: {a: [10.0.0.0/8], b: [10.2.0.0/16]}", ""},
    {"zone_without_prefixes", "zones: {a: []}", "E f.yaml:2:15: `a`" TAKES "an empty list"},
    {"zone_of_one_prefix", "zones: {a: 10.0.0.0/8}",
     "E f.yaml:2:15: `a`" TAKES "`10.0.0.0/8`; write [\"10.0.0.0/8\"]"},
    {"no_prefix", "zones: {a: [10.0.0.0]}",
     "E f.yaml:2:16: `a` takes a prefix, such as 10.0.0.0/8 or fd00::/8, not `10.0.0.0`; its length is "
     "missing: /0 "
     "to /32"},
    {"host_bits", "zones: {a: [10.0.0.1/8]}",
     "E f.yaml:2:16: `a` takes a prefix, such as 10.0.0.0/8 or fd00::/8, not `10.0.0.1/8`; bits behind the "
     "length "
     "are set: write 10.0.0.0/8"},
    {"v4_inside_v6", "zones: {a: [\"::ffff:10.0.0.0/104\"]}",
     "E f.yaml:2:16: `a` takes a prefix, such as 10.0.0.0/8 or fd00::/8, not `::ffff:10.0.0.0/104`; these "
     "are IPv4 "
     "addresses: write 10.0.0.0/8"},
    {"twice_in_a_zone", "zones: {a: [10.0.0.0/8, 10.0.0.0/8]}",
     "E f.yaml:2:28: `10.0.0.0/8` is listed twice; keep one"},
    {"in_two_zones", "zones: {a: [10.0.0.0/8], b: [10.0.0.0/8]}",
     "E f.yaml:2:33: `10.0.0.0/8` is in zone `a` already, and a client is in one zone"},
    {"zones_is_a_list", "zones: [a]",
     "E f.yaml:2:11: `zones` takes a section with a zone's name for each of its lists of prefixes, not a "
     "list"},
    {"nodes_of_no_registry", "nodes: [clutser]",
     "E f.yaml:2:12: there is no registry `clutser`; known here: local"},
    {"nodes_of_a_file", "nodes: [local]",
     "E f.yaml:2:12: the registry `local` has no Nodes; `nodes` takes registries of type kubernetes"},
    {"forwarder_bad", "ecs_from: [10.0.0.53]",
     "E f.yaml:2:15: `ecs_from` takes a prefix, such as 10.0.0.0/8 or fd00::/8, not `10.0.0.53`; its length "
     "is "
     "missing: /0 to /32"},
    {"unknown", "ecs: []", "E f.yaml:2:4: unknown key `ecs`; did you mean `ecs_from`?"},
};

INSTANTIATE_TEST_SUITE_P(Document, Clients, testing::ValuesIn(kCases), rule_of);

TEST(Clients, NodesAreWatchedByTheRegistriesThatAreNamed) {
  const auto loaded = load_text(
      "clients: {nodes: [one]}\nregistries: {one: {type: kubernetes}, two: {type: kubernetes}}\n"
      "zones: [{name: a.example, registries: [one, two]}]\n",
      "f.yaml");
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(std::get<KubernetesRegistry>(loaded->config.registries[0].options).watch_nodes);
  EXPECT_FALSE(std::get<KubernetesRegistry>(loaded->config.registries[1].options).watch_nodes);
}

TEST(Clients, ARegistryOfNodesAloneIsUsed) {
  EXPECT_EQ(
      said("clients: {nodes: [cluster]}\nregistries: {cluster: {type: kubernetes}, local: {type: file, path: "
           "s.yaml}}\nzones: [{name: a.example, registry: local, locality: prefer}]\n"),
      "");
}

TEST(Locality, OfAComposedServiceIsReported) {
  const auto of = [](const std::string& zones, const std::string& keys) {
    return said("registries: {local: {type: file, path: s.yaml}}\nzones: [{name: a.example, " + zones +
                "\n  services: [{name: s, members: [{registry: local, service: s}],\n  " + keys + "}]}]\n");
  };
  constexpr const char* kNobody =
      "nobody knows where clients are: say so under `clients`, as `zones` or by `nodes`";
  EXPECT_EQ(of("", "locality: prefer, spill_over: 20"), "W f.yaml:4:13: " + std::string(kNobody));
  EXPECT_EQ(of("", "spill_over: 20"), "W f.yaml:4:3: `spill_over` says nothing without `locality: prefer`");
  EXPECT_EQ(of("locality: prefer,", "spill_over: 20"), "W f.yaml:2:37: " + std::string(kNobody))
      << "the zone's holds for it";
}

TEST(Locality, IsReported) {
  const auto of = [](const std::string& keys) {
    return said(zone("name: a.example, registry: local, " + keys));
  };
  constexpr const char* kNobody =
      "W f.yaml:2:54: nobody knows where clients are: say so under `clients`, as `zones` or by `nodes`";
  EXPECT_EQ(of("locality: prefer, spill_over: 0"), kNobody);
  EXPECT_EQ(of("locality: prefer, spill_over: 100"), kNobody);
  EXPECT_EQ(said("clients: {zones: {a: [10.0.0.0/8]}}\n" +
                 zone("name: a.example, registry: local, locality: prefer")),
            "");
  EXPECT_EQ(of("locality: only"), "E f.yaml:2:54: `locality` takes off or prefer, not `only`");
  EXPECT_EQ(of("locality: prefer, spill_over: 101"),
            "E f.yaml:2:74: `spill_over` takes 0 to 100 percent, not `101`\n" + std::string(kNobody));
  EXPECT_EQ(of("spill_over: 20"), "W f.yaml:2:44: `spill_over` says nothing without `locality: prefer`");
  EXPECT_EQ(of("answer: sticky"), "");
  EXPECT_EQ(of("answer: sticky 3"), "");
  EXPECT_EQ(of("answer: sticky 0"),
            "E f.yaml:2:52: `answer` takes order, all, sticky, or `sample` or `sticky` and a number, not "
            "`sticky 0`; "
            "a sticky answer has 1 to 1000 records");
}

}  // namespace
}  // namespace signpost::config
