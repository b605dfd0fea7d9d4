// Certificates as the files hold them now: an authority to check servers with, and ours for mutual TLS.
#pragma once

#include <memory>
#include <string>

#include "backends/follow/http.h"
#include "config/config.h"
#include "dns/base/clock.h"
#include "dns/base/result.h"

namespace signpost::nacos {

/// Read for each new connection, so that rotated files count from the next one on (K16 for Kubernetes, and
/// the same here). The three files count together: a half-rotated pair, or text that is no PEM, changes
/// nothing and is logged once (K18). One owner, one thread.
class TlsFiles {
 public:
  /// `registry` is for the log.
  TlsFiles(std::string registry, const config::NacosRegistry& options);

  /// Null without `tls`. The same object until a file changes. An error only while nothing good was ever
  /// read.
  Result<std::shared_ptr<const follow::HttpTls>> get(Monotonic now);

 private:
  std::string registry_;
  bool wanted_;
  std::string ca_, certificate_, key_;  // paths; empty: none
  std::shared_ptr<const follow::HttpTls> good_;
  std::string told_;  // the trouble that was logged last
};

}  // namespace signpost::nacos
