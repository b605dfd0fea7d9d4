// TXT of services whose metadata is longer than TXT can be, as Dubbo's is: what is served is valid, and
// explain names the rest (DESIGN.md section 2; facts: Nacos 3.6).
#include <gtest/gtest.h>

#include "tests/zones/support/explained.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries: {nacos: {type: nacos, servers: ["127.0.0.1:8848"]}}
zones: [{name: n.test, registry: nacos, txt_metadata: [application, methods, release, url, a, b, c, d, e]}]
)";
const std::string kInstance = "10-0-0-1-p20880.cart.n.test.";

ServiceState cart(Metadata metadata) {
  auto state = TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {At("10.0.0.1", 20880)});
  normalise(metadata);
  state.instances.front().metadata = std::move(metadata);
  return state;
}

/// The strings of the instance's TXT.
std::string txt(const ServiceState& state) {
  TestWorld world(kConfig);
  world.list("nacos", {state});
  const auto answer = world.dig(kInstance + " TXT");
  const auto at = answer.find(" TXT ");
  return at == std::string::npos ? answer : answer.substr(at + 5);
}

const std::string kStart = R"("weight=1" "health=up" "port=20880")";

TEST(TxtLimits, AStringHas255OctetsAtMost) {
  const std::string fits(255 - std::string("methods=").size(), 'm');
  EXPECT_EQ(txt(cart({{"methods", fits}})), kStart + " \"methods=" + fits + "\"");
  EXPECT_EQ(txt(cart({{"methods", fits + "m"}, {"release", "dubbo-3.2"}, {"application", "shop"}})),
            kStart + R"( "application=shop" "release=dubbo-3.2")")
      << "left out, not cut, and the others are there";
}

TEST(TxtLimits, AllStringsTogetherHave1024Octets) {
  const std::string long_one(200, 'x');
  const auto said = txt(cart({{"a", long_one},
                              {"b", long_one},
                              {"c", long_one},
                              {"d", long_one},
                              {"e", long_one},
                              {"url", "dubbo://10.0.0.1"}}));
  EXPECT_EQ(said, kStart + " \"url=dubbo://10.0.0.1\" \"a=" + long_one + "\" \"b=" + long_one +
                      "\" \"c=" + long_one + "\" \"d=" + long_one + "\"");
}

TEST(TxtLimits, OctetsOfAnyKindAreServed) {
  EXPECT_EQ(txt(cart({{"methods", "a\"b\\c;\xc3\xa9\x01"}})), kStart + R"( "methods=a\"b\\c;\195\169\001")");
}

TEST(TxtLimits, ExplainNamesWhatIsLeftOut) {
  auto state = cart({{"methods", std::string(812, 'm')}, {"release", "dubbo-3.2"}});
  const auto text = explained(kConfig, state, "cart.n.test.");
  EXPECT_NE(text.find("TXT leaves out methods of " + state.instances.front().id +
                      " (820 octets): a string has 255 octets at most, all of a TXT 1024"),
            std::string::npos)
      << text;
  for (int i = 2; i < 12; ++i) {
    state.instances.push_back(state.instances.front());
    state.instances.back().id = "instance-" + std::to_string(i);
    state.instances.back().v4 = IpAddress::parse("10.0.0." + std::to_string(i));
  }
  EXPECT_NE(explained(kConfig, state, "cart.n.test.").find(" and 8 more: a string"), std::string::npos);
  state = cart({{"release", "dubbo-3.2"}});
  EXPECT_EQ(explained(kConfig, state, "cart.n.test.").find("TXT leaves out"), std::string::npos);
}

}  // namespace
}  // namespace signpost::test
