#include "backends/checks/probe.h"

#include <algorithm>
#include <string>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace signpost::checks {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

asio::ip::address asio_address(const IpAddress& address) {
  const auto octets = address.octets();
  if (address.is_v4()) {
    asio::ip::address_v4::bytes_type bytes;
    std::copy(octets.begin(), octets.end(), bytes.begin());
    return asio::ip::address_v4(bytes);
  }
  asio::ip::address_v6::bytes_type bytes;
  std::copy(octets.begin(), octets.end(), bytes.begin());
  return asio::ip::address_v6(bytes);
}

std::string timed_out(const Target& target) {
  return fmt::format("no answer within {} ms", target.way.timeout.count());
}

asio::awaitable<Outcome> connect(Target target) {
  using asio::experimental::awaitable_operators::operator||;
  constexpr auto token = asio::as_tuple(asio::use_awaitable);
  const auto executor = co_await asio::this_coro::executor;
  tcp::socket socket(executor);
  asio::steady_timer timer(executor, target.way.timeout);
  const tcp::endpoint to(asio_address(target.address), target.port);
  const auto first = co_await (socket.async_connect(to, token) || timer.async_wait(token));
  if (first.index() == 1) co_return Outcome{false, timed_out(target)};
  const auto error = std::get<0>(std::get<0>(first));
  if (error) co_return Outcome{false, error.message()};
  co_return Outcome{true, {}};
}

/// Wants the head alone.
class Head final : public follow::HttpReceiver {
 public:
  explicit Head(Monotonic until) : until_(until) {}
  follow::HttpNext head(const follow::HttpHead& head) override {
    status = head.status;
    return follow::HttpNext::Stop;
  }
  follow::HttpNext body(std::string_view) override { return follow::HttpNext::Stop; }
  Monotonic deadline() const override { return until_; }

  int status = 0;

 private:
  Monotonic until_;
};

asio::awaitable<Outcome> get(Target target, follow::HttpClient& http, const Clock& clock) {
  follow::HttpRequest request;
  request.url = target.to_string();
  request.headers = {"User-Agent: signpost-check", "Accept: */*"};
  request.fresh_connection = true;  // a connection that is open already says nothing about the port
  request.connect_timeout = target.way.timeout;
  request.head_timeout = target.way.timeout;
  Head head(clock.now() + target.way.timeout);
  const auto ended = co_await http.request(std::move(request), head);
  if (head.status >= 200 && head.status < 400) co_return Outcome{true, {}};
  if (head.status != 0) co_return Outcome{false, fmt::format("HTTP {}", head.status)};
  co_return Outcome{false, ended ? "no head of a response" : ended.error().message};
}

}  // namespace

asio::awaitable<Outcome> probe(Target target, follow::HttpClient& http, const Clock& clock) {
  if (target.way.type == config::CheckType::Http) co_return co_await get(std::move(target), http, clock);
  co_return co_await connect(std::move(target));
}

}  // namespace signpost::checks
