#include "dns/admin/health.h"

#include <gtest/gtest.h>

namespace signpost::admin {
namespace {

using namespace std::chrono_literals;

/// Workers and a clock that the test moves by hand.
class Workers final : public Clock {
 public:
  Monotonic now() const noexcept override { return now_; }
  WallTime wall() const noexcept override { return {}; }

  Health health() {
    return Health({[this] { ++asked; }, [this] { return sign_; },
                   [this](auto delay, auto then) { waiting_.emplace_back(delay, std::move(then)); }, this});
  }
  void sign() { sign_ = now_; }
  /// Lets the next pause of a check pass.
  void pass_pause() {
    ASSERT_FALSE(waiting_.empty());
    const auto [delay, then] = waiting_.front();
    waiting_.erase(waiting_.begin());
    now_ += delay;
    then();
  }
  bool waits() const noexcept { return !waiting_.empty(); }

  int asked = 0;

 private:
  Monotonic now_{1h};
  Monotonic sign_{1h};
  std::vector<std::pair<std::chrono::milliseconds, std::function<void()>>> waiting_;
};

struct Replies {
  ReplyTo to() {
    return [this](HttpReply reply) { all.push_back(std::move(reply)); };
  }
  std::vector<HttpReply> all;
};

TEST(Health, AsksTheWorkersAndWaitsForANewSign) {
  Workers workers;
  auto health = workers.health();
  Replies replies;
  health.check(replies.to());
  EXPECT_EQ(workers.asked, 1);
  EXPECT_TRUE(replies.all.empty());  // the sign of before is no answer
  workers.pass_pause();
  EXPECT_TRUE(replies.all.empty());
  workers.sign();
  workers.pass_pause();
  ASSERT_EQ(replies.all.size(), 1u);
  EXPECT_EQ(replies.all[0].status, 200u);
  EXPECT_FALSE(workers.waits());
  EXPECT_EQ(health.failures(), 0u);
}

TEST(Health, SilenceIs503AtTheDeadline) {
  Workers workers;
  auto health = workers.health();
  Replies replies;
  const auto started = workers.now();
  health.check(replies.to());
  while (workers.waits()) workers.pass_pause();
  EXPECT_GE(workers.now() - started, kSignDeadline);
  EXPECT_LE(workers.now() - started, kSignDeadline + 64ms);
  ASSERT_EQ(replies.all.size(), 1u);
  EXPECT_EQ(replies.all[0].status, 503u);
  EXPECT_EQ(replies.all[0].body, "a worker did not answer a query of its own within 2 s\n");
  EXPECT_EQ(health.failures(), 1u);
}

TEST(Health, ChecksDoNotDisturbEachOther) {
  Workers workers;
  auto health = workers.health();
  Replies first, second;
  health.check(first.to());
  workers.pass_pause();
  workers.sign();
  health.check(second.to());
  workers.pass_pause();
  EXPECT_EQ(first.all.size(), 1u);
  EXPECT_TRUE(second.all.empty());
  workers.sign();
  while (workers.waits()) workers.pass_pause();
  ASSERT_EQ(second.all.size(), 1u);
  EXPECT_EQ(second.all[0].status, 200u);
}

RegistryStatus registry(std::string name, bool required, bool synced,
                        RegistryPhase phase = RegistryPhase::Cold) {
  RegistryStatus status;
  status.name = std::move(name);
  status.required = required;
  status.synced = synced;
  status.phase = phase;
  return status;
}

TEST(Readiness, WaitsForListenersAndEveryRequiredRegistry) {
  Readiness readiness;
  ASSERT_TRUE(readiness.known());
  EXPECT_EQ(readiness.known()->status, 503u);
  readiness.listening();
  EXPECT_FALSE(readiness.known());
  auto broken = registry("nacos", true, false);
  broken.last_error = "connection refused";
  const auto reply =
      readiness.decide({registry("cluster", true, false), broken, registry("local", false, false)});
  EXPECT_EQ(reply.status, 503u);
  EXPECT_EQ(reply.body,
            "registry cluster: not listed completely yet\n"
            "registry nacos: not listed completely yet (connection refused)\n");
  EXPECT_FALSE(readiness.ready());
  EXPECT_EQ(
      readiness
          .decide({registry("cluster", true, true, RegistryPhase::Live), registry("local", false, false)})
          .status,
      200u);
  EXPECT_TRUE(readiness.ready());
}

TEST(Readiness, SaysHowManyServicesAreNotReadYet) {
  Readiness readiness;
  readiness.listening();
  auto nacos = registry("nacos", true, true, RegistryPhase::Live);
  nacos.services = 20000;
  nacos.pending = 12;
  auto other = nacos;
  other.name = "other";
  other.required = false;
  const auto reply = readiness.decide({nacos, other});
  EXPECT_EQ(reply.status, 503u);
  EXPECT_EQ(reply.body, "registry nacos: 12 of 20000 services not read yet\n");
  nacos.pending = 0;
  EXPECT_EQ(readiness.decide({nacos, other}).status, 200u);
  nacos.pending = 5;  // services come and go: who was ready stays so
  EXPECT_EQ(readiness.decide({nacos}).status, 200u);
}

TEST(Readiness, StaysWhenRegistriesGoAway) {
  Readiness readiness;
  readiness.listening();
  EXPECT_EQ(readiness.decide({registry("cluster", true, true)}).status, 200u);
  EXPECT_EQ(readiness.known()->status, 200u);  // nobody is asked any more
  EXPECT_EQ(readiness.decide({registry("cluster", true, false, RegistryPhase::Stale)}).status, 200u);
}

TEST(Readiness, AStateFileIsEnoughWhereItMayBe) {
  Readiness readiness;
  readiness.listening();
  auto nacos = registry("nacos", true, false, RegistryPhase::Snapshot);
  nacos.services = 3;
  nacos.pending = 1;
  EXPECT_EQ(readiness.decide({nacos}).status, 503u);
  nacos.ready_from_state = true;
  EXPECT_EQ(readiness.decide({nacos, registry("cluster", true, false)}).status, 503u);
  EXPECT_EQ(readiness.decide({nacos}).status, 200u);
}

TEST(Readiness, EndsWithTheShutdown) {
  Readiness readiness;
  readiness.listening();
  EXPECT_EQ(readiness.decide({}).status, 200u);
  readiness.stopping();
  EXPECT_EQ(readiness.known()->status, 503u);
  EXPECT_EQ(readiness.decide({}).status, 503u);
  EXPECT_FALSE(readiness.ready());
}

TEST(Readiness, IsNotReadyBeforeTheListenersWhateverTheRegistries) {
  Readiness readiness;
  EXPECT_EQ(readiness.decide({registry("cluster", true, true)}).status, 503u);
}

}  // namespace
}  // namespace signpost::admin
