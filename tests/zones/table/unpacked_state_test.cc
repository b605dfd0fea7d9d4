// unpack_any() over what pack() made, and over everything else.
#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "zones/table/packed_state.h"

namespace signpost {
namespace {

const ServiceKey kKey{"r", "s", "g", "n"};

ServiceState plain() {
  ServiceState state;
  state.key = kKey;
  state.ports = {{"http", 8080, Protocol::Tcp}};
  state.metadata = {{"a", "1"}, {"b", "2"}};
  for (std::uint8_t i = 0; i < 3; ++i) {
    Instance one;
    one.v4 = IpAddress::v4({10, 0, 0, i});
    one.id = one.v4->to_string() + "#8080";
    one.ports = state.ports;
    one.zone = "a";
    one.weight = i;
    one.tags = {"x", "y"};
    state.instances.push_back(one);
  }
  state.wishes.answer = config::Answer{config::AnswerMode::Sample, 2};
  state.group_weights = {{"v1", 90}, {"v2", 10}};
  return state;
}

TEST(UnpackAny, TakesWhatABackendTells) {
  EXPECT_EQ(unpack_any(kKey, pack(plain())), plain());
  EXPECT_EQ(unpack_any(kKey, pack(ServiceState())).has_value(), true);
}

struct Unsound {
  const char* why;
  void (*spoil)(ServiceState&);
};
class NoBackend : public testing::TestWithParam<Unsound> {};
TEST_P(NoBackend, TellsThis) {
  auto state = plain();
  GetParam().spoil(state);
  EXPECT_FALSE(unpack_any(kKey, pack(state)));
}
const Unsound kUnsound[] = {
    {"weight_below_0", [](ServiceState& s) { s.instances[0].weight = -1; }},
    {"weight_without_end", [](ServiceState& s) { s.instances[0].weight = 1.0 / 0.0; }},
    {"weight_that_is_none", [](ServiceState& s) { s.instances[0].weight = 0.0 / 0.0; }},
    {"group_weight_below_0", [](ServiceState& s) { s.group_weights[0].weight = -2; }},
    {"groups_out_of_order", [](ServiceState& s) { std::swap(s.group_weights[0], s.group_weights[1]); }},
    {"host_name_of_no_label", [](ServiceState& s) { s.instances[0].host_name = "a.b"; }},
    {"host_name_too_long", [](ServiceState& s) { s.instances[0].host_name = std::string(64, 'a'); }},
    {"two_addresses_of_a_family",
     [](ServiceState& s) {
       s.virtual_ips = {IpAddress::v4({1, 1, 1, 1}), IpAddress::v4({2, 2, 2, 2})};
     }},
    {"metadata_out_of_order", [](ServiceState& s) { std::swap(s.metadata[0], s.metadata[1]); }},
    {"metadata_twice", [](ServiceState& s) { s.metadata[1].first = "a"; }},
    {"a_sample_of_none", [](ServiceState& s) { s.wishes.answer->sample = 0; }},
    {"seen_before_1970", [](ServiceState& s) { s.instances[0].first_seen -= std::chrono::hours(1); }},
};
INSTANTIATE_TEST_SUITE_P(Unsound, NoBackend, testing::ValuesIn(kUnsound),
                         [](const auto& one) { return one.param.why; });

TEST(UnpackAny, EveryCutIsSeen) {
  const auto packed = pack(plain());
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_FALSE(unpack_any(kKey, std::string_view(packed).substr(0, size))) << size;
  EXPECT_FALSE(unpack_any(kKey, packed + "x"));
}

TEST(UnpackAny, CountsThatNobodyCanHoldAreRefusedAtOnce) {
  std::string octets(2, '\0');
  octets += '\0';                                                    // no alias
  octets += '\0';                                                    // no ports
  octets += '\0';                                                    // no metadata
  octets += std::string("\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9);  // instances
  EXPECT_FALSE(unpack_any(kKey, octets));
  EXPECT_FALSE(unpack_any(kKey, std::string("\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)));
}

TEST(UnpackAny, AnyOctetsAreAStateOrNone) {
  const std::uint64_t seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  Random random(seed);
  const auto good = pack(plain());
  int taken = 0;
  for (int i = 0; i < 50000; ++i) {
    auto octets = good;
    for (auto changes = 1 + random.below(6); changes > 0; --changes)
      octets[random.below(octets.size())] = static_cast<char>(random.next());
    const auto state = unpack_any(kKey, octets);
    if (!state) continue;
    ++taken;
    EXPECT_EQ(unpack_any(kKey, pack(*state)), state);
  }
  EXPECT_GT(taken, 1000) << "an address may be any octets";
}

}  // namespace
}  // namespace signpost
