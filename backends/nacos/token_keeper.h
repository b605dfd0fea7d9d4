// When to log in, where, and what the answer means: without I/O or clock (facts: Nacos 4.6, A13).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/follow/backoff.h"
#include "backends/follow/counts.h"
#include "backends/nacos/actions.h"
#include "backends/nacos/server_ring.h"
#include "dns/base/random.h"

namespace signpost::nacos {

/// A POST of username and password to `path` of `server`, to be made now.
struct LoginAttempt {
  Server server;
  std::string path;  // "/nacos/v3/auth/user/login"
};

/// Keeps one token fresh for all namespaces. One owner, one thread.
class TokenKeeper {
 public:
  TokenKeeper(std::vector<Server> servers, Random random, follow::Counts& counts);

  /// The attempt that is due, if one is and none is under way. Its end comes back by answered() or failed().
  std::optional<LoginAttempt> next(Monotonic now);
  /// True: there is a new token. Otherwise trouble() says why, and next() tries again later: 3.x paths first,
  /// the old one at once where a server answers 404 or 501, then the next server after a pause.
  bool answered(int status, std::string_view body, Monotonic now);
  void failed(const std::string& why, Monotonic now);
  /// A server refused `token`: a new login is due, unless a newer one is known already.
  void refused(std::string_view token, Monotonic now);

  /// The members of the cluster are these now.
  void replace_servers(std::vector<Server> servers);

  /// When next() will have something; max() while an attempt is under way, and without servers.
  Monotonic deadline() const noexcept { return under_way_ || servers_.empty() ? Monotonic::max() : due_; }
  const std::string& token() const noexcept { return token_; }
  const std::string& trouble() const noexcept { return trouble_; }

 private:
  Random random_;
  ServerRing servers_;
  Server asked_;  // by the attempt of this moment
  follow::Counts& counts_;
  follow::Backoff backoff_;
  bool old_path_ = false;
  bool under_way_ = false;
  Monotonic due_{};  // at once
  std::string token_;
  std::string trouble_;
};

}  // namespace signpost::nacos
