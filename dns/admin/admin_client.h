// The command line's side of the admin socket.
#pragma once

#include <chrono>
#include <string>

#include "dns/base/result.h"

namespace signpost::admin {

struct AdminReply {
  unsigned status = 0;
  std::string body;
};

/// One request over the Unix socket; blocks, at most `patience` without progress. `target` is path and query,
/// percent-encoded. The error says which socket, why, and what would be right.
Result<AdminReply> ask(const std::string& socket_path, const std::string& method, const std::string& target,
                       std::chrono::seconds patience = std::chrono::seconds(10));

/// One GET of an http: URL; blocks, at most `patience` in all.
Result<AdminReply> get(const std::string& url, std::chrono::seconds patience);

}  // namespace signpost::admin
