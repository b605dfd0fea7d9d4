#include "backends/nacos/v1_fetcher.h"

#include <memory>
#include <utility>

#include "backends/nacos/url.h"

namespace signpost::nacos {
namespace {

// 20,000 names of 500 octets, or 90,000 instances of 350 (L20): more is no list of ours.
constexpr std::size_t kAnswerBytesMax = 32UL << 20U;

}  // namespace

V1Fetcher::V1Fetcher(const config::NacosRegistry& options, TlsFiles& tls,
                     const boost::asio::any_io_executor& strand, const Clock& clock)
    : clock_(clock), options_(options), tls_(tls), http_(strand, clock) {}

boost::asio::awaitable<event::Fetched> V1Fetcher::fetch(action::Fetch wanted, std::uint16_t push_port) {
  auto request = request_for(wanted, push_port);
  if (!request) co_return event::Fetched{wanted.id, 0, {}, request.error().message};
  const auto total = std::chrono::duration_cast<std::chrono::milliseconds>(wanted.timeout);
  auto reply = co_await http_.fetch(std::move(*request), kAnswerBytesMax, total);
  if (!reply) co_return event::Fetched{wanted.id, 0, {}, reply.error().message};
  local_[spelled(wanted.server)] = reply->local_address;
  co_return event::Fetched{wanted.id, reply->head.status, std::move(reply->body), {}};
}

/// The token is a header where that will do, since proxies write queries into their logs (A14).
Result<follow::HttpRequest> V1Fetcher::request_for(const action::Fetch& wanted, std::uint16_t push_port) {
  follow::HttpRequest request;
  auto target = wanted.target;
  const auto local = local_.find(spelled(wanted.server));
  if (wanted.wants_pushes && push_port != 0 && local != local_.end() && !local->second.empty()) {
    target += "&udpPort=" + std::to_string(push_port) + "&clientIP=" + form_encoded(local->second);
    // Servers push to those on their list (4.3), where this is what a bridge to DNS is called.
    request.headers.emplace_back("User-Agent: Nacos-DNS:v1.0.0");
  }
  if (!wanted.token.empty() && wanted.token_in_query) {
    target += "&accessToken=" + form_encoded(wanted.token);
  } else if (!wanted.token.empty()) {
    request.headers.push_back("Authorization: Bearer " + wanted.token);
  }
  aim(request, options_, wanted.server, target);
  request.connect_timeout = std::chrono::milliseconds(3000);
  request.accept_gzip = true;
  auto tls = tls_.get(clock_.now());
  if (!tls) return tls.error();
  request.tls = std::move(*tls);
  return request;
}

}  // namespace signpost::nacos
