// What is asked of a Kubernetes registry, and what a zone makes of it.
#include <gtest/gtest.h>

#include "config/label_selector.h"
#include "config/load.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

using std::chrono::minutes;

Config good(const std::string& text) {
  auto loaded = load_text(text, "f.yaml");
  EXPECT_TRUE(loaded.has_value()) << said(text);
  return loaded ? loaded->config : Config{};
}

KubernetesRegistry options(const std::string& keys) {
  const auto config = good(registry("type: kubernetes" + keys));
  return config.registries.empty() ? KubernetesRegistry{}
                                   : std::get<KubernetesRegistry>(config.registries[0].options);
}

/// A zone of these keys from a Kubernetes registry of those. The first key of the zone is in line 2,
/// column 10.
std::string cluster(const std::string& registry, const std::string& zone) {
  return "registries: {k: {type: kubernetes" + registry + "}}\nzones: [{name: a.example, registry: k, " +
         zone + "}]\n";
}

Zone zone_of(const std::string& registry, const std::string& zone) {
  const auto config = good(cluster(registry, zone));
  return config.zones.empty() ? Zone{} : config.zones[0];
}

TEST(KubernetesOptions, Registry) {
  KubernetesRegistry expected;
  EXPECT_EQ(options(""), expected);
  expected.namespaces = {"shop", "web-2"};
  expected.labels = "team=shop";
  expected.watch_pods = true;
  expected.endpoint_names = EndpointNames::Pod;
  expected.multicluster = true;
  expected.version_label = "app.kubernetes.io/version";
  expected.tag_label = "tags";
  expected.streamed_lists = true;
  expected.audit_interval = minutes(5);
  EXPECT_EQ(
      options(", namespaces: [shop, web-2], labels: ' team == shop ', pods: watch, endpoint_names: pod, "
              "multicluster: on, version_label: app.kubernetes.io/version, tag_label: tags, "
              "lists: stream, audit_interval: 5m"),
      expected);
  EXPECT_EQ(options(", namespace_labels: 'a'").namespace_labels, "a");
  EXPECT_FALSE(options(", endpoints: off").endpoints);
}

TEST(KubernetesOptions, Zone) {
  const auto fresh = zone_of("", "ttl: 5");
  EXPECT_EQ(fresh.layout, Layout::Cluster);
  EXPECT_EQ(fresh.pod_names, PodNames::Disabled);
  EXPECT_EQ(fresh.empty_services, EmptyServices::Answer);
  EXPECT_TRUE(fresh.topology);
  EXPECT_TRUE(fresh.annotations.allows(Wish::Weight));
  EXPECT_FALSE(fresh.annotations.allows(Wish::Ttl));

  const auto full = zone_of(", pods: watch",
                            "pod_names: verified, empty_services: hide, topology: off, "
                            "annotations: {allow: [ttl, health, answer], ttl_min: 0, ttl_max: 1h}");
  EXPECT_EQ(full.pod_names, PodNames::Verified);
  EXPECT_EQ(full.empty_services, EmptyServices::Hide);
  EXPECT_FALSE(full.topology);
  EXPECT_EQ(full.annotations, (Annotations{{Wish::Ttl, Wish::Health, Wish::Answer}, 0, 3600}));
  EXPECT_FALSE(full.annotations.allows(Wish::Weight));

  const auto external = zone_of("", "layout: external, external_headless: on, annotations: {allow: []}");
  EXPECT_EQ(external.layout, Layout::External);
  EXPECT_TRUE(external.external_headless);
  EXPECT_EQ(external.annotations.allow, std::vector<Wish>{});
  EXPECT_EQ(zone_of(", multicluster: on", "layout: clusterset").layout, Layout::Clusterset);
}

const struct Case {
  const char* name;
  std::string text;
  const char* said;
} kMistakes[] = {
    {"namespaces_empty", registry("type: kubernetes, namespaces: []"),
     "E f.yaml:1:52: `namespaces` takes a list, each a namespace (1 to 63 lower-case letters, digits and "
     "inner "
     "hyphens), not an empty list"},
    {"namespace_upper_case", registry("type: kubernetes, namespaces: [Shop, a-, \"\"]"),
     "E f.yaml:1:53: `namespaces` takes a namespace (1 to 63 lower-case letters, digits and inner hyphens), "
     "not "
     "`Shop`\n"
     "E f.yaml:1:59: `namespaces` takes a namespace (1 to 63 lower-case letters, digits and inner hyphens), "
     "not "
     "`a-`\n"
     "E f.yaml:1:63: `namespaces` takes a namespace (1 to 63 lower-case letters, digits and inner hyphens), "
     "not "
     "``"},
    {"namespaces_and_labels", registry("type: kubernetes, namespaces: [a], namespace_labels: b"),
     "E f.yaml:1:57: `namespace_labels` and `namespaces` both say which namespaces; keep one"},
    {"selector", registry("type: kubernetes, labels: 'a in'"),
     "E f.yaml:1:48: `labels` takes a label selector, such as \"team=shop,tier in (web, api),!hidden\", not "
     "`a "
     "in`; after `in` come values in parentheses, such as (a, b)"},
    {"selector_empty", registry("type: kubernetes, namespace_labels: ''"),
     "E f.yaml:1:58: `namespace_labels` takes a label selector, such as \"team=shop,tier in (web, "
     "api),!hidden\", not ``; there is nothing beside a comma"},
    {"pods_word", registry("type: kubernetes, pods: verified"),
     "E f.yaml:1:46: `pods` takes off or watch, not `verified`"},
    {"endpoint_names_word", registry("type: kubernetes, endpoint_names: on"),
     "E f.yaml:1:56: `endpoint_names` takes hostname or pod, not `on`"},
    {"endpoint_names_without_endpoints", registry("type: kubernetes, endpoints: off, endpoint_names: pod"),
     "W f.yaml:1:56: `endpoint_names` says nothing here: with `endpoints: off` no endpoint has a name"},
    {"label_key", registry("type: kubernetes, pods: watch, version_label: a/b/c"),
     "E f.yaml:1:68: `version_label` takes the key of a label, such as version or app.kubernetes.io/version, "
     "not "
     "`a/b/c`; `a/b/c` is no key of a label"},
    {"labels_without_pods", registry("type: kubernetes, version_label: v, tag_label: t"),
     "W f.yaml:1:40: `version_label` says nothing here: Pods have these labels; add `pods: watch`\n"
     "W f.yaml:1:58: `tag_label` says nothing here: Pods have these labels; add `pods: watch`"},
    {"one_label_for_both", registry("type: kubernetes, pods: watch, tag_label: version"),
     "E f.yaml:1:64: `version` is the label of the version; take another one"},
    {"audit_short", registry("type: kubernetes, audit_interval: 59s"),
     "E f.yaml:1:56: `audit_interval` takes a duration from 1m to 24h, not `59s`"},
    {"key_of_two_other_types", registry("type: file, path: x, namespaces: [a]"),
     "E f.yaml:1:43: `namespaces` is for type kubernetes or nacos, and this is type file"},
    {"layout_word", cluster("", "layout: pods"),
     "E f.yaml:2:48: `layout` takes cluster, external or clusterset, not `pods`"},
    {"clusterset_without_imports", cluster("", "layout: clusterset"),
     "E f.yaml:2:48: `layout: clusterset` needs `multicluster: on` at the registry `k`"},
    {"verified_without_pods", cluster("", "pod_names: verified"),
     "E f.yaml:2:51: `pod_names: verified` needs `pods: watch` at the registry `k`"},
    {"insecure_without_pods", cluster("", "pod_names: insecure"), ""},
    {"pod_names_outside", cluster("", "layout: external, pod_names: insecure"),
     "W f.yaml:2:58: `pod_names` says nothing here: only `layout: cluster` has names of Pods"},
    {"external_headless_alone", cluster("", "external_headless: on"),
     "W f.yaml:2:40: `external_headless` says nothing here: it goes with `layout: external`"},
    {"annotation_word", cluster("", "annotations: {allow: [weights]}"),
     "E f.yaml:2:62: `allow` takes weight, answer, ttl or health, not `weights`"},
    {"annotation_twice", cluster("", "annotations: {allow: [ttl, ttl]}"),
     "E f.yaml:2:67: `ttl` is listed twice; keep one"},
    {"ttl_bounds_crossed", cluster("", "annotations: {allow: [ttl], ttl_min: 90}"),
     "E f.yaml:2:77: `ttl_max` (60) is less than `ttl_min` (90)"},
    {"ttl_bounds_idle", cluster("", "annotations: {ttl_max: 30}"),
     "W f.yaml:2:54: `ttl_max` says nothing here: `ttl` is not among what `allow` lists"},
    {"ttl_bound_high", cluster("", "annotations: {allow: [ttl], ttl_max: 604801}"),
     "E f.yaml:2:77: `ttl_max` takes 0 to 604800 seconds, not `604801`"},
    {"no_kubernetes",
     zone("name: a.example, registry: local, layout: external, pod_names: disabled, annotations: {}"),
     "W f.yaml:2:44: `layout` says nothing here: no registry of this zone is Kubernetes\n"
     "W f.yaml:2:62: `pod_names` says nothing here: only `layout: cluster` has names of Pods\n"
     "W f.yaml:2:62: `pod_names` says nothing here: no registry of this zone is Kubernetes\n"
     "W f.yaml:2:83: `annotations` says nothing here: no registry of this zone is Kubernetes"},
    {"topology_anywhere", zone("name: a.example, registry: local, topology: off"), ""},
    {"one_of_two_registries",
     "registries: {k: {type: kubernetes, pods: watch}, l: {type: kubernetes}, f: {type: file, path: s}}\n"
     "zones: [{name: a.example, registries: [k, f, l], pod_names: verified}]\n",
     "E f.yaml:2:61: `pod_names: verified` needs `pods: watch` at the registry `l`"},
};

TEST(KubernetesOptions, MistakesAreReported) {
  for (const auto& c : kMistakes) EXPECT_EQ(said(c.text), c.said) << c.name;
}

TEST(LabelSelector, HasOneSpelling) {
  const struct {
    const char* written;
    const char* read;
  } cases[] = {
      {"a=b", "a=b"},
      {"a==b", "a=b"},
      {" a = b , c != d ", "a=b,c!=d"},
      {"a=", "a="},
      {"a!=", "a!="},
      {"a in (b)", "a in (b)"},
      {"a in(b ,c),d notin ( e )", "a in (b,c),d notin (e)"},
      {"in in (in)", "in in (in)"},
      {"a", "a"},
      {"! a", "!a"},
      {"app.kubernetes.io/name=web", "app.kubernetes.io/name=web"},
      {"A_b.c-1=Z_1", "A_b.c-1=Z_1"},
  };
  for (const auto& c : cases) {
    const auto read = read_label_selector(c.written);
    ASSERT_TRUE(read.has_value()) << c.written << ": " << read.error().message;
    EXPECT_EQ(*read, c.read) << c.written;
  }
}

TEST(LabelSelector, RefusesWhatTheServerWouldRefuse) {
  const std::string long_word(64, 'a');
  const struct {
    std::string written;
    const char* remark;
  } cases[] = {
      {"", "there is nothing beside a comma"},
      {"a=b,", "there is nothing beside a comma"},
      {",a", "there is nothing beside a comma"},
      {"=b", "`` is no key of a label"},
      {"!=b", "`` is no key of a label"},
      {"a===b", "`=b` is no value of a label"},
      {"a=b c", "`b c` is no value of a label"},
      {"a=b=c", "`b=c` is no value of a label"},
      {"-a", "`-a` is no key of a label"},
      {"/a", "`/a` is no key of a label"},
      {"Up.example/a", "`Up.example/a` is no key of a label"},
      {"a..b/c", "`a..b/c` is no key of a label"},
      {"a-.b/c", "`a-.b/c` is no key of a label"},
      {"a/b/c", "`a/b/c` is no key of a label"},
      {"!!a", "`!a` is no key of a label"},
      {"!", "`` is no key of a label"},
      {"a > 1", "after `a` comes =, !=, in or notin"},
      {"a inside (b)", "after `a` comes =, !=, in or notin"},
      {"a in", "after `in` come values in parentheses, such as (a, b)"},
      {"a in b", "after `in` come values in parentheses, such as (a, b)"},
      {"a in ()", "`` is no value of a label"},
      {"a in (b,,c)", "`` is no value of a label"},
      {"a in (b", "after `in` come values in parentheses, such as (a, b)"},
      {"a in (b) c", "after `in` come values in parentheses, such as (a, b)"},
      {"a in (b))", "`b)` is no value of a label"},
      {"a notin (b=c)", "`a notin (b` is no key of a label"},
      {"a=\tb", "`\\x09b` is no value of a label"},
      {std::string("a=\xc3\xbc"), "`\xc3\xbc` is no value of a label"},
  };
  for (const auto& c : cases) {
    const auto read = read_label_selector(c.written);
    ASSERT_FALSE(read.has_value()) << c.written << " as " << *read;
    EXPECT_EQ(read.error().message, c.remark) << c.written;
  }
  EXPECT_FALSE(read_label_selector("a=" + long_word).has_value());
  EXPECT_FALSE(read_label_selector(long_word).has_value());
  std::string many = "a";
  while (many.size() <= 2000) many += ",a";
  EXPECT_EQ(read_label_selector(many).error().message, "at most 2000 octets");
}

}  // namespace
}  // namespace signpost::config
