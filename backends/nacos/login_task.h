// Logs in when TokenKeeper says so: the coroutine and the HTTP around it (facts: Nacos 4.6).
#pragma once

#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "backends/follow/file_value.h"
#include "backends/follow/http.h"
#include "backends/nacos/tls_files.h"
#include "backends/nacos/token_keeper.h"
#include "config/config.h"
#include "dns/base/clock.h"

namespace signpost::nacos {

/// Everything on the strand. Without a configured user name it does nothing, for as long as it is left alone.
class LoginTask {
 public:
  struct Tell {
    std::function<void()> token;                     // there is a new one
    std::function<void(const std::string&)> failed;  // one line
  };

  /// `tls` outlives it.
  LoginTask(const config::NacosRegistry& options, TlsFiles& tls, const boost::asio::any_io_executor& strand,
            const Clock& clock, follow::Counts& counts, Tell tell);

  /// Until cancelled (terminal).
  boost::asio::awaitable<void> run();
  void replace_servers(const std::vector<Server>& servers);
  /// A server refused this token.
  void refused(std::string_view token);
  const std::string& token() const noexcept { return keeper_.token(); }

 private:
  boost::asio::awaitable<void> log_in(LoginAttempt attempt);
  Result<follow::HttpRequest> request_for(const LoginAttempt& attempt);
  Monotonic now() const { return clock_.now(); }

  config::NacosRegistry options_;
  const Clock& clock_;
  Tell tell_;
  boost::asio::steady_timer wake_;
  follow::HttpClient http_;
  TokenKeeper keeper_;
  follow::FileValue password_;
  TlsFiles& tls_;
};

}  // namespace signpost::nacos
