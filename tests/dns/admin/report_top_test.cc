#include "dns/admin/report_top.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace signpost::admin {
namespace {

TopReport two_seconds() {
  TopReport top;
  top.status.program = {"0.1.0", "gcc", WallTime(std::chrono::seconds(1763632800)), 2, {}, {}, {}, {}};
  top.status.now = top.status.program.started + std::chrono::seconds(93784);
  top.status.ready = true;
  RegistryStatus registry;
  registry.name = "cluster";
  registry.phase = RegistryPhase::Lagging;
  registry.last_event_age_seconds = 12;
  registry.services = 1234;
  registry.last_error = "refused\x1b[2J";
  top.status.builder.registries.push_back(registry);
  top.seconds = 2;
  top.before.queries[0][0] = 1000;
  top.after.queries[0][0] = 21000;
  top.after.queries[1][1] = 400;
  top.after.all_zones.rcodes[0] = 19000;
  top.after.all_zones.rcodes[3] = 1000;
  top.after.dropped[0] = 2;
  top.after.durations[5] = 90;
  top.after.durations[7] = 9;
  top.after.durations[9] = 1;
  top.names = {{*Name::parse("cart.demo.internal"), RRType::A, 10200}};
  return top;
}

TEST(Top, IsRatesBetweenTwoQuestions) {
  EXPECT_EQ(to_text(two_seconds()),
            "signpost 0.1.0, ready, up 1d2h, 2 workers   2025-11-21T12:03:04Z\n"
            "10,200 queries/s (udp 10,000, tcp 200), 10,000 answered/s, 1 dropped/s; half within 32 us, 99 % "
            "within 128 us\n"
            "NOERROR 95.0 %  NXDOMAIN 5.0 %\n"
            "\n"
            "  REGISTRY  STATE    HEARD  SERVICES  ELIGIBLE  KNOWN  HELD  TROUBLE\n"
            "  cluster   lagging  12s    1,234     0         0      0     refused?[2J\n"
            "\n"
            "  ABOUT /s  %     TYPE  NAME\n"
            "  5,100     50.0  A     cart.demo.internal.\n");
}

TEST(Top, IsAnObjectForPrograms) {
  const auto json = nlohmann::json::parse(to_json(two_seconds()));
  EXPECT_EQ(json["queries_per_second"], 10200.0);
  EXPECT_EQ(json["rcode_percent"]["NXDOMAIN"], 5.0);
  EXPECT_EQ(json["registries"][0]["state"], "lagging");
  EXPECT_EQ(json["names"][0]["queries_per_second"], 5100.0);
}

TEST(Top, OfNothingIsNothing) {
  TopReport quiet;
  EXPECT_NE(to_text(quiet).find("0 queries/s"), std::string::npos);
  EXPECT_EQ(to_text(quiet).find("within"), std::string::npos);
  EXPECT_EQ(to_text(quiet).find("ABOUT"), std::string::npos);
}

}  // namespace
}  // namespace signpost::admin
