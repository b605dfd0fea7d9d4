// Which services a name could be of: DESIGN.md section 2, read backwards.
#include "zones/demand/candidates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signpost::demand {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NameView part(const Name& name) { return service_part(name.wire(), Name::parse("nacos.internal")->size()); }

std::string part_of(const std::string& relative) {
  const auto name = *Name::parse(relative + ".nacos.internal");
  return Name::from_wire(part(name)).to_string();
}

struct Shop {
  config::Zone zone;
  config::NacosRegistry options;
  Shop() {
    zone.name = "nacos.internal";
    options.namespaces = {"public", "staging"};
  }
  std::vector<std::string> of(const std::string& relative) const {
    const auto name = *Name::parse(relative + ".nacos.internal");
    std::vector<std::string> found;
    for (const auto& key : candidates(part(name), zone, "nacos", options)) found.push_back(key.to_string());
    return found;
  }
};

TEST(ServicePart, LeavesOutWhatDerivedNamesPutInFront) {
  EXPECT_EQ(part_of("pay.orders"), "pay.orders.nacos.internal.");
  EXPECT_EQ(part_of("_http._tcp.pay.orders"), "pay.orders.nacos.internal.");
  EXPECT_EQ(part_of("v2._version.pay.orders"), "pay.orders.nacos.internal.");
  EXPECT_EQ(part_of("a.pin._zone.pay.orders"), "pay.orders.nacos.internal.");
  EXPECT_EQ(part_of("10-0-0-1.pay.orders"), "pay.orders.nacos.internal.");
  EXPECT_EQ(part_of("10-0-0-1-p8080.pay.orders"), "pay.orders.nacos.internal.");
  EXPECT_EQ(part_of("fd00--3.pay.orders"), "pay.orders.nacos.internal.");
  EXPECT_EQ(part_of("10-0-0-256.pay.orders"), "10-0-0-256.pay.orders.nacos.internal.");
  EXPECT_EQ(part_of("_http._tcp"), "nacos.internal.");
}

TEST(Candidates, ByEachForm) {
  Shop shop;
  EXPECT_THAT(shop.of("pay.orders"), ElementsAre("nacos/public/orders/pay"));
  EXPECT_THAT(shop.of("pay.orders.staging"),
              ElementsAre("nacos/staging/orders/pay", "nacos/public/staging/pay.orders"));
  EXPECT_THAT(shop.of("a.b.orders"), ElementsAre("nacos/public/orders/a.b"));
  EXPECT_THAT(shop.of("pay.orders.elsewhere"), ElementsAre("nacos/public/elsewhere/pay.orders"));
}

TEST(Candidates, NotOfGroupsThatAreListedAnyway) {
  Shop shop;
  EXPECT_THAT(shop.of("pay"), IsEmpty());
  EXPECT_THAT(shop.of("pay.default-group"), IsEmpty());
  shop.options.groups = {"orders"};
  EXPECT_THAT(shop.of("pay.orders"), ElementsAre("nacos/public/DEFAULT_GROUP/pay.orders"));
  EXPECT_THAT(shop.of("pay"), ElementsAre("nacos/public/DEFAULT_GROUP/pay"));
  EXPECT_THAT(shop.of("pay.default-group"),
              ElementsAre("nacos/public/DEFAULT_GROUP/pay", "nacos/public/DEFAULT_GROUP/pay.default-group"));
}

// C21: whatever a stranger writes, the registry hears only of names that fold to exactly this one.
TEST(Candidates, NoneForWhatNoServiceIsSpelledAs) {
  const Shop shop;
  for (const auto* relative : {"a--b.orders", "-a.orders", "a\\.b.orders", "a\\000b.orders",
                               "a\\@\\@b.orders", "pay.-orders", "\\255.orders"})
    EXPECT_THAT(shop.of(relative), IsEmpty()) << relative;
}

// What the workers deny by themselves is exactly what has no candidate, but for spellings of more than 255
// octets and the like.
TEST(MayBe, IsTheShapeOfWhatHasCandidates) {
  const char* relatives[] = {
      "pay",          "pay.orders",     "pay.default-group", "pay.orders.staging",
      "pay.staging",  "a.b.c.orders",   "pay.x.public",      "pay.default-group.staging",
      "-a.orders",    "a--b.orders",    "a\\.b.orders",      "pay.elsewhere.nowhere",
      "orders",       "pay.main-group", "\\255.orders",      "default-group.orders",
      "pay.capitals", "staging.orders", "pay.public",        "a.default-group.public"};
  for (const auto& groups : std::vector<std::vector<std::string>>{
           {"DEFAULT_GROUP"}, {"orders"}, {"Capitals", "orders"}, {"DEFAULT_GROUP", "orders"}, {}}) {
    for (const auto* default_group : {"DEFAULT_GROUP", "Main_Group"}) {
      for (const auto* default_namespace : {"public", "elsewhere"}) {
        Shop shop;
        shop.options.groups = groups;
        shop.zone.default_group = default_group;
        shop.zone.default_namespace = default_namespace;
        const auto known = on_query_of(shop.zone, shop.options);
        const auto apex = Name::parse("nacos.internal")->size();
        for (const auto* relative : relatives) {
          const auto name = *Name::parse(std::string(relative) + ".nacos.internal");
          EXPECT_EQ(may_be_of({&known, 1}, part(name), apex), !shop.of(relative).empty())
              << relative << ", default group " << default_group << ", namespace " << default_namespace
              << ", listed: " << testing::PrintToString(groups);
        }
      }
    }
  }
}

}  // namespace
}  // namespace signpost::demand
