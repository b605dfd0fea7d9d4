// What holds for every composed service, whatever is composed: random members, with the seed printed.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "tests/zones/compose/desk.h"

namespace signpost::compose {
namespace {

using config::Combine;

Instance random_instance(Random& random) {
  const Health kHealth[] = {Health::Up, Health::Up, Health::Draining, Health::Down, Health::Unknown};
  auto one = at(fmt::format("10.0.0.{}:{}", random.below(6), 80 + random.below(2)),
                static_cast<double>(random.below(4)), kHealth[random.below(5)]);
  one.version = random.below(2) == 0 ? "v1" : "v2";
  one.enabled = random.below(8) != 0;
  if (random.below(6) == 0) one.ports.clear();
  return one;
}

void fill(Desk& desk, Random& random) {
  const char* kRegistries[] = {"nacos", "cluster", "local", "cluster-2"};
  const auto count = 1 + random.below(4);
  for (std::uint32_t m = 0; m < count; ++m) {
    std::vector<Instance> instances;
    std::set<std::string> ids;
    for (auto left = random.below(6); left > 0; --left) {
      auto one = random_instance(random);
      if (ids.insert(one.id).second) instances.push_back(std::move(one));
    }
    auto& seat = desk.seat(kRegistries[m], std::move(instances), static_cast<double>(random.below(4)));
    seat.view.freshness = static_cast<Freshness>(random.below(3));
    seat.view.proven = random.below(2) == 0;
    if (random.below(8) == 0) Desk::known(seat, false);
  }
  if (random.below(4) == 0) desk.service.groups = {"version", {{"v1", 1}, {"v2", 3}}};
  desk.starting = random.below(3) == 0;
}

bool share_a_member(const std::vector<Word>& a, const std::vector<Word>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const Word& word) {
    return std::any_of(b.begin(), b.end(),
                       [&word](const Word& other) { return other.member == word.member; });
  });
}

/// No address with a port is there twice, unless one registry says so.
void expect_once(const Composed& made) {
  std::map<std::pair<std::string, std::uint16_t>, std::vector<std::size_t>> rows;
  for (std::size_t i = 0; i < made.state.instances.size(); ++i) {
    const auto& one = made.state.instances[i];
    for (const auto& port : one.ports) {
      auto& before = rows[{one.v4->to_string(), port.number}];
      for (const auto other : before) EXPECT_TRUE(share_a_member(made.words[i], made.words[other])) << one.id;
      before.push_back(i);
    }
  }
}

class Property : public testing::TestWithParam<Combine> {};

TEST_P(Property, Holds) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Desk desk(GetParam());
    fill(desk, random);
    if (GetParam() == Combine::Share) desk.service.groups = {};
    const auto made = desk.composed();
    const auto count = made.state.instances.size();
    ASSERT_EQ(made.words.size(), count);
    ASSERT_EQ(made.overlays.size(), count);
    ASSERT_EQ(made.outdated.size(), count);
    ASSERT_EQ(made.able.size(), desk.seats.size());
    ASSERT_LE(made.groupings.size(), 2u);
    for (const auto& grouping : made.groupings) ASSERT_EQ(grouping.of.size(), count);
    // Every instance of a member that has told is somewhere: in a row, or left out with a reason.
    std::size_t known = 0, told = 0;
    for (const auto& seat : desk.seats) {
      if (seat.view.freshness != Freshness::Cold && seat.view.state != nullptr)
        known += seat.state.instances.size();
    }
    for (const auto& words : made.words) told += words.size();
    if (!made.waits && GetParam() != Combine::Union) {
      EXPECT_EQ(told + made.left_out.size(), known) << "each once";
    }
    for (const auto& words : made.words) EXPECT_FALSE(words.empty());
    for (const auto& one : made.left_out) EXPECT_FALSE(one.why.empty());
    if (made.cold) continue;
    const auto decision = policy::decide(made.candidates(), desk.terms);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(decision.weights[i] > 0, decision.verdicts[i] == policy::Verdict::Eligible);
      sum += decision.weights[i];
    }
    EXPECT_TRUE(std::isfinite(sum));
    if (GetParam() == Combine::Union) expect_once(made);
  }
}

INSTANTIATE_TEST_SUITE_P(Compose, Property,
                         testing::Values(Combine::Union, Combine::Prefer, Combine::Share, Combine::Only),
                         [](const auto& one) { return std::string(config::to_string(one.param)); });

TEST(Property, MembersGetTheirPartsExactly) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Desk desk(Combine::Share);
    fill(desk, random);
    desk.starting = false;
    desk.service.groups = {};
    const auto made = desk.composed();
    const auto decision = policy::decide(made.candidates(), desk.terms);
    std::map<std::size_t, double> parts;
    for (std::size_t i = 0; i < decision.weights.size(); ++i)
      parts[made.words[i].front().member] += decision.weights[i];
    double weights = 0, sum = 0;
    for (const auto& [member, part] : parts) {
      sum += part;
      if (part > 0) weights += *desk.seats[member].member.weight;
    }
    if (sum == 0 || made.groupings.empty()) continue;
    for (const auto& [member, part] : parts) {
      if (!(part > 0)) continue;
      EXPECT_NEAR(part / sum, *desk.seats[member].member.weight / weights, 1e-9);
    }
  }
}

}  // namespace
}  // namespace signpost::compose
