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
#include "dns/base/clock.h"
#include "zones/table/status.h"

namespace signpost::admin {

/// How long a worker may take to answer, between two batches.
inline constexpr std::chrono::milliseconds kSignDeadline{2000};

/// What /health needs from elsewhere; tests give their own. All are called on the admin thread.
struct HealthSources {
  /// Asks every worker a query through its own socket; never waits.
  std::function<void()> ask_workers;
  /// When the latest question was asked that the slowest worker has answered.
  std::function<Monotonic()> oldest_sign;
  /// Calls `then` later, once, on the admin thread.
  std::function<void(std::chrono::milliseconds, std::function<void()> then)> after;
  const Clock* clock = &system_clock();
};

/// Replies 200 when every worker has answered a query asked after the question, 503 when one did not in time.
class Health {
 public:
  explicit Health(HealthSources sources) : sources_(std::move(sources)) {}
  /// Admin thread, as long as this object lives.
  void check(const ReplyTo& reply);
  /// Checks that ended with 503 since the start.
  std::uint64_t failures() const noexcept { return failures_; }

 private:
  void look(Monotonic asked, std::chrono::milliseconds pause, const ReplyTo& reply);

  HealthSources sources_;
  std::uint64_t failures_ = 0;
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
