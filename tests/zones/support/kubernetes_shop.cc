#include "tests/zones/support/kubernetes_shop.h"

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

const Port kHttp{"http", 80, Protocol::Tcp};

/// An endpoint without ports.
Instance bare(std::string_view address) { return At(address); }

Instance both_families(std::string_view v4, std::string_view v6) {
  auto one = endpoint(v4);
  one.v6 = *IpAddress::parse(v6);
  return one;
}

}  // namespace

Instance endpoint(std::string_view address, std::string host, Health health) {
  auto instance = At(address).named(std::move(host)).with_health(health);
  instance.ports = {kHttp};
  return instance;
}

std::vector<ServiceState> shop() {
  const auto headless = [](const char* name, std::vector<Instance> endpoints) {
    return TestWorld::service(std::string("cluster/shop//") + name, std::move(endpoints));
  };
  const auto virtual_ip = [](const char* name, std::vector<std::string> addresses, std::vector<Port> ports,
                             std::vector<Instance> endpoints = {}) {
    return TestWorld::cluster_ip(std::string("cluster/shop//") + name, std::move(addresses), std::move(ports),
                                 std::move(endpoints));
  };
  const auto named = [](const char* name, std::string target) {
    return TestWorld::external_name(std::string("cluster/shop//") + name, std::move(target));
  };
  auto unnamed = endpoint("172.0.0.40");
  unnamed.ports = {{"", 9000, Protocol::Tcp}, {"", 9001, Protocol::Udp}};
  return {
      virtual_ip("web", {"10.0.0.1"}, {kHttp}, {endpoint("172.0.0.1", "w1")}),
      virtual_ip("idle", {"10.0.0.2"}, {kHttp}),
      virtual_ip("web6", {"1234:abcd::1"}, {kHttp}),
      virtual_ip("dual", {"10.0.0.3", "10::3"}, {kHttp}),
      virtual_ip("both", {"10.0.0.4"}, {kHttp, {"https", 443, Protocol::Tcp}}),
      virtual_ip("parts", {"10.0.0.5"}, {{"", 53, Protocol::Udp}}, {endpoint("172.0.0.50")}),
      headless("pool", {endpoint("172.0.0.2"), endpoint("172.0.0.3"), endpoint("172.0.0.4", "twin"),
                        endpoint("172.0.0.5", "twin"), endpoint("5678:abcd::1"), endpoint("5678:abcd::2"),
                        endpoint("172.0.0.9", "", Health::Down)}),
      headless("bare", {bare("172.0.0.20")}),
      headless("unnamed", {unnamed}),
      headless("family", {endpoint("5678:abcd::9"), endpoint("172.0.0.60", "", Health::Down)}),
      headless("bonds", {both_families("172.0.0.70", "5678:abcd::70")}),
      headless("shared", {endpoint("172.0.0.2"), endpoint("fd00:77:30::2:9ba6")}),
      headless("overlap", {endpoint("10.0.0.1"), endpoint("::")}),
      headless("unready", {endpoint("172.0.0.30", "u", Health::Down)}),
      named("ext", "Ext.example.test"),
      named("alias", "web.shop.svc.cluster.local"),
      named("dangling", "nope.shop.svc.cluster.local."),
      named("loop", "loop.shop.svc.cluster.local"),
      named("literal", "192.0.2.7"),
      named("literal6", "2001:db8::7"),
  };
}

std::string shop_config(const std::string& zone_keys, const std::string& reverse_keys) {
  const auto more = [](const std::string& keys) { return keys.empty() ? keys : ", " + keys; };
  return R"(
registries: {cluster: {type: kubernetes, url: "https://127.0.0.1:1", token_file: t, ca_file: c, pods: watch}}
zones:
  - {name: cluster.local, registry: cluster, ttl: 5, txt: off)" +
         more(zone_keys) + R"(}
  - {name: in-addr.arpa, registry: cluster)" +
         more(reverse_keys) + R"(}
  - {name: ip6.arpa, registry: cluster)" +
         more(reverse_keys) + "}\n";
}

TestWorld& shop_world() {
  static auto* world = [] {
    auto* made = new TestWorld(shop_config());
    made->list("cluster", shop());
    return made;
  }();
  return *world;
}

}  // namespace signpost::test
