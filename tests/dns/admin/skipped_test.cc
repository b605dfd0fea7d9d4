// What a backend left out is said where people look: in status, and beside the service in explain.
#include "dns/admin/skipped.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dns/admin/reports.h"

namespace signpost::admin {
namespace {

std::vector<RegistryReport> registries() {
  RegistryReport cluster{"cluster", "kubernetes", 0, {}};
  cluster.counts.push_back({"events", "", 9, {}});
  cluster.counts.push_back(
      {"skipped",
       "hostname_invalid",
       5,
       {{"EndpointSlice shop/cart-x1", "shop/cart", 2}, {"EndpointSlice shop/db-x1", "shop/db", 1}}});
  cluster.counts.push_back({"skipped", "port_number", 1, {}});
  cluster.counts.push_back({"skipped", "annotation_weight", 1, {{"Pod shop/cart-1\x1b[31m", "", 1}}});
  return {cluster,
          {"other", "kubernetes", 0, {{"skipped", "port_name", 1, {{"Service shop/cart", "shop/cart", 1}}}}}};
}

Explanation of(const std::string& key) {
  Explanation explanation;
  explanation.services.push_back({key, "cluster.local.", "", {}, {}, {}});
  return explanation;
}

using Notes = std::vector<std::string>;

TEST(SkippedNotes, AreOfTheServiceAlone) {
  EXPECT_EQ(skipped_notes(registries(), of("cluster/shop/cart")),
            Notes{"left out of EndpointSlice shop/cart-x1: hostname_invalid, 2 times"});
  EXPECT_EQ(skipped_notes(registries(), of("other/shop/cart")),
            Notes{"left out of Service shop/cart: port_name"});
  EXPECT_EQ(skipped_notes(registries(), of("cluster/shop/car")), Notes{});
  EXPECT_EQ(skipped_notes(registries(), Explanation{}), Notes{});
}

TEST(SkippedNotes, AreFew) {
  RegistryReport cluster{"cluster", "kubernetes", 0, {{"skipped", "port_name", 20, {}}}};
  for (int i = 0; i < 20; ++i)
    cluster.counts[0].of.push_back({"EndpointSlice " + std::to_string(i), "shop/cart", 1});
  const auto notes = skipped_notes({cluster}, of("cluster/shop/cart"));
  ASSERT_EQ(notes.size(), kSkippedNotesMax + 1);
  EXPECT_EQ(notes.back(), "left out elsewhere too: 4 more; see status");
}

TEST(SkippedStatus, ShowsWhatIsNotWholeNow) {
  StatusReport report;
  report.program.registries = registries();
  const auto text = to_text(report);
  EXPECT_NE(text.find("  LEFT OUT BY  REASON             SINCE START  NOW\n"
                      "  cluster      hostname_invalid   5            2 objects: EndpointSlice shop/cart-x1, "
                      "EndpointSlice shop/db-x1\n"
                      "  cluster      annotation_weight  1            1 object: Pod shop/cart-1?[31m\n"
                      "  other        port_name          1            1 object: Service shop/cart\n"),
            std::string::npos)
      << text;
  report.program.registries.clear();
  EXPECT_EQ(to_text(report).find("LEFT OUT"), std::string::npos);
}

TEST(SkippedStatus, IsWholeInJson) {
  StatusReport report;
  report.program.registries = registries();
  report.builder.registries.push_back({});
  report.builder.registries[0].name = "cluster";
  const auto counts = nlohmann::json::parse(to_json(report))["registries"][0]["counts"];
  EXPECT_EQ(counts[1]["of"][0]["object"], "EndpointSlice shop/cart-x1");
  EXPECT_EQ(counts[1]["of"][0]["service"], "shop/cart");
  EXPECT_EQ(counts[1]["of"][0]["times"], 2);
  EXPECT_FALSE(counts[0].contains("of"));
}

TEST(SkippedStatus, NamesOnlyTheFirstFew) {
  EXPECT_EQ(objects_text({{"a", "", 1}, {"b", "", 1}, {"c", "", 1}, {"d", "", 1}}),
            "4 objects: a, b, c, ...");
}

}  // namespace
}  // namespace signpost::admin
