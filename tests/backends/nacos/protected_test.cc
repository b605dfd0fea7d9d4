// What health means while the protection threshold calls everybody healthy (facts: Nacos 3.4, A8).
#include "tests/backends/nacos/meaning_support.h"

namespace signpost::nacos {
namespace {

constexpr const char* kOneDown =
    R"([{"ip":"10.0.0.1","port":80},{"ip":"10.0.0.2","port":80,"healthy":false}])";
constexpr const char* kAllUp = R"([{"ip":"10.0.0.1","port":80},{"ip":"10.0.0.2","port":80}])";
constexpr const char* kOneMore =
    R"([{"ip":"10.0.0.1","port":80},{"ip":"10.0.0.2","port":80},{"ip":"10.0.0.3","port":80}])";

std::string health(const ServiceState& state) {
  std::string text = state.health_masked ? "masked" : "seen";
  for (const auto& instance : state.instances) text += " " + std::string(to_string(instance.health));
  return text;
}

Meaning::Options policy(config::ProtectedHealth protection) { return {protection, {}}; }

TEST(NacosProtected, AllAnswerByDefault_A8) {
  follow::Counts counts;
  Meaning meaning(policy(config::ProtectedHealth::All), counts);
  EXPECT_EQ(health(understood(meaning, kOneDown)), "seen up down");
  EXPECT_EQ(health(understood(meaning, kAllUp, true)), "masked up up");
  EXPECT_EQ(counts.value("masked_updates"), 1U);
}

TEST(NacosProtected, TheLastKnownHealthHolds_A8) {
  follow::Counts counts;
  Meaning meaning(policy(config::ProtectedHealth::LastKnown), counts);
  EXPECT_EQ(health(understood(meaning, kAllUp, true)), "masked up up") << "nothing is known yet";
  EXPECT_EQ(health(understood(meaning, kOneDown)), "seen up down");
  EXPECT_EQ(health(understood(meaning, kOneMore, true)), "masked up down up") << "a new one is up";
  EXPECT_EQ(health(understood(meaning, kOneMore, true)), "masked up down up")
      << "what is masked teaches nothing";
  EXPECT_EQ(health(understood(meaning, kAllUp)), "seen up up");
  EXPECT_EQ(health(understood(meaning, kAllUp, true)), "masked up up");
}

TEST(NacosProtected, AServiceThatIsGoneIsForgotten_A8) {
  follow::Counts counts;
  Meaning meaning(policy(config::ProtectedHealth::LastKnown), counts);
  understood(meaning, kOneDown);
  meaning.forget(kCart);
  EXPECT_EQ(health(understood(meaning, kAllUp, true)), "masked up up");
}

}  // namespace
}  // namespace signpost::nacos
