#include "backends/follow/http.h"

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/support/fake_http/fake_http.h"

namespace signpost::follow {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tests::FakeHttp;
using tests::FakeRequest;
using tests::FakeStream;

/// Keeps what came, stops when told.
class Recorder final : public HttpReceiver {
 public:
  HttpNext head(const HttpHead& head) override {
    heads.push_back(head);
    return stop_at_head ? HttpNext::Stop : HttpNext::Continue;
  }
  HttpNext body(std::string_view octets) override {
    text += octets;
    if (on_body) on_body();
    return text.size() >= stop_after ? HttpNext::Stop : HttpNext::Continue;
  }
  Monotonic deadline() const override { return until; }

  std::vector<HttpHead> heads;
  std::string text;
  bool stop_at_head = false;
  std::size_t stop_after = std::size_t(-1);
  Monotonic until = Monotonic::max();
  std::function<void()> on_body;
};

class HttpTest : public testing::Test {
 protected:
  void serve(FakeHttp::Handler handler) { server.emplace(io.get_executor(), std::move(handler)); }
  HttpRequest get(const std::string& path = "/") {
    HttpRequest request;
    request.url = server->url() + path;
    return request;
  }
  /// Runs until the coroutine has ended.
  template <class T>
  T run(asio::awaitable<T> work) {
    std::optional<T> result;
    asio::co_spawn(
        io, [&]() -> asio::awaitable<void> { result.emplace(co_await std::move(work)); },
        [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
    while (!result && io.run_one_for(10s) != 0) {
    }
    if (!result) throw std::runtime_error("the exchange never ended");
    return std::move(*result);
  }

  asio::io_context io;
  std::optional<FakeHttp> server;
  HttpClient client{io.get_executor(), system_clock()};
  Recorder recorder;
};

TEST_F(HttpTest, FetchesAWholeResponse) {
  FakeRequest seen;
  serve([&](const FakeRequest& request, FakeStream& out) -> asio::awaitable<void> {
    seen = request;
    co_await out.reply(200, "{\"a\":1}");
  });
  auto request = get("/api?x=1");
  request.headers = {"Accept: application/json", "Authorization: Bearer t"};
  const auto reply = run(client.fetch(request, 100, 5s));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->head.status, 200);
  EXPECT_EQ(reply->head.content_type, "application/json");
  EXPECT_EQ(reply->body, "{\"a\":1}");
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.target, "/api?x=1");
  EXPECT_EQ(seen.headers["authorization"], "Bearer t");
  EXPECT_EQ(seen.headers.count("accept-encoding"), 0U);
}

TEST_F(HttpTest, PostsABody) {
  FakeRequest seen;
  serve([&](const FakeRequest& request, FakeStream& out) -> asio::awaitable<void> {
    seen = request;
    co_await out.reply(200, "");
  });
  auto request = get();
  request.method = "POST";
  request.body = "username=dns&password=p";
  ASSERT_TRUE(run(client.fetch(request, 100, 5s)));
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.body, "username=dns&password=p");
  EXPECT_EQ(seen.headers.count("expect"), 0U);
}

TEST_F(HttpTest, ReusesItsConnectionUnlessAFreshOneIsWanted) {
  serve([](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> { co_await out.reply(200, "x"); });
  ASSERT_TRUE(run(client.fetch(get(), 100, 5s)));
  ASSERT_TRUE(run(client.fetch(get(), 100, 5s)));
  EXPECT_EQ(server->connections(), 1U);
  auto fresh = get();
  fresh.fresh_connection = true;
  ASSERT_TRUE(run(client.fetch(fresh, 100, 5s)));
  EXPECT_EQ(server->connections(), 2U);
}

TEST_F(HttpTest, NeverFollowsARedirect) {  // K31
  std::size_t requests = 0;
  serve([&](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    ++requests;
    co_await out.reply(302, "", "Location: /elsewhere\r\n");
  });
  const auto reply = run(client.fetch(get(), 100, 5s));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->head.status, 302);
  EXPECT_EQ(requests, 1U);
}

TEST_F(HttpTest, StreamsChunksAsTheyCome) {
  int chunks_seen = 0;
  serve([&](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    co_await out.begin(200);
    for (int i = 0; i < 3; ++i) co_await out.chunk("line\n");
    co_await out.end();
  });
  recorder.on_body = [&] { ++chunks_seen; };
  const auto end = run(client.request(get(), recorder));
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->stopped);
  EXPECT_EQ(recorder.text, "line\nline\nline\n");
  EXPECT_GE(chunks_seen, 1);
}

TEST_F(HttpTest, TheReceiverMayStop) {
  serve([](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    co_await out.begin(200);
    co_await out.chunk("enough");
    co_await out.until_closed();
    out.keep_alive = false;
  });
  recorder.stop_after = 6;
  const auto end = run(client.request(get(), recorder));
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_TRUE(end->stopped);
  EXPECT_EQ(end->status, 200);
}

TEST_F(HttpTest, TheReceiverMayStopAtTheHead) {
  serve([](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    co_await out.reply(500, "<html>", "Content-Type: text/html\r\n");
  });
  recorder.stop_at_head = true;
  const auto end = run(client.request(get(), recorder));
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->stopped);
  EXPECT_EQ(recorder.text, "");
}

TEST_F(HttpTest, ACutBodyIsAnError) {  // K12
  serve([](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    co_await out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
    out.keep_alive = false;
  });
  const auto end = run(client.request(get(), recorder));
  EXPECT_FALSE(end);
  EXPECT_EQ(recorder.text, "short");
}

TEST_F(HttpTest, ARefusedConnectionNamesTheServer) {
  serve([](const FakeRequest&, FakeStream&) -> asio::awaitable<void> { co_return; });
  server->kill();
  const auto end = run(client.request(get("/secret"), recorder));
  ASSERT_FALSE(end);
  EXPECT_TRUE(end.error().message.starts_with(server->url() + ": ")) << end.error().message;
  EXPECT_EQ(end.error().message.find("secret"), std::string::npos);
}

TEST_F(HttpTest, AHeadThatDoesNotComeTimesOut) {  // K34
  serve([](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    co_await out.write("HTTP/1.1 200 OK\r\nX: ");
    co_await out.until_closed();
    out.keep_alive = false;
  });
  auto request = get();
  request.head_timeout = 50ms;
  const auto end = run(client.request(request, recorder));
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().message, server->url() + ": timed out before the head of the response");
}

TEST_F(HttpTest, AHeadWithoutEndIsCut) {  // K34
  serve([](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    co_await out.write("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 3000; ++i) co_await out.write("X-Long: " + std::string(20, 'x') + "\r\n");
    out.keep_alive = false;
  });
  const auto end = run(client.request(get(), recorder));
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().message, server->url() + ": the head of the response is too long");
}

TEST_F(HttpTest, TheReceiversDeadlineMovesWithIt) {  // each chunk gives the next one 200 ms more
  serve([](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    co_await out.begin(200);
    co_await out.chunk("alive");
    co_await out.until_closed();
    out.keep_alive = false;
  });
  const auto start = std::chrono::steady_clock::now();
  recorder.until = start + 5s;
  recorder.on_body = [&] { recorder.until = std::chrono::steady_clock::now() + 50ms; };
  const auto end = run(client.request(get(), recorder));
  ASSERT_FALSE(end);
  EXPECT_EQ(recorder.text, "alive");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
}

TEST_F(HttpTest, CancellationDropsTheExchange) {
  bool closed = false;
  asio::cancellation_signal stop;
  serve([&](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    co_await out.begin(200);
    co_await out.chunk("x");
    co_await out.until_closed();
    closed = true;
    out.keep_alive = false;
  });
  recorder.on_body = [&] { asio::post(io, [&] { stop.emit(asio::cancellation_type::terminal); }); };
  bool ended = false;
  asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        const auto end = co_await client.request(get(), recorder);
        ADD_FAILURE() << "the exchange went on";
      },
      asio::bind_cancellation_slot(stop.slot(),
                                   [&](const std::exception_ptr& error) { ended = error != nullptr; }));
  while (!(ended && closed) && io.run_one_for(10s) != 0) {
  }
  EXPECT_TRUE(ended);
  EXPECT_TRUE(closed);
}

TEST_F(HttpTest, FetchRefusesMoreThanItsBound) {
  serve([](const FakeRequest&, FakeStream& out) -> asio::awaitable<void> {
    co_await out.reply(200, std::string(101, 'x'));
  });
  const auto reply = run(client.fetch(get(), 100, 5s));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message, server->url() + ": response larger than 100 octets");
}

TEST_F(HttpTest, OtherSchemesAreRefused) {
  HttpRequest request;
  request.url = "file:///etc/hostname";
  EXPECT_FALSE(run(client.fetch(request, 100, 5s)));
}

TEST_F(HttpTest, ManyExchangesAtOnce) {
  serve([](const FakeRequest& request, FakeStream& out) -> asio::awaitable<void> {
    co_await out.reply(200, request.target);
  });
  int right = 0;
  for (int i = 0; i < 50; ++i) {
    asio::co_spawn(
        io,
        [&, i]() -> asio::awaitable<void> {
          const auto path = "/" + std::to_string(i);
          const auto reply = co_await client.fetch(get(path), 100, 5s);
          right += reply && reply->body == path ? 1 : 0;
        },
        asio::detached);
  }
  while (right < 50 && io.run_one_for(10s) != 0) {
  }
  EXPECT_EQ(right, 50);
}

}  // namespace
}  // namespace signpost::follow
