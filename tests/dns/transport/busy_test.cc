// A worker that is never without datagrams takes its socket out of epoll; when it runs empty it must be
// woken again.
#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

/// Holds its worker at the first query until the test has sent the rest.
class Gate final : public ResponderFactory {
 public:
  std::unique_ptr<Responder> make_responder(unsigned) override { return std::make_unique<Held>(*this); }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  class Held final : public Responder {
   public:
    explicit Held(Gate& gate) : gate_(gate) {}
    void begin_batch() noexcept override {}
    void idle() noexcept override {}
    Outcome respond(const QueryContext&, const Query&, Response& response) noexcept override {
      std::unique_lock lock(gate_.mutex_);
      gate_.opened_.wait(lock, [this] { return gate_.open_; });
      response.set_rcode(Rcode::Refused);
      return Outcome::Answered;
    }

   private:
    Gate& gate_;
  };

  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

TEST(Busy, WorkerThatRunsEmptyAfterManyBatchesIsWokenAgain) {
  Gate gate;
  ServerOptions options;
  options.receive_buffer_octets = 16 << 20;
  auto started = Server::start({*SocketAddress::parse("127.0.0.1:0")}, 1, options, gate);
  ASSERT_TRUE(started) << started.error().message;
  auto& server = **started;
  UdpClient crowd(server.addresses()[0]);
  // A hundred batches of 64 and a queue that holds them: nobody reads the replies, which the kernel drops.
  constexpr unsigned kQueries = 6400;
  const auto message = query("a.test.", RRType::A);
  for (unsigned i = 0; i < kQueries; ++i) crowd.send(message);
  gate.open();
  UdpClient late(server.addresses()[0]);
  for (int round = 0; round < 3; ++round)
    EXPECT_EQ(tell(late.ask(message)), "REFUSED; a.test. A; 0/0/0") << round;
  const auto counters = server.counters();
  EXPECT_GT(counters.queries[0][0], 32u * 64) << "the queue did not hold a backlog: nothing was shown";
  EXPECT_LT(counters.udp_batches, counters.queries[0][0] / 32) << "batches were not full";
}

}  // namespace
}  // namespace signpost::test
