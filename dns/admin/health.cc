#include "dns/admin/health.h"

#include <algorithm>
#include <mutex>

namespace signpost::admin {
namespace {

/// One check on its way: pongs come from the workers' threads, the deadline from the admin thread.
struct Check {
  std::mutex mutex;
  std::vector<bool> answered;
  std::size_t missing = 0;
  ReplyTo reply;  // empty once used

  /// True once, for whoever is to reply.
  ReplyTo take() { return std::exchange(reply, nullptr); }
};

std::string names_of_silent(const Check& check) {
  std::string names;
  for (std::size_t worker = 0; worker < check.answered.size(); ++worker) {
    if (check.answered[worker]) continue;
    if (!names.empty()) names += ", ";
    names += "dns-" + std::to_string(worker);
  }
  return names;
}

void pong(Check& check, std::size_t worker) {
  ReplyTo reply;
  {
    const std::lock_guard lock(check.mutex);
    if (check.answered[worker]) return;
    check.answered[worker] = true;
    if (--check.missing == 0) reply = check.take();
  }
  if (reply) reply(text_reply(200, "OK"));
}

}  // namespace

void Health::check(ReplyTo reply) {
  const auto check = std::make_shared<Check>();
  check->answered.resize(sources_.workers);
  check->missing = sources_.workers;
  if (check->missing == 0) return reply(text_reply(200, "OK"));
  check->reply = std::move(reply);
  sources_.after(kPingDeadline, [check, failures = failures_] {
    ReplyTo late;
    std::string silent;
    {
      const std::lock_guard lock(check->mutex);
      late = check->take();
      if (late) silent = names_of_silent(*check);
    }
    if (!late) return;
    failures->fetch_add(1, std::memory_order_relaxed);
    late(text_reply(503, "no answer within " + std::to_string(kPingDeadline.count() / 1000) + " s from " +
                             silent + "\n"));
  });
  for (std::size_t worker = 0; worker < sources_.workers; ++worker) {
    sources_.ping(worker, [check, worker] { pong(*check, worker); });
  }
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
    if (!registry.required || registry.synced) continue;
    missing += "registry " + registry.name + ": not listed completely yet";
    if (!registry.last_error.empty()) missing += " (" + registry.last_error + ")";
    missing += "\n";
  }
  if (missing.empty()) was_ready_.store(true, std::memory_order_relaxed);
  if (const auto settled = known()) return *settled;
  return text_reply(503, std::move(missing));
}

}  // namespace signpost::admin
