// What no publisher should say: the element is left out, counted and named; the others stay (A9, A17).
#include "tests/backends/nacos/meaning_support.h"
#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos {
namespace {

TEST(NacosBadInput, IsNamedByServiceAndInstance_A9) {
  follow::Counts counts;
  Meaning meaning({}, counts);
  understood(meaning,
             R"([{"ip":"db.example.org","port":80},{"ip":"10.0.0.1","port":0},{"ip":"10.0.0.2","port":80},
                          {"ip":"10.0.0.3","port":80,"weight":-1,"metadata":{"IPv6":"x","a":[]}},7])");
  EXPECT_EQ(left_out(counts),
            "ipv6-metadata: instance 10.0.0.3:80 of public/DEFAULT_GROUP/cart, 1\n"
            "metadata: instance 10.0.0.3:80 of public/DEFAULT_GROUP/cart, 1\n"
            "not-an-address: instance db.example.org:80 of public/DEFAULT_GROUP/cart, 1\n"
            "not-an-object: Service public/DEFAULT_GROUP/cart, 1\n"
            "port: instance 10.0.0.1:0 of public/DEFAULT_GROUP/cart, 1\n"
            "weight: instance 10.0.0.3:80 of public/DEFAULT_GROUP/cart, 1\n");
  EXPECT_EQ(counts.all().front().of.front().service, "public/DEFAULT_GROUP/cart");
}

TEST(NacosBadInput, IsForgottenWhenMendedOrGone) {
  follow::Counts counts;
  Meaning meaning({}, counts);
  const ServiceKey other{"nacos", "public", "orders", "pay"};
  understood(meaning, R"([{"ip":"a","port":80}])");
  understood(meaning, R"([{"ip":"b","port":80}])", false, other);
  understood(meaning, R"([{"ip":"10.0.0.1","port":80}])");
  EXPECT_EQ(left_out(counts), "not-an-address: instance b:80 of public/orders/pay, 1\n");
  meaning.forget(other);
  EXPECT_EQ(left_out(counts), "");
  EXPECT_EQ(counts.value("skipped", "not-an-address"), 2U) << "the counter keeps what was";
}

TEST(NacosBadInput, AThousandBadInstancesAreNamedByAFew) {
  follow::Counts counts;
  Meaning meaning({}, counts);
  std::string many = R"([{"ip":"10.0.0.1","port":80})";
  for (int i = 0; i < 1000; ++i) many += R"(,{"ip":"host)" + std::to_string(i) + R"(","port":80})";
  EXPECT_EQ(understood(meaning, many + "]").instances.size(), 1U);
  EXPECT_EQ(counts.value("skipped", "not-an-address"), 1000U);
  ASSERT_EQ(counts.all().size(), 1U);
  EXPECT_EQ(counts.all().front().of.size(), 9U);
  EXPECT_EQ(counts.all().front().of.front().object, "Service public/DEFAULT_GROUP/cart");
  EXPECT_EQ(counts.all().front().of.front().times, 992U);
}

TEST(NacosBadInput, ANameOfAnyLengthIsCut) {
  follow::Counts counts;
  Meaning meaning({}, counts);
  understood(meaning, R"([{"ip":")" + std::string(100000, 'x') + R"(","port":80}])");
  EXPECT_LT(counts.all().front().of.front().object.size(), 128U);
}

struct MendCase {
  const char* name;  // the rule
  const char* weight;
  double wanted;
};
class NacosNumber : public testing::TestWithParam<MendCase> {};

TEST_P(NacosNumber, CostsOneInstanceAtMost_A9) {
  follow::Counts counts;
  Meaning meaning({}, counts);
  const auto state =
      understood(meaning, std::string(R"([{"ip":"10.0.0.1","port":80,"weight":)") + GetParam().weight +
                              R"(},{"ip":"10.0.0.2","port":80,"weight":3}])");
  ASSERT_EQ(state.instances.size(), 2U);
  EXPECT_EQ(state.instances[0].weight, GetParam().wanted);
  EXPECT_EQ(state.instances[1].weight, 3);
  EXPECT_EQ(counts.value("skipped", "not-json"), 1U);
  EXPECT_EQ(counts.value("skipped", "weight"), 1U);
}

const MendCase kNumbers[] = {
    {"nan", "NaN", 0},
    {"infinity", "Infinity", 0},
    {"minus_infinity", "-Infinity", 0},
    {"beyond_a_double", "1e999", 0},
    {"a_bare_word", "much", 0},
};
INSTANTIATE_TEST_SUITE_P(Rules, NacosNumber, testing::ValuesIn(kNumbers),
                         [](const auto& test) { return test.param.name; });

TEST(NacosBadInput, BadUtf8CostsTheOctetsAlone_A17) {
  for (const std::string bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x01"}) {
    follow::Counts counts;
    Meaning meaning({}, counts);
    const auto state = understood(
        meaning, R"([{"ip":"10.0.0.1","port":80,"metadata":{"team":"a)" + bad + R"(b","zone":"z"}}])");
    ASSERT_EQ(state.instances.size(), 1U);
    EXPECT_EQ(state.instances[0].zone, "z");
    EXPECT_NE(state.instances[0].metadata[0].second, "a" + bad + "b");
    EXPECT_EQ(counts.value("skipped", "not-json"), 1U);
  }
}

TEST(NacosBadInput, CutAnywhereIsAnErrorNotAService_A17) {
  const std::string whole = R"({"serviceInfo":{"name":"cart","hosts":[{"ip":"10.0.0.1","port":80}]}})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_subscribed({"SubscribeServiceResponse", whole.substr(0, size), {}})) << size;
  }
}

TEST(NacosBadInput, HugeMetadataIsNotKept) {
  follow::Counts counts;
  Meaning meaning({}, counts);
  const auto state = understood(meaning, R"([{"ip":"10.0.0.1","port":80,"metadata":{"a":"1","huge":")" +
                                             std::string(500000, 'x') + R"(","zone":"z"}}])");
  ASSERT_EQ(state.instances.size(), 1U);
  EXPECT_EQ(state.instances[0].metadata, (Metadata{{"a", "1"}, {"zone", "z"}}));
  EXPECT_EQ(counts.value("skipped", "metadata"), 1U);
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + R"(":")" + std::string(1000, 'x') + "\"";
  const auto most = understood(meaning, R"([{"ip":"10.0.0.1","port":80,"metadata":{)" + many + "}}]");
  std::size_t octets = 0;
  for (const auto& [key, value] : most.instances.at(0).metadata) octets += key.size() + value.size();
  EXPECT_LE(octets, 16384U);
  EXPECT_GT(octets, 15000U);
}

TEST(NacosBadInput, ASubscriptionIsAnsweredInSpiteOfIt_A9) {
  test::Desk desk;
  desk.hosts[{"DEFAULT_GROUP", "cart"}] =
      "[" + test::host("10.0.0.1", 80, R"("weight":NaN)") + "," + test::host("10.0.0.2", 80) + "]";
  desk.start();
  EXPECT_TRUE(desk.until([&] { return desk.session.ready(); }));
  EXPECT_EQ(desk.world["DEFAULT_GROUP/cart"], "DEFAULT_GROUP/cart 10.0.0.1:80 10.0.0.2:80");
  EXPECT_EQ(desk.counts.value("skipped", "malformed-message"), 0U);
}

}  // namespace
}  // namespace signpost::nacos
