// Carries out a Fetch of the polling protocol: one GET of HTTP v1 (facts: Nacos 4.2, 4.6).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "backends/follow/http.h"
#include "backends/nacos/actions.h"
#include "backends/nacos/tls_files.h"
#include "config/config.h"
#include "dns/base/clock.h"

namespace signpost::nacos {

/// Everything on the strand; outlives its fetches, as `tls` does.
class V1Fetcher {
 public:
  V1Fetcher(const config::NacosRegistry& options, TlsFiles& tls, const boost::asio::any_io_executor& strand,
            const Clock& clock);

  /// `push_port`: where datagrams are taken for a Fetch that wants them; 0: nowhere. Never throws but when it
  /// is cancelled (terminal). What went wrong is in the event, without the query.
  boost::asio::awaitable<event::Fetched> fetch(action::Fetch wanted, std::uint16_t push_port);

 private:
  Result<follow::HttpRequest> request_for(const action::Fetch& wanted, std::uint16_t push_port);

  const Clock& clock_;
  config::NacosRegistry options_;
  TlsFiles& tls_;
  follow::HttpClient http_;
  std::map<std::string, std::string> local_;  // server -> our address on the way to it
};

}  // namespace signpost::nacos
