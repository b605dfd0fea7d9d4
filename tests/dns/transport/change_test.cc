// Other addresses and another number of workers while queries come (operations.md 7.4).
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

const SocketAddress kFree = *SocketAddress::parse("127.0.0.1:0");

/// Many flows that ask all the time; each query has five seconds.
class Askers {
 public:
  explicit Askers(const SocketAddress& server) {
    for (int i = 0; i < 24; ++i) flows_.push_back(std::make_unique<UdpClient>(server));
    thread_ = std::thread([this] { run(); });
  }
  ~Askers() { end(); }
  void end() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// Waits until all flows have asked and heard so many times more.
  void pass(unsigned rounds) {
    for (const auto goal = rounds_ + rounds; rounds_ < goal;) std::this_thread::yield();
  }
  std::uint64_t asked = 0, lost = 0;  // after end()

 private:
  void run() {
    while (!done_) {
      for (auto& flow : flows_) flow->send(query("a.test.", RRType::A));
      for (auto& flow : flows_) {
        ++asked;
        lost += tell(flow->receive()) == kAnswer ? 0 : 1;
      }
      ++rounds_;
    }
  }
  std::vector<std::unique_ptr<UdpClient>> flows_;
  std::atomic<bool> done_{false};
  std::atomic<unsigned> rounds_{0};
  std::thread thread_;
};

std::size_t threads_named_dns() {
  std::size_t count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    count += name.starts_with("dns-") ? 1 : 0;
  }
  return count;
}

TEST(Change, the_number_of_workers_loses_no_query) {
  TestServer server({}, 1, {kFree});
  Askers askers(server.v4());
  for (const unsigned workers : {4u, 2u, 3u, 1u, 5u, 1u, 2u}) {
    askers.pass(3);
    ASSERT_TRUE(server.server->change({kFree}, workers));
    EXPECT_EQ(server.server->worker_count(), workers);
    EXPECT_EQ(server.v4(), server.server->addresses()[0]);
  }
  askers.pass(3);
  askers.end();
  EXPECT_EQ(askers.lost, 0u) << "of " << askers.asked;
  EXPECT_EQ(server.server->counters().queries[0][0], askers.asked)
      << "those of workers that ended count, too";
}

TEST(Change, workers_that_are_too_many_end) {
  TestServer server({}, 4, {kFree});
  ASSERT_TRUE(server.server->change({kFree}, 1));
  EXPECT_TRUE(server.eventually([](const CounterTotals&) { return threads_named_dns() == 1; }));
  ASSERT_TRUE(server.server->change({kFree}, 2));
  EXPECT_EQ(threads_named_dns(), 2u);
}

TEST(Change, an_address_that_comes_answers_and_one_that_goes_does_not) {
  TestServer server({}, 2, {kFree});
  const auto stays = server.v4();
  Askers askers(stays);
  askers.pass(2);
  const SocketAddress other{*IpAddress::parse("127.0.0.2"), 0};
  ASSERT_TRUE(server.server->change({stays, other}, 2));
  const auto came = server.server->addresses()[1];
  EXPECT_EQ(tell(UdpClient(came).ask(query("a.test.", RRType::A))), kAnswer);
  TcpClient connected(came);
  EXPECT_EQ(tell(connected.ask(query("a.test.", RRType::A))), kAnswer);
  ASSERT_TRUE(server.server->change({stays}, 2));
  EXPECT_EQ(tell(connected.ask(query("a.test.", RRType::A))), kAnswer) << "who was there may go on";
  EXPECT_THROW(TcpClient{came}, std::exception) << "nobody listens there any more";
  askers.pass(2);
  askers.end();
  EXPECT_EQ(askers.lost, 0u) << "of " << askers.asked;
}

TEST(Change, what_waits_at_an_address_that_goes_is_answered) {
  const SocketAddress other{*IpAddress::parse("127.0.0.2"), 0};
  TestServer server({}, 1, {kFree, other});
  UdpClient client(server.server->addresses()[1]);
  for (int i = 0; i < 200; ++i) client.send(query("a.test.", RRType::A));
  ASSERT_TRUE(server.server->change({kFree}, 1));
  for (int i = 0; i < 200; ++i) ASSERT_EQ(tell(client.receive()), kAnswer) << i;
}

TEST(Change, an_address_that_cannot_be_had_changes_nothing) {
  TestServer server({}, 2, {kFree});
  const auto before = server.server->addresses();
  const auto changed = server.server->change({kFree, *SocketAddress::parse("192.0.2.77:0")}, 3);
  ASSERT_FALSE(changed);
  EXPECT_NE(changed.error().message.find("listen 192.0.2.77:0"), std::string::npos);
  EXPECT_EQ(server.server->addresses(), before);
  EXPECT_EQ(server.server->worker_count(), 2u);
  EXPECT_EQ(tell(UdpClient(before[0]).ask(query("a.test.", RRType::A))), kAnswer);
}

TEST(Change, from_all_addresses_to_one_and_back) {
  TestServer server({}, 2, {*SocketAddress::parse("0.0.0.0:0")});
  const auto port = server.v4().port;
  const SocketAddress all{*IpAddress::parse("0.0.0.0"), port}, one{*IpAddress::parse("127.0.0.1"), port};
  Askers askers(one);
  for (const auto& address : {one, all, one}) {
    askers.pass(2);
    const auto changed = server.server->change({address}, 2);
    ASSERT_TRUE(changed) << changed.error().message;
    EXPECT_EQ(server.v4(), address);
  }
  askers.pass(2);
  EXPECT_EQ(tell(TcpClient(one).ask(query("a.test.", RRType::A))), kAnswer);
}

TEST(Change, clients_and_deferred_queries_of_a_worker_that_goes_are_served_on) {
  TestServer server({}, 8, {kFree});
  std::vector<std::unique_ptr<TcpClient>> clients;
  std::vector<std::unique_ptr<UdpClient>> waiting;
  std::vector<DeferredQueries::Ticket> tickets;
  for (int i = 0; i < 32; ++i) {
    clients.push_back(std::make_unique<TcpClient>(server.v4()));
    ASSERT_EQ(tell(clients.back()->ask(query("a.test.", RRType::A))), kAnswer);
    waiting.push_back(std::make_unique<UdpClient>(server.v4()));
    waiting.back()->send(query("defer.test.", RRType::A));
    auto ticket = server.responders.deferred.pop();
    ASSERT_TRUE(ticket);
    tickets.push_back(*ticket);
  }
  ASSERT_TRUE(server.server->change({kFree}, 1));
  for (auto& client : clients) EXPECT_EQ(tell(client->ask(query("a.test.", RRType::A))), kAnswer);
  for (auto& ticket : tickets) EXPECT_TRUE(ticket.mailbox->resume(ticket.ticket));
  for (auto& client : waiting) EXPECT_EQ(tell(client->receive()), "NOERROR aa; defer.test. A; 1/0/0");
  clients.clear();
  EXPECT_TRUE(server.eventually([](const CounterTotals&) { return threads_named_dns() == 1; }));
  EXPECT_FALSE(tickets[0].mailbox->resume(tickets[0].ticket)) << "late, and it knows";
}

TEST(Change, a_server_that_retires_leaves_the_sockets_to_others) {
  TestServer server({}, 2, {kFree});
  TcpClient client(server.v4());
  ASSERT_EQ(tell(client.ask(query("a.test.", RRType::A))), kAnswer);
  server.server->retire();
  UdpClient asker(server.v4());
  asker.send(query("a.test.", RRType::A));
  EXPECT_EQ(tell(client.ask(query("a.test.", RRType::A))), kAnswer);
  EXPECT_FALSE(server.server->has_retired());
  client = TcpClient(server.v4());  // waits for whoever has the sockets then
  EXPECT_TRUE(server.eventually([&](const CounterTotals&) { return server.server->has_retired(); }));
  EXPECT_EQ(server.server->counters().queries[0][0], 0u);
}

}  // namespace
}  // namespace signpost::test
