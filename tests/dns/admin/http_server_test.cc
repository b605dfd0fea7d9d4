#include "dns/admin/http_server.h"

#include <fstream>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "tests/dns/admin/http_fixture.h"

namespace signpost::admin {
namespace {

using namespace std::chrono_literals;

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  Fixture http;
  http.server.add(Door::Metrics, "GET", "/metrics", fixed("one 1\n"));
  http.server.start();
  auto client = http.connect();
  for (int i = 0; i < 3; ++i) {
    client.send_get("/metrics?ignored=1");
    const auto response = client.response();
    EXPECT_EQ(status_of(response), 200) << response;
    EXPECT_EQ(body_of(response), "one 1\n");
    EXPECT_NE(response.find("Cache-Control: no-store"), std::string::npos);
  }
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  Fixture http;
  http.server.add(Door::Metrics, "GET", "/a", fixed("A"));
  http.server.add(Door::Metrics, "GET", "/b", fixed("B"));
  http.server.start();
  auto client = http.connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(client.response()), "A");
  EXPECT_EQ(body_of(client.response()), "B");
  EXPECT_TRUE(client.closed());
}

TEST(HttpServer, WrongPathMethodAndDoor) {
  Fixture http;
  http.server.add(Door::Metrics, "GET", "/metrics", fixed("x"));
  http.server.add(Door::Admin, "POST", "/reload", fixed("never through this door"));
  http.server.start();
  auto client = http.connect();
  client.send_get("/nothing");
  EXPECT_EQ(status_of(client.response()), 404);
  client.send("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(status_of(client.response()), 405);
  client.send("POST /reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(status_of(client.response()), 404);
  client.send_get("/%zz");
  EXPECT_EQ(status_of(client.response()), 400);
  client.send("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.response(true);
  EXPECT_EQ(status_of(head), 200);
  EXPECT_NE(head.find("Content-Length: 1"), std::string::npos);
  EXPECT_EQ(body_of(head), "");
}

TEST(HttpServer, CapsOnHeaderAndBody) {
  Fixture http;
  http.server.add(Door::Metrics, "POST", "/x", fixed("taken"));
  http.server.start();
  {
    auto client = http.connect();
    client.send("POST /x HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(7000, 'a') +
                "\r\nContent-Length: 65536\r\n\r\n" + std::string(65536, 'b'));
    EXPECT_EQ(status_of(client.response()), 200);
  }
  {
    auto client = http.connect();
    client.send("POST /x HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(8192, 'a') + "\r\n\r\n");
    EXPECT_EQ(status_of(client.response()), 431);
    EXPECT_TRUE(client.closed());
  }
  {
    auto client = http.connect();
    client.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n");
    EXPECT_EQ(status_of(client.response()), 413);
    EXPECT_TRUE(client.closed());
  }
  {
    auto client = http.connect();
    client.send("this is not http\r\n\r\n");
    EXPECT_EQ(status_of(client.response()), 400);
    EXPECT_TRUE(client.closed());
  }
}

TEST(HttpServer, SilentAndHalfRequestsAreClosedAtTheDeadline) {
  Fixture http({.deadline = 100ms});
  http.server.add(Door::Metrics, "GET", "/x", fixed("x"));
  http.server.start();
  auto silent = http.connect();
  auto half = http.connect();
  half.send("GET /x HTT");
  EXPECT_TRUE(silent.closed());
  EXPECT_TRUE(half.closed());
}

TEST(HttpServer, HandlerThatNeverRepliesIs503AtTheDeadline) {
  Fixture http({.deadline = 100ms});
  ReplyTo kept;
  http.server.add(Door::Metrics, "GET", "/x",
                  [&](const HttpRequest&, ReplyTo reply) { kept = std::move(reply); });
  http.server.start();
  auto client = http.connect();
  client.send_get("/x");
  EXPECT_EQ(status_of(client.response()), 503);
  kept(text_reply(200, "too late"));  // dropped: the connection's next response is its own
  client.send_get("/nothing");
  EXPECT_EQ(status_of(client.response()), 404);
}

TEST(HttpServer, RepliesMayComeFromAnyThreadAndTwice) {
  Fixture http;
  std::vector<std::thread> threads;
  http.server.add(Door::Metrics, "GET", "/x", [&](const HttpRequest&, ReplyTo reply) {
    threads.emplace_back([reply] {
      reply(text_reply(200, "first"));
      reply(text_reply(200, "second"));
    });
  });
  http.server.start();
  auto client = http.connect();
  for (int i = 0; i < 20; ++i) {
    client.send_get("/x");
    EXPECT_EQ(body_of(client.response()), "first");
  }
  http.server.stop();
  for (auto& thread : threads) thread.join();
}

TEST(HttpServer, ReplyAfterTheServerIsGoneIsHarmless) {
  ReplyTo kept;
  std::promise<void> asked;
  {
    Fixture http;
    http.server.add(Door::Metrics, "GET", "/x", [&](const HttpRequest&, ReplyTo reply) {
      kept = std::move(reply);
      asked.set_value();
    });
    http.server.start();
    auto client = http.connect();
    client.send_get("/x");
    asked.get_future().wait();
  }
  ASSERT_TRUE(kept);
  kept(text_reply(200, "nobody is there"));
}

TEST(HttpServer, HandlerThatThrowsIs500AndTheServerGoesOn) {
  Fixture http;
  http.server.add(Door::Metrics, "GET", "/x",
                  [](const HttpRequest&, const ReplyTo&) { throw std::runtime_error("a mistake"); });
  http.server.start();
  auto client = http.connect();
  client.send_get("/x");
  EXPECT_EQ(status_of(client.response()), 500);
  client.send_get("/x");
  EXPECT_EQ(status_of(client.response()), 500);
}

TEST(HttpServer, IdleConnectionsGiveWayToANewOne) {
  Fixture http({.connections = 4});
  http.server.add(Door::Metrics, "GET", "/x", fixed("x"));
  http.server.start();
  std::vector<RawHttp> idle;
  for (int i = 0; i < 4; ++i) {
    idle.push_back(http.connect());
    idle.back().send_get("/x");  // so that the server has certainly accepted it, in this order
    EXPECT_EQ(status_of(idle.back().response()), 200);
  }
  auto probe = http.connect();
  probe.send_get("/x");
  EXPECT_EQ(status_of(probe.response()), 200);
  EXPECT_TRUE(idle.front().closed());
  idle.back().send_get("/x");
  EXPECT_EQ(status_of(idle.back().response()), 200);
}

TEST(HttpServer, BusyConnectionsAreNotCutForANewOne) {
  Fixture http({.connections = 2});
  std::vector<ReplyTo> kept;
  std::promise<void> both;
  http.server.add(Door::Metrics, "GET", "/slow", [&](const HttpRequest&, ReplyTo reply) {
    kept.push_back(std::move(reply));
    if (kept.size() == 2) both.set_value();
  });
  http.server.start();
  auto one = http.connect();
  auto two = http.connect();
  one.send_get("/slow");
  two.send_get("/slow");
  both.get_future().wait();
  auto third = http.connect();
  EXPECT_TRUE(third.closed());
  for (const auto& reply : kept) reply(text_reply(200, "done"));
  EXPECT_EQ(body_of(one.response()), "done");
  EXPECT_EQ(body_of(two.response()), "done");
}

TEST(HttpServer, LongBodyThroughASlowReaderComesWhole) {
  Fixture http;
  const std::string body(8 << 20, 'z');
  http.server.add(Door::Metrics, "GET", "/x", fixed(body));
  http.server.start();
  auto client = http.connect();
  client.send_get("/x");
  EXPECT_EQ(body_of(client.response()), body);
}

TEST(HttpServer, AfterRunsOnceOnTheAdminThread) {
  Fixture http;
  std::promise<std::thread::id> ran;
  http.server.start();
  http.server.after(1ms, [&] { ran.set_value(std::this_thread::get_id()); });
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(HttpServer, UnixSocketServesAndGoes) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/admin.sock";
  HttpServer server;
  auto socket = ListenSocket::unix_socket(path);
  ASSERT_TRUE(socket);
  server.listen(Door::Admin, std::move(*socket));
  server.add(Door::Admin, "GET", "/status", fixed("{}"));
  server.start();
  {
    auto client = RawHttp::unix_socket(path);
    client.send_get("/status");
    EXPECT_EQ(body_of(client.response()), "{}");
  }
  server.stop();
  EXPECT_FALSE(RawHttp::unix_socket(path).connected());
  EXPECT_FALSE(std::ifstream(path).good());
}

TEST(HttpServer, AListenerComesWhileItRuns) {
  Fixture http;
  http.server.add(Door::Metrics, "GET", "/metrics", fixed("one 1\n"));
  http.server.start();
  auto socket = ListenSocket::tcp({IpAddress::v4({127, 0, 0, 1}), 0});
  ASSERT_TRUE(socket);
  const auto second = socket->address();
  http.server.listen(Door::Metrics, std::move(*socket));
  for (const auto& address : {http.address, second}) {
    auto client = RawHttp::tcp(address);
    client.send_get("/metrics");
    EXPECT_EQ(body_of(client.response()), "one 1\n") << address;
  }
}

TEST(HttpServer, AListenerGoesAndWhatIsUnderWayIsAnswered) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/admin.sock";
  Fixture http;
  auto socket = ListenSocket::unix_socket(path);
  ASSERT_TRUE(socket);
  http.server.listen(Door::Admin, std::move(*socket));
  std::promise<ReplyTo> asked;
  http.server.add(Door::Admin, "GET", "/slow",
                  [&](const HttpRequest&, ReplyTo reply) { asked.set_value(std::move(reply)); });
  http.server.add(Door::Metrics, "GET", "/metrics", fixed("one 1\n"));
  http.server.start();
  auto waits = RawHttp::unix_socket(path);
  auto idle = RawHttp::unix_socket(path);
  waits.send_get("/slow");
  const auto reply = asked.get_future().get();
  http.server.close("unix:" + path);
  EXPECT_TRUE(idle.closed());
  EXPECT_FALSE(RawHttp::unix_socket(path).connected());
  EXPECT_FALSE(std::ifstream(path).good());
  reply(text_reply(200, "late"));
  EXPECT_EQ(body_of(waits.response()), "late");
  EXPECT_TRUE(waits.closed());
  auto other = http.connect();
  other.send_get("/metrics");
  EXPECT_EQ(body_of(other.response()), "one 1\n") << "the other door is open";
  http.server.close("unix:" + path);  // nothing is there any more
}

}  // namespace
}  // namespace signpost::admin
