// Real sockets on loopback: what a probe comes to, and that the shell asks, reports and stops.
#include "backends/checks/checker.h"

#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "backends/checks/probe.h"
#include "tests/support/fake_http/fake_http.h"

namespace signpost::checks {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tests::FakeHttp;
using tests::FakeRequest;
using tests::FakeStream;

class ProbeTest : public testing::Test {
 protected:
  void serve(FakeHttp::Handler handler) { server.emplace(io.get_executor(), std::move(handler)); }
  void answer(std::string text) {
    serve([text](const FakeRequest&, FakeStream& stream) -> asio::awaitable<void> {
      stream.keep_alive = false;
      co_await stream.write(text);
    });
  }
  Target target(config::CheckType type) const {
    return {IpAddress::v4({127, 0, 0, 1}), server->port(), {.type = type, .path = "/up", .timeout = 5000ms}};
  }
  Outcome ask(const Target& target) {
    std::optional<Outcome> outcome;
    follow::HttpClient http(io.get_executor(), system_clock());
    asio::co_spawn(io, probe(target, http, system_clock()), [&](std::exception_ptr trouble, Outcome out) {
      if (trouble) std::rethrow_exception(trouble);
      outcome = std::move(out);
    });
    io.restart();
    while (!outcome && io.run_one() > 0) {
    }
    return *outcome;
  }

  asio::io_context io;
  std::optional<FakeHttp> server;
};

TEST_F(ProbeTest, APortThatTakesAConnectionPasses) {
  answer("");
  EXPECT_TRUE(ask(target(config::CheckType::Tcp)).passed);
}

TEST_F(ProbeTest, AClosedPortFails) {
  answer("");
  server->kill();
  for (const auto type : {config::CheckType::Tcp, config::CheckType::Http}) {
    const auto outcome = ask(target(type));
    EXPECT_FALSE(outcome.passed);
    const bool told = outcome.why.find("refused") != std::string::npos ||
                      outcome.why.find("Couldn't connect") != std::string::npos;  // libcurl 7.88's words
    EXPECT_TRUE(told) << outcome.why;
  }
}

TEST_F(ProbeTest, AConnectionThatDoesNotComeInTimeFails) {
  // A full backlog swallows SYNs: nobody accepts, and the kernel keeps one connection waiting.
  asio::ip::tcp::acceptor acceptor(io);
  acceptor.open(asio::ip::tcp::v4());
  acceptor.bind({asio::ip::address_v4::loopback(), 0});
  acceptor.listen(0);
  std::vector<std::unique_ptr<asio::ip::tcp::socket>> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(std::make_unique<asio::ip::tcp::socket>(io));
    waiting.back()->async_connect(acceptor.local_endpoint(), [](const boost::system::error_code&) {});
  }
  const Target slow{IpAddress::v4({127, 0, 0, 1}), acceptor.local_endpoint().port(), {.timeout = 100ms}};
  const auto outcome = ask(slow);
  EXPECT_FALSE(outcome.passed);
  EXPECT_EQ(outcome.why, "no answer within 100 ms");
}

struct Reply {
  const char* text;
  bool passes;
  const char* why;
};
class HttpProbeTest : public ProbeTest, public testing::WithParamInterface<Reply> {};
TEST_P(HttpProbeTest, GoesByTheStatus) {
  answer(GetParam().text);
  const auto outcome = ask(target(config::CheckType::Http));
  EXPECT_EQ(outcome.passed, GetParam().passes);
  EXPECT_NE(outcome.why.find(GetParam().why), std::string::npos) << outcome.why;
}
INSTANTIATE_TEST_SUITE_P(
    Statuses, HttpProbeTest,
    testing::Values(Reply{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, ""},
                    Reply{"HTTP/1.1 204 No\r\n\r\n", true, ""},
                    Reply{"HTTP/1.1 302 F\r\nLocation: http://169.254.169.254/\r\n\r\n", true, ""},
                    Reply{"HTTP/1.1 404 N\r\nContent-Length: 0\r\n\r\n", false, "HTTP 404"},
                    Reply{"HTTP/1.1 503 S\r\nContent-Length: 9999999999\r\n\r\nx", false, "HTTP 503"},
                    Reply{"SSH-2.0-OpenSSH_9.2\r\n", false, ""}, Reply{"", false, ""}));

TEST_F(ProbeTest, AsksForThePathAndFollowsNoRedirect) {
  std::vector<std::string> asked;
  serve([&](const FakeRequest& request, FakeStream& stream) -> asio::awaitable<void> {
    asked.push_back(request.method + " " + request.target);
    co_await stream.reply(301, "", "Location: /elsewhere\r\n");
  });
  EXPECT_TRUE(ask(target(config::CheckType::Http)).passed);
  EXPECT_EQ(asked, std::vector<std::string>{"GET /up"});
}

TEST_F(ProbeTest, AHeadThatDoesNotComeInTimeFails) {
  serve([](const FakeRequest&, FakeStream& stream) -> asio::awaitable<void> {
    co_await stream.write("HTTP/1.1 200 OK\r\n");
    co_await stream.until_closed();
  });
  auto slow = target(config::CheckType::Http);
  slow.way.timeout = 100ms;
  const auto outcome = ask(slow);
  EXPECT_FALSE(outcome.passed);
  EXPECT_NE(outcome.why.find("timed out"), std::string::npos) << outcome.why;
}

class CheckerTest : public ProbeTest {
 protected:
  template <class Until>
  void run_until(Until&& until) {
    const auto deadline = system_clock().now() + 20s;
    while (!until() && system_clock().now() < deadline) io.run_one_for(100ms);
    ASSERT_TRUE(until());
  }
  std::vector<Change> changes;
  Checker checker{io, system_clock(), [this](const Change& change) { changes.push_back(change); }};
};

TEST_F(CheckerTest, TellsWhatFailsAndWhatIsBack) {
  answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  auto one = target(config::CheckType::Http);
  one.way.interval = 20ms;  // shorter than the timeout: a busy machine must not look like a failing target
  checker.want("cart", {one});
  run_until([&] { return server->connections() >= 3; });
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_FALSE(changes[0].failing);
  server->kill();
  run_until([&] { return changes.size() == 2; });
  EXPECT_TRUE(changes[1].failing);
  EXPECT_EQ(changes[1].target, one);
  server->revive();
  run_until([&] { return changes.size() == 3; });
  EXPECT_FALSE(changes[2].failing);
  EXPECT_EQ(checker.counts().targets, 1u);
  EXPECT_GE(checker.counts().failed, 3u);
}

TEST_F(CheckerTest, AsksNothingAfterStop) {
  answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  auto one = target(config::CheckType::Http);
  one.way.interval = 10ms;
  checker.want("cart", {one});
  run_until([&] { return server->connections() >= 1; });
  checker.stop();
  server->kill();  // ends what the server itself waits for, so that the context runs dry
  io.run_for(5s);
  EXPECT_TRUE(io.stopped());
}

}  // namespace
}  // namespace signpost::checks
