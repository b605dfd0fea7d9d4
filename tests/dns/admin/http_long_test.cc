// Replies that are long to make, or long.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>

#include "tests/dns/admin/http_fixture.h"

namespace signpost::admin {
namespace {

using namespace std::chrono_literals;

/// What became of a long body.
struct Fate {
  std::atomic<std::size_t> made{0};
  std::atomic<bool> freed{false};
};

/// `count` octets of 'x', as fast as they are asked for.
class Long final : public LongBody {
 public:
  Long(std::size_t count, Fate& fate) : left_(count), fate_(fate) {}
  ~Long() override { fate_.freed = true; }
  std::size_t read(std::span<char> room) override {
    const auto now = std::min(room.size(), left_);
    std::fill_n(room.begin(), now, 'x');
    left_ -= now;
    fate_.made += now;
    return now;
  }

 private:
  std::size_t left_;
  Fate& fate_;
};

Handler long_reply(std::size_t count, Fate& fate) {
  return [count, &fate](const HttpRequest&, const ReplyTo& reply) {
    reply(later([count, &fate] {
      HttpReply dumped;
      dumped.rest = std::make_shared<Long>(count, fate);
      return dumped;
    }));
  };
}

TEST(HttpLong, WhatIsMadeLaterIsMadeBehindEverybodyElse) {
  Fixture http;
  http.server.add(Door::Metrics, "GET", "/later", [](const auto&, const ReplyTo& reply) {
    reply(later([] { return text_reply(404, std::to_string(::sched_getscheduler(0))); }));
  });
  http.server.add(Door::Metrics, "GET", "/wrong", [](const auto&, const ReplyTo& reply) {
    reply(later([]() -> HttpReply { throw std::runtime_error("a mistake of ours"); }));
  });
  http.server.start();
  auto client = http.connect();
  for (int i = 0; i < 3; ++i) {
    client.send_get("/later");
    const auto response = client.response();
    EXPECT_EQ(status_of(response), 404);
    EXPECT_EQ(body_of(response), std::to_string(SCHED_IDLE));
    client.send_get("/wrong");
    EXPECT_EQ(status_of(client.response()), 500);
  }
}

/// The chunks of a response put together; "?" where it is no chunked one to its end.
std::string joined_chunks(std::string_view response) {
  std::string body;
  const auto head = response.find("\r\n\r\n");
  if (response.find("Transfer-Encoding: chunked") > head) return "?";
  for (auto rest = response.substr(head + 4);;) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size, 16);
    const auto at = static_cast<std::size_t>(end - rest.data()) + 2;
    if (error != std::errc() || rest.size() < at + size + 2) return "?";
    if (size == 0) return body;
    body += rest.substr(at, size);
    rest.remove_prefix(at + size + 2);
  }
}

TEST(HttpLong, ALongBodyIsSentWhileItIsMade) {
  constexpr std::size_t kLong = 200000;
  Fate fate;
  Fixture http;
  http.server.add(Door::Metrics, "GET", "/long", long_reply(kLong, fate));
  http.server.add(Door::Metrics, "GET", "/none", long_reply(0, fate));
  http.server.start();
  auto client = http.connect();
  for (int i = 0; i < 2; ++i) {
    client.send_get("/long");
    EXPECT_EQ(joined_chunks(client.chunked_response()), std::string(kLong, 'x'));
  }
  client.send_get("/none");
  EXPECT_EQ(joined_chunks(client.chunked_response()), "");
  client.send("HEAD /long HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(client.response(true)), 200);
  client.send("GET /long HTTP/1.0\r\n\r\n");  // knows no chunks: the end of the connection is the end
  EXPECT_EQ(body_of(client.until_closed()), std::string(kLong, 'x'));
}

TEST(HttpLong, ALongBodyIsMadeNoFasterThanItIsRead) {
  constexpr std::size_t kMost = 64 << 20;  // more than sockets take
  Fate fate;
  Fixture http({.deadline = 200ms});
  http.server.add(Door::Metrics, "GET", "/long", long_reply(SIZE_MAX, fate));
  http.server.add(Door::Metrics, "GET", "/other", fixed("y"));
  http.server.start();
  auto silent = http.connect();
  silent.send_get("/long");
  while (!fate.freed && fate.made < kMost) {  // others are served meanwhile; whoever does not read is cut off
    auto client = http.connect();
    client.send_get("/other");
    ASSERT_EQ(body_of(client.response()), "y");
  }
  EXPECT_LT(fate.made, kMost);
  EXPECT_EQ(joined_chunks(silent.until_closed()), "?") << "its end is missing";
}

TEST(HttpLong, ALongBodyHasALastMoment) {
  Fate fate;
  Fixture http({.long_deadline = 5ms});  // of waiting for the client, which is no faster than a socket
  http.server.add(Door::Metrics, "GET", "/long", long_reply(SIZE_MAX, fate));
  http.server.start();
  auto client = http.connect();
  client.send_get("/long");
  EXPECT_EQ(joined_chunks(client.until_closed()), "?") << "the client can tell that its end is missing";
}

TEST(HttpLong, StopInTheMiddleOfALongBody) {
  Fate fate;
  {
    Fixture http;
    http.server.add(Door::Metrics, "GET", "/long", long_reply(SIZE_MAX, fate));
    http.server.start();
    auto client = http.connect();
    client.send_get("/long");
    while (fate.made == 0) std::this_thread::yield();
    http.server.stop();
    EXPECT_EQ(joined_chunks(client.until_closed()), "?");
  }
  EXPECT_TRUE(fate.freed);
}

}  // namespace
}  // namespace signpost::admin
