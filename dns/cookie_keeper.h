// The secrets of DNS cookies, from a file that somebody else rolls, or made up where there is none.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "dns/base/result.h"
#include "dns/query/cookies.h"

namespace signpost {

/// What the file says; the error begins with its path: "/etc/cookie: line 2: a secret is ...".
Result<CookieSecrets> read_cookie_file(const std::string& path);

/// Main thread, but for refused(). Never without a secret: cookies are always on.
class CookieKeeper {
 public:
  CookieKeeper() : own_(random_cookie_secrets()), secrets_(own_) {}

  /// From now on the secrets are those of this file, or with no path our own, which nobody else knows. Reads
  /// it. A bad file changes nothing but what look_again() looks at.
  void follow(std::string path);
  /// Reads the file again; true: the secrets are others than before. A bad one changes nothing; it is
  /// counted, and logged when the reason is a new one.
  bool look_again();

  const CookieSecrets& secrets() const noexcept { return secrets_; }
  /// Any thread: readings that changed nothing because the file was bad.
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

 private:
  const CookieSecrets own_;
  CookieSecrets secrets_;
  std::string path_;
  std::string trouble_;
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace signpost
