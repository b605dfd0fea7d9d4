#include "backends/nacos/login_task.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "backends/nacos/url.h"

namespace signpost::nacos {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kAnswerBytesMax = 65536;
constexpr auto kTotal = std::chrono::seconds(10);

}  // namespace

LoginTask::LoginTask(const config::NacosRegistry& options, TlsFiles& tls, const asio::any_io_executor& strand,
                     const Clock& clock, follow::Counts& counts, Tell tell)
    : options_(options),
      clock_(clock),
      tell_(std::move(tell)),
      wake_(strand),
      http_(strand, clock),
      keeper_(options.servers, Random::from_kernel(), counts),
      password_(options.password_file),
      tls_(tls) {}

asio::awaitable<void> LoginTask::run() {
  const bool needed = !options_.username.empty();
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto state = co_await asio::this_coro::cancellation_state;
  while (state.cancelled() == asio::cancellation_type::none) {
    if (needed) {
      if (const auto attempt = keeper_.next(now())) {
        co_await log_in(*attempt);
        continue;
      }
    }
    const auto due = needed ? keeper_.deadline() : Monotonic::max();
    if (due == Monotonic::max()) {
      wake_.expires_at(due);
    } else {
      wake_.expires_after(std::max(due - now(), Duration::zero()));
    }
    co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

void LoginTask::replace_servers(const std::vector<Server>& servers) {
  keeper_.replace_servers(servers);
  wake_.cancel();
}

void LoginTask::refused(std::string_view token) {
  keeper_.refused(token, now());
  wake_.cancel();
}

asio::awaitable<void> LoginTask::log_in(LoginAttempt attempt) {
  auto request = request_for(attempt);
  if (!request) {
    keeper_.failed(request.error().message, now());
    co_return tell_.failed(keeper_.trouble());
  }
  const auto reply = co_await http_.fetch(std::move(*request), kAnswerBytesMax, kTotal);
  if (!reply) {
    keeper_.failed(reply.error().message, now());
    co_return tell_.failed(keeper_.trouble());
  }
  if (keeper_.answered(reply->head.status, reply->body, now())) co_return tell_.token();
  if (!keeper_.trouble().empty()) tell_.failed(keeper_.trouble());
}

/// The password is read each time, since somebody may have changed it; it travels in the form, where logs of
/// proxies do not show it (A14).
Result<follow::HttpRequest> LoginTask::request_for(const LoginAttempt& attempt) {
  const auto password = password_.read_again(now());
  if (!password) return password.error();
  follow::HttpRequest request;
  request.method = "POST";
  aim(request, options_, attempt.server, attempt.path);
  request.headers = {"Content-Type: application/x-www-form-urlencoded"};
  request.body = "username=" + form_encoded(options_.username) + "&password=" + form_encoded(*password);
  auto tls = tls_.get(now());
  if (!tls) return tls.error();
  request.tls = std::move(*tls);
  return request;
}

}  // namespace signpost::nacos
