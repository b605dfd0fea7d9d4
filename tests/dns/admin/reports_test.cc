#include "dns/admin/reports.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace signpost::admin {
namespace {

using Json = nlohmann::json;

StatusReport status() {
  StatusReport report;
  report.program = {
      "0.1.0", "gcc", WallTime(std::chrono::seconds(1763632800)), 2, {{"dns", "127.0.0.1:5300"}}, {}, {}, {}};
  report.program.registries.push_back({"local", "file", 0, {{"skipped", "weight", 1}}});
  RegistryStatus registry;
  registry.name = "local";
  registry.required = true;
  registry.synced = true;
  registry.phase = RegistryPhase::Live;
  registry.last_event_age_seconds = 3725;
  registry.services = 4;
  registry.last_error = "line one\x1b[31m\nline two";
  report.builder.registries.push_back(registry);
  report.builder.zones.push_back({"demo.internal.", 42, 4, 0, true});
  report.ready = true;
  report.now = report.program.started + std::chrono::seconds(93784);
  return report;
}

TEST(StatusJson, KeepsKindsAndKeys) {
  const auto json = Json::parse(to_json(status()));
  EXPECT_EQ(json["version"], "0.1.0");
  EXPECT_EQ(json["started"], "2025-11-20T10:00:00Z");
  EXPECT_EQ(json["uptime_seconds"], 93784);
  EXPECT_EQ(json["ready"], true);
  EXPECT_EQ(json["listeners"][0], (Json{{"kind", "dns"}, {"address", "127.0.0.1:5300"}}));
  const auto& registry = json["registries"][0];
  EXPECT_EQ(registry["state"], "live");
  EXPECT_EQ(registry["type"], "file");
  EXPECT_EQ(registry["last_event_age_seconds"], 3725.0);
  EXPECT_EQ(registry["counts"][0]["reason"], "weight");
  EXPECT_EQ(json["zones"][0]["serial"], 42);
}

TEST(Status, TellsOfNamesFoundOnQuery) {
  auto report = status();
  EXPECT_EQ(to_text(report).find("ON QUERY OF"), std::string::npos);
  auto& registry = report.program.registries[0];
  registry.on_query = {1, 20, 3, 25};
  registry.counts.push_back({"on_query", "asked", 40});
  registry.counts.push_back({"on_query", "expired", 2});
  registry.counts.push_back({"on_query", "evicted", 5});
  EXPECT_NE(to_text(report).find(
                "  ON QUERY OF  ASKING  THERE  ABSENT  FOLLOWED  QUERIES  OVER BUDGET  REFUSED  EVICTED\n"
                "  local        1       20     3       25        40       2            0        5\n"),
            std::string::npos)
      << to_text(report);
  EXPECT_EQ(Json::parse(to_json(report))["registries"][0]["on_query"],
            (Json{{"asking", 1}, {"there", 20}, {"absent", 3}, {"subscriptions", 25}}));
}

TEST(StatusJson, UnknownAgeIsNull) {
  auto report = status();
  report.builder.registries[0].last_event_age_seconds = -1;
  EXPECT_TRUE(Json::parse(to_json(report))["registries"][0]["last_event_age_seconds"].is_null());
}

TEST(StatusJson, SurvivesOctetsThatAreNoText) {
  auto report = status();
  report.builder.registries[0].last_error = "\xff\xfe";
  EXPECT_EQ(Json::parse(to_json(report))["registries"][0]["last_error"], "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(StatusText, ReadsLikeATable) {
  EXPECT_EQ(
      to_text(status()),
      "signpost 0.1.0, ready, up 1d2h, 2 workers\n"
      "\n"
      "  LISTENER  ADDRESS\n"
      "  dns       127.0.0.1:5300\n"
      "\n"
      "  REGISTRY          TYPE  STATE  AGE   SERVICES  INSTANCES  ELIGIBLE  BESIDE  LAST ERROR\n"
      "  local (required)  file  live   1h2m  4         0          0         -       line one?[31m?line two\n"
      "\n"
      "  ZONE            SERIAL  SERVICES  STATIC NAMES  COLLISIONS  STATE\n"
      "  demo.internal.  42      4         0             0           cold\n");
}

TEST(Status, CountsWhatIsNoServiceByItsOwnWord) {
  auto report = status();
  auto& registry = report.builder.registries[0];
  registry.namespaces = 3;
  registry.pods = 40;
  registry.imports = 2;
  EXPECT_NE(to_text(report).find("  3 namespaces, 40 Pods, 2 imports  "), std::string::npos);
  const auto json = Json::parse(to_json(report))["registries"][0];
  EXPECT_EQ(json["services"], 4);
  EXPECT_EQ(json["namespaces"], 3);
  EXPECT_EQ(json["pods"], 40);
  EXPECT_EQ(json["imports"], 2);
}

TEST(Status, ShowsZoneFiles) {
  auto report = status();
  report.program.static_files = {{"a.", "/etc/a.zone", 2, 1, "a.zone:3:1: no"}, {"b.", "/b", 0, 0, ""}};
  const auto text = to_text(report);
  EXPECT_NE(text.find("  ZONE FILE    ZONE  CHANGES  REFUSED  WHAT IS WRONG WITH IT NOW\n"
                      "  /etc/a.zone  a.    2        1        a.zone:3:1: no\n"
                      "  /b           b.    0        0        -\n"),
            std::string::npos)
      << text;
  const auto file = Json::parse(to_json(report))["zone_files"][0];
  EXPECT_EQ(file["path"], "/etc/a.zone");
  EXPECT_EQ(file["refused"], 1);
  EXPECT_EQ(file["last_error"], "a.zone:3:1: no");
}

TEST(Status, ShowsStateFiles) {
  auto report = status();
  report.program.state_files = {{"cluster", 61, 4096, 7, 2, 0, "write: No space left on device"},
                                {"nacos", -1, 0, 0, 0, 1, ""}};
  const auto text = to_text(report);
  EXPECT_NE(text.find("  STATE FILE OF  AGE   OCTETS  WRITTEN  NOT WRITTEN  NOT READ  TROUBLE\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("write: No space left on device\n"), std::string::npos) << text;
  const auto files = Json::parse(to_json(report))["state_files"];
  EXPECT_EQ(files[0]["octets"], 4096);
  EXPECT_EQ(files[0]["write_errors"], 2);
  EXPECT_EQ(files[1]["age_seconds"], nullptr);
  EXPECT_EQ(files[1]["load_errors"], 1);
}

TEST(Status, ListsWhatIsRescuedDampedAndDrained) {
  auto report = status();
  auto& registry = report.builder.registries[0];
  registry.doubts = {{policy::Doubt::Panic, 3, 9}, {policy::Doubt::Any, 0, 1}};
  registry.health_guards = {{"health_loss", 2, 40, 5, {"local/a", "local/b"}, 1, 0, 0, 0},
                            {"flapping", 0, 0, -1, {}, 7, 7, 0, 3}};
  report.builder.drains = {{"local/a", "x\x1b", 61, true}, {"local/b", "y", -1, false}};
  report.builder.composed.resize(2);
  report.builder.composed[1].name = "cart.shop.test.";
  report.builder.composed[1].doubt = policy::Doubt::StaleMember;
  const auto text = to_text(report);
  EXPECT_NE(text.find("  ANSWERING THOUGH NOT HEALTHY  RULE          SERVICES\n"
                      "  local                         panic         3\n"
                      "  cart.shop.test.               stale_member  1\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  local    health_loss  2         40         5s   -        signpost release local  "
                      "local/a, local/b\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  DRAINED  INSTANCE  LEFT  STATE\n"
                      "  local/a  x?        1m1s  known\n"
                      "  local/b  y         -     gone\n"),
            std::string::npos)
      << text;
  const auto json = Json::parse(to_json(report));
  EXPECT_EQ(json["registries"][0]["rescued"], Json({{"panic", 3}}));
  EXPECT_EQ(json["composed"][0]["rescued"], nullptr);
  EXPECT_EQ(json["composed"][1]["rescued"], "stale_member");
  ASSERT_EQ(json["registries"][0]["holds"].size(), 1u);
  EXPECT_EQ(json["registries"][0]["holds"][0]["guard"], "health_loss");
  EXPECT_EQ(json["drained"][1]["left_seconds"], nullptr);
  EXPECT_EQ(json["drained"][0]["left_seconds"], 61);
}

TEST(Status, ListsHoldsAndWhatReleasesThem) {
  auto report = status();
  auto& registry = report.builder.registries[0];
  registry.phase = RegistryPhase::Held;
  registry.held = 2;
  registry.guards = {{ListGuard::EmptyRead, 0, 0, -1, -1, {}, {}},
                     {ListGuard::ServiceShrink, 2, 11, 5, 55, {"local/a\x1b", "local/b"}, {}}};
  EXPECT_NE(
      to_text(report).find(
          "  HELD OF  GUARD           SERVICES  INSTANCES  FOR  AT MOST  RELEASED BY             EXAMPLES\n"
          "  local    service_shrink  2         11         5s   55s      signpost release local  local/a?, "
          "local/b\n"),
      std::string::npos)
      << to_text(report);
  registry.last_opinion = "n1:8848: 1 gone there too";
  EXPECT_NE(to_text(report).find("another server of local was asked: n1:8848: 1 gone there too\n"),
            std::string::npos);
  const auto json = Json::parse(to_json(report))["registries"][0];
  EXPECT_EQ(json["second_opinion"], "n1:8848: 1 gone there too");
  EXPECT_EQ(json["state"], "held");
  ASSERT_EQ(json["holds"].size(), 1u);
  EXPECT_EQ(json["holds"][0]["guard"], "service_shrink");
  EXPECT_EQ(json["holds"][0]["left_seconds"], 55);
  registry.guards[0] = {ListGuard::EmptyRead, 25, 25, 3, -1, {"local/a"}, {}};
  EXPECT_TRUE(Json::parse(to_json(report))["registries"][0]["holds"][0]["left_seconds"].is_null());
}

TEST(ExplainJson, CarriesEveryReason) {
  Explanation explanation;
  explanation.question = "cart.demo.internal. A";
  explanation.services.push_back({"local/cart", "demo.internal.", "", {"cart.demo.internal."}, {}, {}});
  explanation.services[0].instances.push_back(
      {"10.0.0.1#80", "10.0.0.1", "80/tcp", "down", 1, false, "health: down", 0});
  const auto json = Json::parse(to_json(explanation));
  EXPECT_EQ(json["services"][0]["instances"][0]["why"], "health: down");
  EXPECT_EQ(json["services"][0]["instances"][0]["eligible"], false);
}

TEST(Reload, SaysWhatItCameTo) {
  EXPECT_EQ(to_text(ReloadOutcome{true, {}, {"listen.dns needs a restart"}}),
            "reloaded\n  the configuration says what it said before\nwarning: listen.dns needs a restart\n");
  EXPECT_EQ(to_text(ReloadOutcome{true, {}, {}, {"workers: 1 -> 2"}}), "reloaded\n  workers: 1 -> 2\n");
  EXPECT_EQ(to_text(ReloadOutcome{false, {"f:1:2: no"}, {}}),
            "refused; the old configuration stays in force\nerror: f:1:2: no\n");
  EXPECT_EQ(Json::parse(to_json(ReloadOutcome{false, {"x"}, {}}))["errors"][0], "x");
}

TEST(ParseType, NamesAndNumbers) {
  EXPECT_EQ(parse_type("aaaa"), RRType::AAAA);
  EXPECT_EQ(parse_type("TYPE65"), RRType::HTTPS);
  EXPECT_EQ(parse_type("type0"), RRType{0});
  for (const auto* wrong : {"", "AA", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "OPT", "TYPE41"}) {
    EXPECT_FALSE(parse_type(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace signpost::admin
