// An HTTP server with one door, for tests.
#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "dns/admin/http_server.h"
#include "tests/dns/admin/raw_http.h"

namespace signpost::admin {

/// A server with one door on a free port.
struct Fixture {
  explicit Fixture(HttpLimits limits = {}, Door door = Door::Metrics) : server(limits) {
    auto socket = ListenSocket::tcp({IpAddress::v4({127, 0, 0, 1}), 0});
    EXPECT_TRUE(socket);
    address = socket->address();
    server.listen(door, std::move(*socket));
  }
  RawHttp connect() const { return RawHttp::tcp(address); }

  HttpServer server;
  std::string address;
};

inline Handler fixed(std::string body) {
  return [body](const HttpRequest&, const ReplyTo& reply) { reply(text_reply(200, body)); };
}

}  // namespace signpost::admin
