#include "dns/cookie_keeper.h"

#include <utility>

#include "config/read_file.h"
#include "dns/base/log.h"

namespace signpost {

Result<CookieSecrets> read_cookie_file(const std::string& path) {
  const auto text = config::read_file(path);
  if (!text) return Error{path + ": " + text.error().message};
  auto secrets = parse_cookie_secrets(*text);
  if (!secrets) return Error{path + ": " + secrets.error().message};
  return secrets;
}

void CookieKeeper::follow(std::string path) {
  path_ = std::move(path);
  trouble_.clear();
  if (path_.empty()) {
    secrets_ = own_;
  } else {
    (void)look_again();
  }
}

bool CookieKeeper::look_again() {
  if (path_.empty()) return false;
  const auto read = read_cookie_file(path_);
  if (!read) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    if (std::exchange(trouble_, read.error().message) != read.error().message)
      log::warning("cookies.refused", {{"reason", read.error().message}});
    return false;
  }
  trouble_.clear();
  if (*read == secrets_) return false;
  secrets_ = *read;
  log::info("cookies.secrets", {{"file", path_}, {"count", unsigned{secrets_.count}}});
  return true;
}

}  // namespace signpost
