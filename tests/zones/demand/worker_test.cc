// The worker's side of on_query, from octets to octets: it neither allocates nor locks nor waits, whatever
// becomes of the names, and a flood of them costs it less than answers.
#include <atomic>

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dns/query/process.h"
#include "tests/support/dns/allocations.h"
#include "tests/support/dns/message.h"
#include "tests/support/dns/rules.h"
#include "tests/zones/support/test_world.h"
#include "zones/answer/responder_factory.h"
#include "zones/demand/table.h"

namespace {
std::atomic<std::uint64_t> lock_count{0};
}

/// What std::mutex calls: counted, then done.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  using Lock = int (*)(pthread_mutex_t*);
  static const auto real = reinterpret_cast<Lock>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  lock_count.fetch_add(1, std::memory_order_relaxed);
  return real(mutex);
}

namespace signpost::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using testing::StrEq;

const char* const kWorld = R"(
registries: {nacos: {type: nacos, servers: ["127.0.0.1:8848"], on_query: {services: 80}}}
zones: [{name: nacos.test, registry: nacos}]
)";

/// One worker and one desk behind the gate, on one thread and on virtual time.
class Counter {
 public:
  Counter() : waiting_(64, 10s, bell_) {
    world.list("nacos", {TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {At("10.0.0.1", 80)})});
    responder_ = make_responder_factory(world.store, 7, &gate)->make_responder(0);
    responder_->begin_batch();
    const auto& config = *world.configs.back();
    DemandActions none;
    table.configure({{"nacos", std::get<config::NacosRegistry>(config.registries[0].options), config.zones}},
                    now, none);
  }
  ~Counter() { ::close(bell_); }

  /// The reply in one line, "NXDOMAIN aa", or "deferred". Nothing on the way allocates or locks.
  std::string ask(const std::string& name, RRType type = RRType::A) {
    return run(edns_query(name, type, opt()), first_context());
  }
  /// What becomes of queries that were sent back, as above.
  std::vector<std::string> again() {
    std::vector<std::string> replies;
    responder_->idle();
    responder_->begin_batch();
    while (auto* each = waiting_.take(now)) {
      replies.push_back(run({each->message().begin(), each->message().end()}, each->context));
      waiting_.release(each);
    }
    return replies;
  }

  /// The other side of the gate, as the shell does it: names that are `there` by their first letter.
  void serve() {
    DemandActions out;
    DemandGate::Ask left;
    while (gate.pop(left)) {
      ++popped;
      table.ask(left, now, out);
    }
    for (const auto& want : out.wanted) {
      ++wanted;
      const bool there = want.key.name.front() == 'p';
      if (there) world.upsert(TestWorld::service(want.key.to_string(), {At("10.0.0.9", 80)}));
      DemandActions next;
      table.replied(want.name, want.number, there, now, next);
      for (const auto& each : next.published) table.published(each);
    }
  }
  void pass(Duration duration) {
    now += duration;
    DemandActions out;
    if (table.deadline() <= now) table.tick(now, out);
  }

  TestWorld world{kWorld};
  Monotonic now{1h};
  DemandGate gate{1, -1};
  DemandTable table{gate};
  std::size_t popped = 0, wanted = 0;

 private:
  QueryContext first_context() {
    QueryContext context;
    context.peer = *SocketAddress::parse("192.0.2.99:4242");
    context.ticket = waiting_.next_ticket(100);
    context.mailbox = &waiting_.mailbox();
    return context;
  }
  std::string run(const Bytes& message, const QueryContext& context) {
    const auto allocations = allocation_count();
    const auto locks = lock_count.load();
    const auto handled = handle(context, message, *responder_, buffer_, rules_, counters_);
    EXPECT_EQ(allocation_count() - allocations, 0U);
    EXPECT_EQ(lock_count.load() - locks, 0U);
    if (handled.outcome == Outcome::Deferred) {
      if (context.resumed == 0) waiting_.keep(context, message, 0, now);
      return "deferred";
    }
    const auto reply = Bytes(handled.response.begin(), handled.response.end());
    if ((reply[3] & 15) == int(Rcode::NxDomain)) return reply[2] & 4 ? "NXDOMAIN aa" : "NXDOMAIN";
    return describe(reply) + " | " + addresses_in(reply);
  }

  int bell_ = ::eventfd(0, EFD_NONBLOCK);
  DeferralTable waiting_;
  std::unique_ptr<Responder> responder_;
  Rules rules_ = checklist_rules();
  WorkerCounters counters_;
  Bytes buffer_ = Bytes(kMessageOctetsMax);
};

TEST(OnQueryWorker, EveryFateOfANameWithoutHeapAndLocks) {
  Counter counter;
  EXPECT_THAT(counter.ask("cart.nacos.test."), EndsWith("| 10.0.0.1"));
  EXPECT_THAT(counter.ask("nobody.nacos.test."), StrEq("NXDOMAIN aa")) << "a list would name it";
  EXPECT_EQ(counter.ask("pay.orders.nacos.test."), "deferred");
  EXPECT_EQ(counter.ask("10-0-0-9.pay.orders.nacos.test."), "deferred");
  EXPECT_EQ(counter.ask("none.orders.nacos.test."), "deferred");
  counter.serve();
  EXPECT_EQ(counter.wanted, 2U);
  const auto replies = counter.again();
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(std::count_if(replies.begin(), replies.end(),
                          [](const auto& reply) { return reply.find("| 10.0.0.9") != reply.npos; }),
            2);
  EXPECT_THAT(counter.ask("none.orders.nacos.test."), StrEq("NXDOMAIN aa")) << "settled";
  EXPECT_THAT(counter.ask("pay.orders.nacos.test."), EndsWith("| 10.0.0.9"));
  EXPECT_THAT(counter.ask("10-0-0-8.pay.orders.nacos.test."), StrEq("NXDOMAIN aa"));
}

TEST(OnQueryWorker, SilenceAndFullRingsAreErrorsAtOnce) {
  Counter counter;
  EXPECT_EQ(counter.ask("slow.orders.nacos.test."), "deferred");
  DemandGate::Ask left;
  ASSERT_TRUE(counter.gate.pop(left));
  (void)left.mailbox->resume(left.ticket);  // as at the budget
  const auto replies = counter.again();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_THAT(replies[0], testing::AllOf(StartsWith("SERVFAIL"), HasSubstr("ede 23")));
  counter.gate.shut(true);
  EXPECT_THAT(counter.ask("slow.orders.nacos.test."), HasSubstr("ede 23"));
  counter.gate.shut(false);
  // Nobody empties the ring: no query waits for that.
  int refused = 0;
  for (std::size_t i = 0; i < 2 * DemandGate::kAsks; ++i)
    refused += counter.ask("x" + std::to_string(i) + ".orders.nacos.test.") != "deferred";
  EXPECT_GE(refused, int(DemandGate::kAsks));
}

// Ten names a millisecond for ten seconds that nobody has. What the flood may cost is a count: hardly any
// name leaves the worker, the registry hears of 100 a second, and nothing grows.
TEST(OnQueryWorker, AFloodStopsAtTheWorker) {
  Counter counter;
  ASSERT_EQ(counter.ask("pay.orders.nacos.test."), "deferred");
  counter.serve();
  (void)counter.again();
  std::size_t octets = 0;
  int number = 0;
  constexpr int kNames = 100000;
  for (int millisecond = 0; millisecond < 10000; ++millisecond) {
    for (int i = 0; i < 10; ++i) (void)counter.ask("x" + std::to_string(number++) + ".orders.nacos.test.");
    counter.serve();
    (void)counter.again();
    if (millisecond == 2000) octets = ::mallinfo2().uordblks;  // by then all parts are as full as they get
    counter.pass(1ms);
  }
  ASSERT_EQ(number, kNames);
  EXPECT_LE(counter.popped, std::size_t(kNames / 20));
  EXPECT_LE(counter.wanted, 100U + 10 * 100 + 2);
  EXPECT_GE(counter.wanted, 500U) << "and yet new names are looked for";
  EXPECT_LE(::mallinfo2().uordblks, octets + 16384);
  EXPECT_LE(counter.table.reports().at(0).subscriptions, 80U / 8 + 1);
  EXPECT_EQ(counter.table.reports().at(0).there, 1U);
  EXPECT_THAT(counter.ask("pay.orders.nacos.test."), EndsWith("| 10.0.0.9"));
}

// Names of the shape that lists answer for never get further than the worker, flood or not.
TEST(OnQueryWorker, WhatListsWouldNameIsDeniedByTheWorker) {
  Counter counter;
  for (int i = 0; i < 1000; ++i)
    ASSERT_THAT(counter.ask("x" + std::to_string(i) + ".nacos.test."), StrEq("NXDOMAIN aa"));
  ASSERT_THAT(counter.ask("a--b.orders.nacos.test."), StrEq("NXDOMAIN aa")) << "no service is spelled so";
  counter.serve();
  EXPECT_EQ(counter.popped, 0U);
}

// The batch began before the name was published, and the name was settled meanwhile.
TEST(OnQueryWorker, ABatchWithAnOldSnapshotDeniesNothingThatWasJustFound) {
  Counter counter;
  EXPECT_EQ(counter.ask("pay.orders.nacos.test."), "deferred");
  EXPECT_EQ(counter.ask("none.orders.nacos.test."), "deferred");
  counter.serve();
  EXPECT_EQ(counter.ask("pay.orders.nacos.test."), "deferred");
  EXPECT_THAT(counter.ask("none.orders.nacos.test."), StrEq("NXDOMAIN aa")) << "as it was in this snapshot";
  counter.serve();
  const auto replies = counter.again();
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(std::count_if(replies.begin(), replies.end(),
                          [](const auto& reply) { return reply.find("| 10.0.0.9") != reply.npos; }),
            2);
  EXPECT_THAT(counter.ask("pay.orders.nacos.test."), EndsWith("| 10.0.0.9"));
}

// What has gone since is denied: such a query waits once, if at all.
TEST(OnQueryWorker, ASettledNameThatIsGoneIsDenied) {
  Counter counter;
  EXPECT_EQ(counter.ask("pay.orders.nacos.test."), "deferred");
  counter.serve();
  (void)counter.again();
  counter.world.erase("nacos/public/orders/pay");
  EXPECT_THAT(counter.ask("pay.orders.nacos.test."), EndsWith("| 10.0.0.9"));
  (void)counter.again();
  EXPECT_THAT(counter.ask("pay.orders.nacos.test."), StrEq("NXDOMAIN aa"));
  counter.world.upsert(TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {At("10.0.0.2", 80)}));
  EXPECT_EQ(counter.ask("pay.orders.nacos.test."), "deferred") << "it may have come back";
  counter.serve();
  EXPECT_THAT(counter.again(), testing::ElementsAre(StrEq("NXDOMAIN aa")));
}

}  // namespace
}  // namespace signpost::test
