#include "backends/nacos/server_list_task.h"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace signpost::nacos {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kAnswerBytesMax = 65536;
constexpr auto kTotal = std::chrono::seconds(5);

}  // namespace

ServerListTask::ServerListTask(const config::NacosRegistry& options, TlsFiles& tls,
                               const asio::any_io_executor& strand, const Clock& clock,
                               follow::Counts& counts, Tell tell)
    : url_(options.address_server),
      clock_(clock),
      tell_(std::move(tell)),
      wake_(strand),
      http_(strand, clock),
      list_(Random::from_kernel(), counts),
      tls_(tls) {}

asio::awaitable<void> ServerListTask::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto state = co_await asio::this_coro::cancellation_state;
  while (state.cancelled() == asio::cancellation_type::none) {
    co_await ask();
    wake_.expires_after(std::max(list_.due() - clock_.now(), Duration::zero()));
    co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

asio::awaitable<void> ServerListTask::ask() {
  follow::HttpRequest request;
  request.url = url_;
  request.connect_timeout = std::chrono::seconds(3);
  if (url_.starts_with("https://")) {
    auto tls = tls_.get(clock_.now());
    if (!tls) {
      list_.failed(tls.error().message, clock_.now());
      co_return tell_.failed(list_.trouble());
    }
    request.tls = std::move(*tls);
  }
  const auto reply = co_await http_.fetch(std::move(request), kAnswerBytesMax, kTotal);
  bool changed = false;
  if (reply) {
    changed = list_.answered(reply->head.status, reply->body, clock_.now());
  } else {
    list_.failed(reply.error().message, clock_.now());
  }
  const auto before = std::exchange(told_, list_.trouble());
  if (!told_.empty() && told_ != before) tell_.failed(told_);
  if (changed) tell_.servers(list_.servers());
}

}  // namespace signpost::nacos
