// The options of a Nacos registry: what is wrong with a configuration, and where.
#include <gtest/gtest.h>

#include "tests/config/support.h"

namespace signpost::config {
namespace {

const struct {
  const char* name;
  std::string text;
  const char* said;
} kMistakes[] = {
    {"servers_missing", registry("type: nacos"),
     "E f.yaml:1:21: `servers` is missing: it takes a list, each a host with or without a port (8848), such "
     "as nacos-0.nacos:8848; or write `address_server`"},
    {"servers_twice", registry("type: nacos, servers: [a], address_server: http://a/list"),
     "E f.yaml:1:49: `servers` and `address_server` say the same thing; keep one"},
    {"address_server_scheme", registry("type: nacos, address_server: a:8080"),
     "E f.yaml:1:51: `address_server` takes the URL of a list of servers, such as "
     "http://nacos-address:8080/nacos/serverlist, not `a:8080`; it begins with http:// or https://"},
    {"address_server_path", registry("type: nacos, address_server: 'http://a:8080/'"),
     "E f.yaml:1:51: `address_server` takes the URL of a list of servers, such as "
     "http://nacos-address:8080/nacos/serverlist, not `http://a:8080/`; the path is missing; it often is "
     "/nacos/serverlist"},
    {"address_server_user", registry("type: nacos, address_server: 'http://me:x@a/list'"),
     "E f.yaml:1:51: `address_server` takes the URL of a list of servers, such as "
     "http://nacos-address:8080/nacos/serverlist, not `http://me:x@a/list`; no user name in it"},
    {"address_server_port", registry("type: nacos, address_server: 'http://a:0/list'"),
     "E f.yaml:1:51: `address_server` takes the URL of a list of servers, such as "
     "http://nacos-address:8080/nacos/serverlist, not `http://a:0/list`; the port is 1 to 65535"},
    {"servers_empty", registry("type: nacos, servers: []"),
     "E f.yaml:1:44: `servers` takes a list, each a host with or without a port (8848), such as "
     "nacos-0.nacos:8848, not an empty list"},
    {"server_port", registry("type: nacos, servers: [\"a:0\"]"),
     "E f.yaml:1:45: `servers` takes a host with or without a port (8848), such as nacos-0.nacos:8848, not "
     "`a:0`; the port is 1 to 65535"},
    {"server_address_without_brackets", registry("type: nacos, servers: [\"::1\"]"),
     "E f.yaml:1:45: `servers` takes a host with or without a port (8848), such as nacos-0.nacos:8848, not "
     "`::1`; write [::1]"},
    {"server_is_no_url", registry("type: nacos, servers: [\"http://a:8848\"]"),
     "E f.yaml:1:45: `servers` takes a host with or without a port (8848), such as nacos-0.nacos:8848, not "
     "`http://a:8848`; without a scheme; `context_path` has the path"},
    {"namespace_word", registry("type: nacos, servers: [a], namespaces: [\"a b\"]"),
     "E f.yaml:1:62: `namespaces` takes the id of a namespace (letters, digits, `-` and `_`), not `a b`"},
    {"group_word", registry("type: nacos, servers: [a], groups: [\"a@@b\"]"),
     "E f.yaml:1:58: `groups` takes a group (letters, digits, `-`, `_`, `:` and `.`), not `a@@b`"},
    {"group_twice", registry("type: nacos, servers: [a], groups: [G, G]"),
     "E f.yaml:1:61: `G` is listed twice; keep one"},
    {"offset_too_far", registry("type: nacos, servers: [\"a:65000\"], grpc_port_offset: 1000"),
     "E f.yaml:1:75: the gRPC port of `a` would be 65000 + 1000 = 66000; ports are 1 to 65535"},
    {"offset_by_default", registry("type: nacos, servers: [\"a:65000\"]"),
     "E f.yaml:1:44: the gRPC port of `a` would be 65000 + 1000 = 66000; ports are 1 to 65535"},
    {"offset_bounds", registry("type: nacos, servers: [a], grpc_port_offset: 65535"),
     "E f.yaml:1:67: `grpc_port_offset` takes -65534 to 65534, not `65535`"},
    {"username_alone", registry("type: nacos, servers: [a], username: u"),
     "E f.yaml:1:49: `username` needs `password_file`, a file with nothing but the password"},
    {"password_alone", registry("type: nacos, servers: [a], password_file: p"),
     "E f.yaml:1:49: `password_file` needs `username`"},
    {"tls_is_a_section", registry("type: nacos, servers: [a], tls: true"),
     "E f.yaml:1:54: `tls` takes a section with ca_file, certificate_file, key_file or name, not `true`"},
    {"tls_certificate_alone", registry("type: nacos, servers: [a], tls: {certificate_file: c}"),
     "E f.yaml:1:55: `certificate_file` needs `key_file`, its private key"},
    {"tls_key_alone", registry("type: nacos, servers: [a], tls: {key_file: k}"),
     "E f.yaml:1:55: `key_file` needs `certificate_file`"},
    {"grpc_port_twice", registry("type: nacos, servers: [a], grpc_port: 9848, grpc_port_offset: 1000"),
     "E f.yaml:1:66: `grpc_port_offset` and `grpc_port` say the same thing; keep one"},
    {"grpc_port_bounds", registry("type: nacos, servers: [a], grpc_port: 0"),
     "E f.yaml:1:60: `grpc_port` takes 1 to 65535, not `0`"},
    {"list_interval_short", registry("type: nacos, servers: [a], list_interval: 99ms"),
     "E f.yaml:1:64: `list_interval` takes a duration from 100ms to 1h, not `99ms`"},
    {"list_interval_long", registry("type: nacos, servers: [a], list_interval: 2h"),
     "E f.yaml:1:64: `list_interval` takes a duration from 100ms to 1h, not `2h`"},
    {"on_query_is_a_section", registry("type: nacos, servers: [a], on_query: true"),
     "E f.yaml:1:59: `on_query` takes a section with services, budget or idle, not `true`"},
    {"on_query_services", registry("type: nacos, servers: [a], on_query: {services: 0}"),
     "E f.yaml:1:70: `services` takes 1 to 100000, not `0`"},
    {"on_query_budget", registry("type: nacos, servers: [a], on_query: {budget: 6s}"),
     "E f.yaml:1:68: `budget` takes a duration from 10ms to 5s, not `6s`"},
};

TEST(NacosOptions, MistakesAreReported) {
  for (const auto& c : kMistakes) EXPECT_EQ(said(c.text), c.said) << c.name;
}

TEST(NacosOptions, OnQueryIsOffUntilItIsNamed) {
  const auto options = [](const std::string& more) {
    const auto loaded = load_text(registry("type: nacos, servers: [a]" + more), "f.yaml");
    return std::get<NacosRegistry>(loaded->config.registries.at(0).options).on_query;
  };
  EXPECT_EQ(options(""), OnQuery());
  EXPECT_EQ(options(", on_query: {}"), (OnQuery{true, 1000, Milliseconds(1000), Milliseconds(600000)}));
  EXPECT_EQ(options(", on_query: {services: 7, budget: 300ms, idle: 1m}"),
            (OnQuery{true, 7, Milliseconds(300), Milliseconds(60000)}));
}

}  // namespace
}  // namespace signpost::config
