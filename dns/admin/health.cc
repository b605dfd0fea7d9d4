#include "dns/admin/health.h"

#include <algorithm>

namespace signpost::admin {

void Health::check(const ReplyTo& reply) {
  const auto asked = sources_.clock->now();
  sources_.ask_workers();
  look(asked, std::chrono::milliseconds(1), reply);
}

/// Looks, and looks again after a pause that doubles to 64 ms: an idle worker answers within microseconds,
/// and waiting on it would take a thread.
void Health::look(Monotonic asked, std::chrono::milliseconds pause, const ReplyTo& reply) {
  if (sources_.oldest_sign() > asked) return reply(text_reply(200, "OK"));
  if (sources_.clock->now() - asked >= kSignDeadline) {
    ++failures_;
    return reply(text_reply(503, "a worker did not answer a query of its own within 2 s\n"));
  }
  const auto next = std::min(pause * 2, std::chrono::milliseconds(64));
  sources_.after(pause, [this, asked, next, reply] { look(asked, next, reply); });
}

std::optional<HttpReply> Readiness::known() const {
  if (stopping_.load(std::memory_order_relaxed)) return text_reply(503, "shutting down\n");
  if (!listening_.load(std::memory_order_relaxed))
    return text_reply(503, "starting: the listeners are not open yet\n");
  if (was_ready_.load(std::memory_order_relaxed)) return text_reply(200, "OK");
  return std::nullopt;
}

HttpReply Readiness::decide(const std::vector<RegistryStatus>& registries) {
  std::string missing;
  for (const auto& registry : registries) {
    const bool unread = registry.synced && registry.pending > 0;
    if (!registry.required || (registry.synced && !unread) || registry.ready_from_state) continue;
    missing += "registry " + registry.name + ": ";
    missing += unread ? std::to_string(registry.pending) + " of " + std::to_string(registry.services) +
                            " services not read yet"
                      : std::string("not listed completely yet");
    if (!registry.last_error.empty()) missing += " (" + registry.last_error + ")";
    missing += "\n";
  }
  if (missing.empty()) was_ready_.store(true, std::memory_order_relaxed);
  if (const auto settled = known()) return *settled;
  return text_reply(503, std::move(missing));
}

}  // namespace signpost::admin
