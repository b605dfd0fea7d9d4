// The whole seam between threads: workers that leave names and wait, and the desk that answers them. Run
// under the thread sanitizer as well (cmake -DSIGNPOST_SANITIZE=thread).
#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>

#include "tests/zones/demand/desk.h"

namespace signpost::test {
namespace {

constexpr int kNames = 400, kWorkers = 2;

std::string name_of(int number) {
  return (number % 2 == 0 ? "p" : "x") + std::to_string(number) + ".orders.z";
}

/// Asks for every name until it is settled, as a worker does.
class Worker {
 public:
  explicit Worker(DemandGate& gate) : gate_(gate), waiting_(1024, 10s, bell_) {}
  ~Worker() { ::close(bell_); }

  void run() {
    for (int number = 0; number < kNames; ++number) {
      const auto name = *Name::parse(name_of(number));
      while (!gate_.found(name.wire())) ask(name);
      if (number % 2 == 0) gate_.use(name.wire());
    }
  }
  int unsettled = 0;  // came back though nobody had said anything: refused

 private:
  void ask(const Name& name) {
    QueryContext context;
    context.ticket = waiting_.next_ticket(4);
    context.mailbox = &waiting_.mailbox();
    const std::uint8_t message[4] = {};
    const bool pushed = gate_.push(name.wire(), context.ticket, context.mailbox);
    waiting_.keep(context, message, 0, Monotonic());  // as the server: after the responder has left the name
    if (!pushed) (void)context.mailbox->resume(context.ticket);
    DeferralTable::Waiting* back = nullptr;
    while ((back = waiting_.take(Monotonic())) == nullptr) {
      pollfd bell{bell_, POLLIN, 0};
      ASSERT_EQ(::poll(&bell, 1, 10000), 1) << "nobody sent the query back";
      eventfd_t rings = 0;
      (void)eventfd_read(bell_, &rings);
    }
    unsettled += !gate_.found(name.wire());
    waiting_.release(back);
  }

  DemandGate& gate_;
  int bell_ = ::eventfd(0, EFD_NONBLOCK);
  DeferralTable waiting_;
};

TEST(DemandSeam, WhatComesBackIsSettled) {
  DemandGate gate(1, -1);
  DemandTable table(gate);
  auto registry = Desk::registry("nacos", 10000);
  Monotonic now{1h};
  DemandActions none;
  table.configure({registry}, now, none);

  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;
  std::atomic<int> running{kWorkers};
  for (int i = 0; i < kWorkers; ++i) {
    workers.push_back(std::make_unique<Worker>(gate));
    threads.emplace_back([&, worker = workers.back().get()] {
      worker->run();
      --running;
    });
  }
  while (running > 0) {
    DemandGate::Ask ask;
    DemandActions out;
    bool busy = table.deadline() < now + 100ms;  // the gate is shut
    for (; gate.pop(ask); busy = true) table.ask(ask, now, out);
    DemandActions next;
    for (const auto& want : out.wanted)
      table.replied(want.name, want.number, want.key.name.front() == 'p', now, next);
    for (const auto& each : next.published) table.published(each);
    if (busy) now += 10ms;  // so that the rate lets every name through, and nothing grows old
    if (table.deadline() <= now) table.tick(now, out);
  }
  for (auto& thread : threads) thread.join();
  const auto report = table.reports().at(0);
  EXPECT_EQ(report.there, std::size_t(kNames / 2));
  EXPECT_EQ(report.counts.there, std::uint64_t(kNames / 2)) << "nothing was asked for twice";
  std::uint64_t unsettled = 0;
  for (const auto& worker : workers) unsettled += static_cast<std::uint64_t>(worker->unsettled);
  EXPECT_LE(unsettled, report.counts.refused + report.counts.expired + gate.refused());
}

}  // namespace
}  // namespace signpost::test
