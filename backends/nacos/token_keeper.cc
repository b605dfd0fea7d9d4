#include "backends/nacos/token_keeper.h"

#include <algorithm>

#include "backends/nacos/messages.h"
#include "backends/nacos/url.h"

namespace signpost::nacos {
namespace {

constexpr std::int64_t kDefaultTtlSeconds = 18000;
constexpr std::int64_t kLongestTtlSeconds = 86400;  // somebody may change the password in the meantime

}  // namespace

TokenKeeper::TokenKeeper(std::vector<Server> servers, Random random, follow::Counts& counts)
    : random_(random),
      servers_(std::move(servers), random_),
      counts_(counts),
      backoff_(std::chrono::seconds(1), std::chrono::seconds(60)) {}

void TokenKeeper::replace_servers(std::vector<Server> servers) {
  servers_.replace(std::move(servers), random_);
}

std::optional<LoginAttempt> TokenKeeper::next(Monotonic now) {
  if (under_way_ || now < due_ || servers_.empty()) return std::nullopt;
  under_way_ = true;
  asked_ = servers_.current();
  return LoginAttempt{asked_, old_path_ ? "/nacos/v1/auth/users/login" : "/nacos/v3/auth/user/login"};
}

bool TokenKeeper::answered(int status, std::string_view body, Monotonic now) {
  if ((status == 404 || status == 501) && !old_path_) {
    under_way_ = false;
    old_path_ = true;
    due_ = now;
    return false;
  }
  if (status != 200) {
    failed("the server answered the login with HTTP " + std::to_string(status), now);
    return false;
  }
  auto login = read_login(body);
  if (!login) {
    failed(login.error().message, now);
    return false;
  }
  under_way_ = false;
  token_ = std::move(login->token);
  trouble_.clear();
  backoff_.reset();
  const auto ttl =
      login->ttl_seconds > 0 ? std::min(login->ttl_seconds, kLongestTtlSeconds) : kDefaultTtlSeconds;
  due_ = now + std::chrono::milliseconds(ttl * 800);  // 80 %
  return true;
}

void TokenKeeper::failed(const std::string& why, Monotonic now) {
  counts_.add("logins_failed");
  under_way_ = false;
  old_path_ = false;
  trouble_ = spelled(asked_) + ": " + why;
  servers_.advance();
  // The full jitter may draw almost nothing; a password that is wrong must not be tried all the time.
  due_ = now + std::max<Duration>(backoff_.next(random_), std::chrono::milliseconds(200));
}

void TokenKeeper::refused(std::string_view token, Monotonic now) {
  if (under_way_ || token != token_ || token_.empty()) return;
  token_.clear();
  due_ = now;
}

}  // namespace signpost::nacos
