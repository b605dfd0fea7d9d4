// Good configurations: what the values are, and which warnings come with them.
#include "config/load.h"

#include <gtest/gtest.h>

#include "tests/config/support.h"

namespace signpost::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Config good(const std::string& text, const std::string& file = "/etc/signpost/f.yaml") {
  auto loaded = load_text(text, file);
  EXPECT_TRUE(loaded.has_value()) << said(text, file);
  return loaded ? loaded->config : Config{};
}

TEST(Load, DefaultsOfTheSmallestFile) {
  const auto config = good(with_zone(""));
  ASSERT_EQ(config.listen.dns.size(), 2U);
  EXPECT_EQ(config.listen.dns[0].to_string(), "0.0.0.0:53");
  EXPECT_EQ(config.listen.dns[1].to_string(), "[::]:53");
  EXPECT_FALSE(config.listen.health || config.listen.ready || config.listen.metrics);
  EXPECT_EQ(config.listen.admin_socket, "");
  EXPECT_EQ(config.lameduck, seconds(0)) << "who stops it by hand need not wait";
  EXPECT_EQ(config.state_directory, "");
  EXPECT_TRUE(config.ready_from_state);
  EXPECT_EQ(config.workers, 0U);
  EXPECT_EQ(config.edns_udp_size, 1232);
  EXPECT_EQ(config.tcp.idle, seconds(10));
  ASSERT_EQ(config.registries.size(), 1U);
  EXPECT_EQ(std::get<FileRegistry>(config.registries[0].options).path, "/etc/signpost/s.yaml");
  ASSERT_EQ(config.zones.size(), 1U);
  EXPECT_EQ(config.zones[0].registries, std::vector<std::string>{"local"});
  EXPECT_EQ(config.zones[0].place.to_string(), "/etc/signpost/f.yaml:3:16");
  EXPECT_EQ(config.registries[0].place.to_string(), "/etc/signpost/f.yaml:2:14");
}

TEST(Load, EveryServerOption) {
  const auto config = good(with_zone(
      "listen: {dns: [\"127.0.0.1:0\"], health: \"[::1]:1\", ready: \"1.2.3.4:2\", metrics: \"1.2.3.4:3\", "
      "admin: \"unix:run/a.sock\"}\n"
      "workers: 256\nlog: {level: warning, format: json}\nedns: {udp_size: 4KiB}\n"
      "tcp: {idle: 1500ms, clients: 7, per_source: 3}\n"));
  EXPECT_EQ(config.listen.dns, std::vector{*SocketAddress::parse("127.0.0.1:0")});
  EXPECT_EQ(config.listen.health, SocketAddress::parse("[::1]:1"));
  EXPECT_EQ(config.listen.metrics, SocketAddress::parse("1.2.3.4:3"));
  EXPECT_EQ(config.listen.admin_socket, "/etc/signpost/run/a.sock");
  EXPECT_EQ(config.workers, 256U);
  EXPECT_EQ(config.log.level, log::Level::Warning);
  EXPECT_EQ(config.log.format, log::Format::Json);
  EXPECT_EQ(config.edns_udp_size, 4096);
  EXPECT_EQ(config.tcp.idle, milliseconds(1500));
  EXPECT_EQ(config.tcp.clients, 7U);
  EXPECT_EQ(config.tcp.per_source, 3U);
}

TEST(Load, ANacosRegistry) {
  const auto config = good(registry(
      "type: nacos, required: true, servers: [n, 'n:1', 10.0.0.1, '[::1]:9'], namespaces: [a-b, c], groups: "
      "['G:1'], "
      "grpc_port_offset: -0, username: u, password_file: ../p, list_interval: 1m, audit_interval: 2m, "
      "tls: {ca_file: /ca, certificate_file: c, key_file: k, name: N.example.}, "
      "services: [orders/cart, pay], allow: ['orders/*'], deny: ['consumers:*'], fuzzy_watch: off, "
      "absent_after: 5s, second_opinion: off, udp_push: off, admin_list: on"));
  const auto& nacos = std::get<NacosRegistry>(config.registries.at(0).options);
  EXPECT_TRUE(config.registries[0].required);
  EXPECT_EQ(nacos.servers,
            (std::vector<NacosRegistry::Server>{{"n", 8848}, {"n", 1}, {"10.0.0.1", 8848}, {"::1", 9}}));
  EXPECT_EQ(nacos.namespaces, (std::vector<std::string>{"a-b", "c"}));
  EXPECT_EQ(nacos.grpc_port_offset, 0);
  EXPECT_EQ(nacos.password_file, "/etc/p");
  EXPECT_TRUE(nacos.tls);
  EXPECT_EQ(nacos.tls_ca_file, "/ca");
  EXPECT_EQ(nacos.tls_certificate_file, "/etc/signpost/c");
  EXPECT_EQ(nacos.tls_key_file, "/etc/signpost/k");
  EXPECT_EQ(nacos.tls_name, "n.example");
  EXPECT_EQ(nacos.list_interval, seconds(60));
  EXPECT_EQ(nacos.audit_interval, seconds(120));
  EXPECT_EQ(nacos.services, (std::vector<std::string>{"orders/cart", "pay"}));
  EXPECT_EQ(nacos.allow, (std::vector<std::string>{"orders/*"}));
  EXPECT_EQ(nacos.deny, (std::vector<std::string>{"consumers:*"}));
  EXPECT_FALSE(nacos.fuzzy_watch);
  EXPECT_EQ(nacos.absent_after, seconds(5));
  EXPECT_FALSE(nacos.second_opinion);
  EXPECT_FALSE(nacos.udp_push);
  EXPECT_TRUE(nacos.admin_list);
  EXPECT_EQ(nacos.protocol, NacosProtocol::Auto);
}

TEST(Load, AnAddressServer) {
  const auto config =
      good(registry("type: nacos, address_server: 'https://[::1]:8080/nacos/serverlist?a=b'"));
  const auto& nacos = std::get<NacosRegistry>(config.registries.at(0).options);
  EXPECT_TRUE(nacos.servers.empty());
  EXPECT_EQ(nacos.address_server, "https://[::1]:8080/nacos/serverlist?a=b");
}

TEST(Load, TheProtocolOfANacosRegistry) {
  const auto config = good(registry("type: nacos, servers: ['n:65000'], protocol: http"));  // no gRPC port
  EXPECT_EQ(std::get<NacosRegistry>(config.registries.at(0).options).protocol, NacosProtocol::Http);
  EXPECT_EQ(said(registry("type: nacos, servers: [a], protocol: udp")),
            "E f.yaml:1:59: `protocol` takes auto, grpc or http, not `udp`");
}

TEST(Load, TheContextPathOfANacosRegistry) {
  const auto path = [](const std::string& text) {
    const auto config = good(registry("type: nacos, servers: [n], context_path: " + text));
    return std::get<NacosRegistry>(config.registries.at(0).options).context_path;
  };
  EXPECT_EQ(path("/"), "");
  EXPECT_EQ(path("/registry/a.b-c_d~e"), "/registry/a.b-c_d~e");
  for (const auto* wrong : {"nacos", "/nacos/", "//nacos", "/na//cos", "/na cos", "'/n?x'", "''"}) {
    const auto told = said(registry(std::string("type: nacos, servers: [n], context_path: ") + wrong));
    EXPECT_NE(told.find("`context_path`"), std::string::npos) << wrong << ": " << told;
  }
}

TEST(Load, TheWaysToAnApiServer) {
  const auto options = [](const char* keys) {
    return std::get<KubernetesRegistry>(good(registry(keys)).registries.at(0).options);
  };
  EXPECT_EQ(options("type: kubernetes"), KubernetesRegistry{});
  EXPECT_EQ(options("type: kubernetes, kubeconfig: k, context: c").kubeconfig, "/etc/signpost/k");
  const auto by_url =
      options("type: kubernetes, url: 'https://[::1]:6443/', token_file: t, ca_file: /c, silence: 3s");
  EXPECT_EQ(by_url.url, "https://[::1]:6443");
  EXPECT_EQ(by_url.token_file, "/etc/signpost/t");
  EXPECT_EQ(by_url.silence, seconds(3));
}

TEST(Load, EveryZoneOption) {
  const auto config = good(
      zone("name: Shop.Example., registries: [local], ttl: 1m, negative_ttl: 0, answer: sample 2, health: "
           "strict, txt: off, "
           "txt_metadata: [team], nameservers: [{name: NS.shop.example., addresses: [192.0.2.1, '::1']}], "
           "soa: {mname: ns.shop.example, rname: 'a\\.b.Example'}"));
  const auto& one = config.zones.at(0);
  EXPECT_EQ(one.name, "shop.example");
  EXPECT_EQ(one.ttl, 60U);
  EXPECT_EQ(one.negative_ttl, 0U);
  EXPECT_EQ(one.answer, (Answer{AnswerMode::Sample, 2}));
  EXPECT_EQ(one.health, HealthPolicy::Strict);
  EXPECT_FALSE(one.txt);
  EXPECT_EQ(one.nameservers.at(0).name, "ns.shop.example");
  EXPECT_EQ(one.nameservers.at(0).addresses.size(), 2U);
  EXPECT_EQ(one.soa_rname, "a\\.b.example");
}

TEST(Load, AnAliasIsTheValueOfItsAnchor) {
  const auto config = good(
      "registries: {local: {type: file, path: s.yaml}}\n"
      "zones: [{name: a.example, registry: local, ttl: &t 7}, {name: b.example, registry: local, ttl: "
      "*t}]\n");
  EXPECT_EQ(config.zones.at(1).ttl, 7U);
}

TEST(Load, ASectionWithNothingBelowHasItsDefaults) {
  EXPECT_EQ(good(with_zone("listen:\ntcp:\nlog:\nedns:\n")).listen.dns.size(), 2U);
}

TEST(Load, AFileThatIsNotThere) {
  const auto loaded = load_file("/nonexistent/signpost.yaml");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(
      loaded.error().errors,
      std::vector<std::string>{"/nonexistent/signpost.yaml: cannot be read: No such file or directory; name "
                               "the file with --config; in a "
                               "container mount the ConfigMap or the folder that holds it at /nonexistent"});
}

TEST(Load, ADirectoryIsNoFile) {
  const auto loaded = load_file("/");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().errors, std::vector<std::string>{"/: cannot be read: it is not a regular file"});
}

}  // namespace
}  // namespace signpost::config
