// `services` of a zone: what is read, what is filled in, and every mistake with its place and remedy.
#include <gtest/gtest.h>

#include "tests/config/cases.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

/// Line 5: the zone, `keys` of its only service from column 33 on.
std::string service(std::string_view keys, std::string_view nacos = "") {
  return "registries:\n"
         "  cluster: {type: kubernetes, namespaces: [shop, prod]}\n"
         "  nacos: {type: nacos, servers: [\"127.0.0.1:8848\"]" +
         std::string(nacos) +
         "}\n"
         "  local: {type: file, path: s.yaml}\n"
         "zones: [{name: z.example, services: [{" +
         std::string(keys) + "}]}]\n";
}

/// The same with a name, for members alone. Column 49: the first member.
std::string members(std::string_view list, std::string_view keys = "") {
  return service(
      "name: a, members: [" + std::string(list) + "]" + std::string(keys) +
      "}, {name: all, members: [{registry: cluster, namespace: shop, service: s}, {registry: nacos, "
      "service: s}, {registry: local, service: s}]");
}

const ComposedService& first(const Loaded& loaded) { return loaded.config.zones.at(0).services.at(0); }

TEST(Composed, IsReadWhole) {
  const auto loaded = load_text(
      service(
          "name: Cart.API, combine: share, answer: sample 2, ttl: 9, health: strict, startup_wait: 2s, "
          "members: [{registry: cluster, namespace: shop, service: cart, weight: 0.1, address: cluster_ip}, "
          "{registry: nacos, service: cart, weight: 99.9, select: {version: v2, rack: r1}}, {registry: "
          "local, service: cart, weight: 0}]"),
      "f.yaml");
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->warnings.empty());
  const auto& one = first(*loaded);
  EXPECT_EQ(one.name, "cart.api");
  EXPECT_EQ(one.combine, Combine::Share);
  EXPECT_EQ(one.answer.sample, 2);
  EXPECT_EQ(one.ttl, 9u);
  EXPECT_EQ(one.health, HealthPolicy::Strict);
  EXPECT_EQ(one.startup_wait.count(), 2000);
  EXPECT_EQ(one.members.at(0).space, "shop");
  EXPECT_EQ(one.members.at(0).weight, 0.1);
  EXPECT_EQ(one.members.at(0).address, MemberAddress::ClusterIp);
  EXPECT_EQ(one.members.at(1).space, "public");
  EXPECT_EQ(one.members.at(1).group, "DEFAULT_GROUP");
  EXPECT_EQ(one.members.at(1).select, (std::vector<Word>{{"version", "v2"}, {"rack", "r1"}}));
  EXPECT_EQ(one.members.at(2).space, "");
  EXPECT_EQ(loaded->config.zones[0].all_registries(),
            (std::vector<std::string>{"cluster", "nacos", "local"}));
}

TEST(Composed, GroupsAreRead) {
  const auto loaded = load_text(members("{registry: local, service: s}",
                                        ", groups: {key: version, weights: {v1: 99.9, v2: 0.1}}, "
                                        "health_opinions: or"),
                                "f.yaml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(first(*loaded).groups, (Groups{"version", {{"v1", 99.9}, {"v2", 0.1}}}));
  EXPECT_EQ(first(*loaded).opinions, HealthOpinions::Or);
  EXPECT_EQ(first(*loaded).combine, Combine::Union);
  EXPECT_EQ(first(*loaded).answer, Answer()) << "the zone's";
}

TEST(Composed, AMemberThatNoListNamesIsFollowed) {
  const auto services = [](const std::string& text) {
    const auto loaded = load_text(text, "f.yaml");
    EXPECT_TRUE(loaded);
    return std::get<NacosRegistry>(loaded->config.registries.at(1).options).services;
  };
  const std::string other =
      "name: a, members: [{registry: nacos, group: g, service: x}, {registry: local, "
      "service: s}, {registry: cluster, namespace: shop, service: s}]";
  EXPECT_EQ(services(service(other)), (std::vector<std::string>{"g/x"}));
  EXPECT_EQ(services(service(other, ", services: [g/x]")), (std::vector<std::string>{"g/x"}));
  EXPECT_EQ(services(service(other, ", groups: [g]")), std::vector<std::string>());
  EXPECT_EQ(services(service(other, ", groups: [g], allow: [y]")), (std::vector<std::string>{"g/x"}));
}

class ComposedMistake : public testing::TestWithParam<Case> {};
TEST_P(ComposedMistake, IsReported) { EXPECT_EQ(said(GetParam().text), GetParam().said); }

const Case kCases[] = {
    {"no_name", service("members: [{registry: local, service: s}]"),
     "E f.yaml:5:38: `name` is missing: it takes a host name\nW f.yaml:2:3: no zone uses the registry "
     "`cluster`\nW f.yaml:3:3: no zone uses the registry `nacos`"},
    {"no_members", service("name: a"), "E f.yaml:5:38: `members` is missing: it takes a list of sections"},
    {"members_empty", service("name: a, members: []"),
     "E f.yaml:5:57: `members` takes a list of sections, not an empty list"},
    {"no_host_name", service("name: a_b, members: [{registry: local, service: s}]"),
     "E f.yaml:5:45: `name` takes a host name, not `a_b`; `_` does not belong in it\nW f.yaml:2:3: no zone "
     "uses the registry `cluster`\nW f.yaml:3:3: no zone uses the registry `nacos`"},
    {"unknown_registry", members("{registry: locl, service: s}"),
     "E f.yaml:5:69: there is no registry `locl`; did you mean `local`?"},
    {"unknown_combine", members("{registry: local, service: s}", ", combine: mix"),
     "E f.yaml:5:99: `combine` takes union, prefer, share or only, not `mix`"},
    {"unknown_combine_says_nothing_of_weights",
     members("{registry: local, service: s, weight: 1}", ", combine: mix"),
     "E f.yaml:5:110: `combine` takes union, prefer, share or only, not `mix`"},
    {"weight_without_share", members("{registry: local, service: s, weight: 1}"),
     "E f.yaml:5:88: `weight` goes with `combine: share`; with `union` members have no parts"},
    {"share_without_weight", members("{registry: local, service: s}", ", combine: share"),
     "E f.yaml:5:58: `weight` is missing: with `combine: share` each member has its part"},
    {"weight_no_number", members("{registry: local, service: s, weight: half}", ", combine: share"),
     "E f.yaml:5:96: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `half`"},
    {"weight_negative", members("{registry: local, service: s, weight: -1}", ", combine: share"),
     "E f.yaml:5:96: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `-1`"},
    {"all_weights_zero", members("{registry: local, service: s, weight: 0}", ", combine: share"),
     "E f.yaml:5:48: all weights are 0, so nobody would answer; give one member a part"},
    {"the_same_member_twice", members("{registry: local, service: s}, {registry: local, service: s}"),
     "E f.yaml:5:89: the same member stands above; keep one"},
    {"twice_but_each_selects",
     members("{registry: local, service: s, select: {version: v1}}, {registry: local, service: s, select: "
             "{version: v2}}"),
     ""},
    {"groups_with_share",
     members("{registry: local, service: s, weight: 1}",
             ", combine: share, groups: {key: version, weights: {v1: 1}}"),
     "E f.yaml:5:117: `groups` beside `combine: share` would divide the answers twice; keep one (the same "
     "service may be several members, each with its `select`)"},
    {"groups_without_key", members("{registry: local, service: s}", ", groups: {weights: {v1: 1}}"),
     "E f.yaml:5:98: `key` is missing: it takes version, registry, zone, cluster or a metadata key"},
    {"groups_without_weights", members("{registry: local, service: s}", ", groups: {key: version}"),
     "E f.yaml:5:98: `weights` is missing: it takes a weight for each word: {v1: 90, v2: 10}"},
    {"groups_all_zero", members("{registry: local, service: s}", ", groups: {key: zone, weights: {a: 0}}"),
     "E f.yaml:5:119: all weights are 0, so nobody would answer; give one group a part"},
    {"group_weight_no_number",
     members("{registry: local, service: s}", ", groups: {key: zone, weights: {a: x}}"),
     "E f.yaml:5:123: `a` takes a number from 0 to 1000000000, such as 2 or 0.5, not `x`"},
    {"group_of_no_registry",
     members("{registry: local, service: s}", ", groups: {key: registry, weights: {locale: 1}}"),
     "E f.yaml:5:124: no member is of a registry `locale`; did you mean `local`?"},
    {"kubernetes_without_namespace", members("{registry: cluster, service: s}"),
     "E f.yaml:5:69: `namespace` is missing: a Service of Kubernetes is in one"},
    {"kubernetes_elsewhere", members("{registry: cluster, namespace: dev, service: s}"),
     "W f.yaml:5:89: the registry `cluster` does not watch the namespace `dev`, so this member stays "
     "missing; add it to its `namespaces`"},
    {"group_of_kubernetes", members("{registry: cluster, namespace: shop, group: g, service: s}"),
     "E f.yaml:5:95: `group` does not go with the registry `cluster`: only Nacos has groups"},
    {"virtual_address_of_nacos", members("{registry: nacos, service: s, address: cluster_ip}"),
     "E f.yaml:5:88: `address` does not go with the registry `nacos`: only Services of Kubernetes have "
     "virtual addresses"},
    {"namespace_of_a_file", members("{registry: local, namespace: shop, service: s}"),
     "E f.yaml:5:76: `namespace` does not go with the registry `local`: a file has no namespaces"},
    {"nacos_elsewhere", members("{registry: nacos, namespace: dev, service: s}"),
     "W f.yaml:5:87: the registry `nacos` does not follow the namespace `dev`, so this member stays missing; "
     "add it to its `namespaces`"},
    {"select_of_a_virtual_address",
     members("{registry: cluster, namespace: shop, service: s, address: cluster_ip, select: {zone: a}}"),
     "E f.yaml:5:128: `select` chooses among endpoints, and `address: cluster_ip` stands for them all; leave "
     "out one"},
    {"select_nothing", members("{registry: local, service: s, select: {}}"),
     "E f.yaml:5:96: `select` takes words that an instance must have: {version: v2}, not a mapping; it is "
     "empty"},
    {"select_a_list", members("{registry: local, service: s, select: {zone: [a]}}"),
     "E f.yaml:5:103: `zone` takes one word without spaces, not a list"},
    {"opinions_without_union",
     members("{registry: local, service: s}", ", combine: prefer, health_opinions: or"),
     "W f.yaml:5:107: `health_opinions` says nothing here: only `combine: union` asks several registries "
     "about one instance"},
    {"wait_with_union", members("{registry: local, service: s}", ", startup_wait: 1s"),
     "W f.yaml:5:90: `startup_wait` says nothing here: with `combine: union` no member waits for another"},
    {"wait_out_of_range", members("{registry: local, service: s}", ", combine: only, startup_wait: 1h"),
     "E f.yaml:5:119: `startup_wait` takes a duration from 0s to 10m, not `1h`"},
    {"name_twice",
     members("{registry: local, service: s}", "}, {name: A, members: [{registry: local, service: s}]"),
     "E f.yaml:5:98: `a` is listed twice; keep one"},
    {"name_with_its_zone",
     service("name: a.z.example, members: [{registry: local, service: s}, {registry: "
             "nacos, service: s}, {registry: cluster, namespace: shop, service: s}]"),
     "E f.yaml:5:45: `a.z.example` is relative to the zone: leave out `.z.example`"},
    {"denied",
     service("name: a, members: [{registry: nacos, service: s}, {registry: local, service: s}, "
             "{registry: cluster, namespace: shop, service: s}]",
             ", deny: [s]"),
     "W f.yaml:5:85: `deny` of the registry `nacos` keeps `s` out, so this member stays missing"},
    {"shares_that_forwarders_lose",
     members("{registry: local, service: s, weight: 1}, {registry: nacos, service: s, weight: 1}",
             ", combine: share"),
     "W f.yaml:5:45: `a` divides its answers by weight, which `answer: order` loses behind any forwarder for "
     "all but SRV clients; `answer: sample 1` keeps it"},
    {"groups_that_forwarders_lose",
     members("{registry: local, service: s}", ", groups: {key: zone, weights: {a: 9, b: 1}}, answer: all"),
     "W f.yaml:5:45: `a` divides its answers by weight, which `answer: all` loses behind any forwarder for "
     "all "
     "but SRV clients; `answer: sample 1` keeps it"},
    {"a_sample_that_caches_keep", members("{registry: local, service: s}", ", answer: sample 1, ttl: 60"),
     "W f.yaml:5:45: everybody behind one cache gets the same `answer: sample 1` for 60 s, so shares come in "
     "coarse pieces; `ttl: 30` or less keeps them fine"},
    {"in_a_reverse_zone",
     "registries: {local: {type: file, path: s.yaml}}\nzones: [{name: 10.0.0.0/8, services: [{name: a, "
     "members: [{registry: local, service: s}]}]}]\n",
     "E f.yaml:2:28: `services` have names, and a reverse zone has pointers only; write them in a zone of "
     "names"},
};
INSTANTIATE_TEST_SUITE_P(Composed, ComposedMistake, testing::ValuesIn(kCases), rule_of);

}  // namespace
}  // namespace signpost::config
