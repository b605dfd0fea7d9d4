// `checks`: of zones, and their bounds.
#include <gtest/gtest.h>

#include "tests/config/cases.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

class Checks : public testing::TestWithParam<Case> {};

/// Line 2; the check's first key stands in column 54.
std::string with_check(const std::string& check) {
  return zone("name: a.example, registry: local, checks: [{" + check + "}]");
}

TEST_P(Checks, IsReported) {
  const std::string expected = GetParam().said;
  EXPECT_EQ(said(with_check(GetParam().text)), expected);
}

const Case kCases[] = {
    {"good",
     "services: [cart, 'x-*'], type: http, port: http, path: '/healthz?x=1', interval: 10s, timeout: 2s", ""},
    {"least", "services: ['*']", ""},
    {"services_missing", "type: tcp",
     "E f.yaml:2:53: `services` is missing: it takes a list, each a pattern of names, such as cart-*"},
    {"type", "services: [a], type: ping", "E f.yaml:2:75: `type` takes tcp or http, not `ping`"},
    {"port_zero", "services: [a], port: 0",
     "E f.yaml:2:75: `port` takes a port's name or number, not `0`; a port is 1 to 65535"},
    {"port_large", "services: [a], port: 65536",
     "E f.yaml:2:75: `port` takes a port's name or number, not `65536`; a port is 1 to 65535"},
    {"path_relative", "services: [a], type: http, path: health",
     "E f.yaml:2:87: `path` takes a path that begins with `/`, without spaces, not `health`"},
    {"path_smuggled", "services: [a], type: http, path: \"/ HTTP/1.1\\r\\nX: y\"",
     "E f.yaml:2:87: `path` takes a path that begins with `/`, without spaces, not `/ HTTP/1.1\\x0d\\x0aX: "
     "y`"},
    {"path_of_tcp", "services: [a], path: /health",
     "E f.yaml:2:69: `path` is of a GET, and this check only connects; write `type: http` or leave it out"},
    {"timeout_long", "services: [a], interval: 1s, timeout: 2s",
     "E f.yaml:2:83: a probe may take 2000 ms, and the next one begins after 1000 ms; make `timeout` the "
     "shorter of them"},
    {"interval_short", "services: [a], interval: 500ms",
     "E f.yaml:2:69: a probe may take 1000 ms, and the next one begins after 500 ms; make `timeout` the "
     "shorter of them"},
    {"fall", "services: [a], fall: 0", "E f.yaml:2:75: `fall` takes 1 to 100 probes, not `0`"},
};
INSTANTIATE_TEST_SUITE_P(Check, Checks, testing::ValuesIn(kCases), rule_of);

TEST(ChecksBounds, AreRead) {
  EXPECT_EQ(said(with_zone("checks: {allow: [127.0.0.0/8, \"::1/128\"], per_second: 50}")), "");
  EXPECT_EQ(said(with_zone("checks: {per_second: 0}")),
            "E f.yaml:1:22: `per_second` takes 1 to 100000 probes, not `0`");
}

TEST(ChecksBounds, DefaultsAreThoseOfTheReference) {
  const auto loaded = load_text(with_check("services: ['*']"), "f.yaml");
  ASSERT_TRUE(loaded);
  const auto& check = loaded->config.zones[0].checks.at(0);
  EXPECT_EQ(check.way, CheckWay{});
  EXPECT_EQ(check.port, "");
  EXPECT_EQ(loaded->config.checks.per_second, 200u);
}

}  // namespace
}  // namespace signpost::config
