// Audit pulls: a subscription that the server has silently forgotten looks exactly like a service that never
// changes, so each service is asked for once in a while on the same connection (A11).
//
// Pulls and pushes come from one cache on the server and change at the same moment (L2), so a pull that
// differs is right, and normally the push of the same change is on its way: up to 1.1 s late (L3), 6 s more
// when it has to be sent again (L8). When none has come by then, nobody is going to tell us: the subscription
// is made anew.
#include <algorithm>
#include <bit>
#include <functional>

#include "backends/nacos/session.h"
#include "backends/nacos/timing.h"

namespace signpost::nacos {
namespace {

void mix(std::uint64_t& hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
  hash ^= hash >> 29;
}

void mix(std::uint64_t& hash, std::string_view text) { mix(hash, std::hash<std::string_view>{}(text)); }

std::uint64_t fingerprint(const Host& host) {
  std::uint64_t hash = 1;
  mix(hash, host.instance_id);
  mix(hash, host.ip);
  mix(hash, static_cast<std::uint64_t>(host.port));
  mix(hash, std::bit_cast<std::uint64_t>(host.weight));
  mix(hash, (host.healthy ? 2U : 0U) + (host.enabled ? 1U : 0U));
  mix(hash, host.cluster);
  for (const auto& [key, value] : host.metadata) {
    mix(hash, key);
    mix(hash, value);
  }
  return hash;
}

}  // namespace

/// Servers list hosts in the order of a hash set, so the order of hosts does not count.
std::uint64_t Session::fingerprint_of(const ServiceInfo& info) {
  std::uint64_t hash = info.threshold_reached ? 1 : 0;
  for (const auto& host : info.hosts) hash += fingerprint(host);
  return hash + info.hosts_not_objects + info.hosts_without_ip + info.hosts_too_many;
}

/// Evenly over the interval, +-25 %, but never more than kAuditsPerSecond: with more services a round takes
/// longer (20,000 services: 400 s), since the server has others to serve.
Duration Session::audit_gap() {
  const auto count = static_cast<Duration::rep>(std::max<std::size_t>(services_.size(), 1));
  const Duration fastest = Duration(std::chrono::seconds(1)) / timing::kAuditsPerSecond;
  const auto gap = std::max(options_.audit_interval / count, fastest);
  return gap - gap / 4 +
         Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(gap.count()) / 2 + 1)));
}

void Session::start_audits(Monotonic now) { audit_.due = now + audit_gap(); }

Monotonic Session::audit_deadline() const {
  auto earliest = audit_.in_flight < timing::kAuditsInFlight ? audit_.due : Monotonic::max();
  if (!audit_.doubts.empty()) earliest = std::min(earliest, audit_.doubts.begin()->first);
  return earliest;
}

void Session::audit(Monotonic now, Actions& out) {
  settle_doubts(now, out);
  if (now < audit_.due || audit_.in_flight >= timing::kAuditsInFlight) return;
  audit_.due = now + audit_gap();
  if (services_.empty() || awaiting_token_ || now < paused_until_) return;
  auto next = services_.upper_bound(audit_.last);
  if (next == services_.end()) next = services_.begin();
  audit_.last = next->first;
  if (of_now(next->second).queued || next->second.epoch != epoch_) return;  // it is being read as it is
  ++audit_.in_flight;
  send({Call::Audit, next->first}, timing::kRequest, now, out);
}

/// A failed pull says nothing of its service; the server has trouble, so the pulls wait.
void Session::audit_failed(Monotonic now) {
  counts_.add("audits", "failed");
  audit_.due = std::max(audit_.due, now + retry_delay(audit_.failures++));
}

void Session::audited(const InFlight& call, const Result<ServiceInfo>& info, Monotonic now, Actions& out) {
  const auto& name = call.work.service;
  const bool ours = info && is_of(*info, name);
  if (!ours) {
    counts_.add("skipped", info ? "other-service" : "malformed-answer");
    return audit_failed(now);
  }
  audit_.failures = 0;
  const auto found = services_.find(name);
  if (found == services_.end()) return;
  auto& service = of_now(found->second);
  if (service.queued || service.epoch != epoch_ || is_outdated(service, *info, call.started)) return;
  if (fingerprint_of(*info) == service.content) {
    service.last_ref_time = std::min(service.last_ref_time, info->last_ref_time);  // its clock was set back
    return counts_.add("audits", "same");
  }
  counts_.add("audits", "differs");
  accept(found->first, service, *info, call.started, now, out);
  if (service.doubted != 0) return;
  service.doubted = ++sequence_;
  audit_.doubts.emplace(now + timing::kAuditGrace, name);
}

/// Those differences that no push has explained in time.
void Session::settle_doubts(Monotonic now, Actions& out) {
  while (!audit_.doubts.empty() && audit_.doubts.begin()->first <= now) {
    const auto name = audit_.doubts.begin()->second;
    audit_.doubts.erase(audit_.doubts.begin());
    const auto found = services_.find(name);
    if (found == services_.end() || of_now(found->second).doubted == 0) continue;
    const auto doubted = std::exchange(found->second.doubted, 0);
    if (found->second.pushed > doubted) continue;
    counts_.add("drift", "service");
    out.emplace_back(action::Note{
        log::Level::Warning, "registry.drift",
        name.group + "/" + name.name + " had changed without a push; it is subscribed to again"});
    enqueue({Call::Subscribe, name});
  }
}

}  // namespace signpost::nacos
