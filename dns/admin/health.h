// /health and /ready: two questions that must not be mixed. Liveness asks whether the workers still run, and
// never depends on a registry: restarting cures no registry. Readiness asks whether answers can be given at
// all; it becomes true once and stays true, since flapping readiness of all replicas at once is an outage
// (operations.md 1).
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/admin/http_message.h"
#include "zones/table/status.h"

namespace signpost::admin {

/// How long a worker may take to answer a ping through its own loop.
inline constexpr std::chrono::milliseconds kPingDeadline{2000};

/// What /health needs from elsewhere; tests give their own.
struct HealthSources {
  std::size_t workers = 0;
  /// Asks one worker to call `pong` from its own loop; any thread.
  std::function<void(std::size_t worker, std::function<void()> pong)> ping;
  /// Calls `then` later, once.
  std::function<void(std::chrono::milliseconds, std::function<void()> then)> after;
};

/// Pings every worker; replies 200 when all answered, or 503 with the names of those that did not in time.
class Health {
 public:
  explicit Health(HealthSources sources) : sources_(std::move(sources)) {}
  void check(ReplyTo reply);
  /// Checks that ended with 503 since the start.
  std::uint64_t failures() const noexcept { return failures_->load(std::memory_order_relaxed); }

 private:
  HealthSources sources_;
  std::shared_ptr<std::atomic<std::uint64_t>> failures_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

/// The memory behind /ready. Any thread.
class Readiness {
 public:
  /// The configuration was taken over and every listener is open.
  void listening() noexcept { listening_.store(true, std::memory_order_relaxed); }
  /// Not ready from now on, whatever comes.
  void stopping() noexcept { stopping_.store(true, std::memory_order_relaxed); }
  /// Answered without asking anybody, once it is known: empty while the registries must be looked at.
  std::optional<HttpReply> known() const;
  /// From what the builder says of its registries; remembers a yes.
  HttpReply decide(const std::vector<RegistryStatus>& registries);
  bool ready() const noexcept { return was_ready_.load() && !stopping_.load(); }

 private:
  std::atomic<bool> listening_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> was_ready_{false};
};

}  // namespace signpost::admin
