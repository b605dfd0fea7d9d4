// Asks an address server for the members of the cluster whenever ServerList says so.
#pragma once

#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "backends/follow/http.h"
#include "backends/nacos/server_list.h"
#include "backends/nacos/tls_files.h"
#include "config/config.h"
#include "dns/base/clock.h"

namespace signpost::nacos {

/// Everything on the strand.
class ServerListTask {
 public:
  struct Tell {
    std::function<void(const std::vector<Server>&)> servers;  // there are other ones
    std::function<void(const std::string&)> failed;           // one line; `servers` stay
  };

  /// `tls` outlives it. Not without an address server in `options`.
  ServerListTask(const config::NacosRegistry& options, TlsFiles& tls,
                 const boost::asio::any_io_executor& strand, const Clock& clock, follow::Counts& counts,
                 Tell tell);

  /// Until cancelled (terminal).
  boost::asio::awaitable<void> run();

 private:
  boost::asio::awaitable<void> ask();

  std::string url_;
  const Clock& clock_;
  Tell tell_;
  boost::asio::steady_timer wake_;
  follow::HttpClient http_;
  ServerList list_;
  TlsFiles& tls_;
  std::string told_;  // the trouble that was told last
};

}  // namespace signpost::nacos
