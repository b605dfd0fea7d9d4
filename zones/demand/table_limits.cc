// What bounds the table of `on_query`: rates, numbers, time.
#include <algorithm>

#include "zones/demand/table.h"

namespace signpost {
namespace {

/// Names beyond the rate are refused by the workers themselves for so long.
constexpr Duration kShut = std::chrono::milliseconds(50);
/// Of `services`, those that are not there; one name may need three.
constexpr std::size_t kAbsentPart = 8, kAbsentLeast = 3;
/// Names in use that are passed over in search of one that is not.
constexpr int kSecondChances = 64;

}  // namespace

bool DemandTable::take_token(Monotonic now) {
  const auto passed = std::chrono::duration<double>(now - refilled_).count();
  tokens_ = std::min(kNewASecond, tokens_ + passed * kNewASecond);
  refilled_ = now;
  if (tokens_ >= 1) {
    tokens_ -= 1;
    return true;
  }
  gate_.shut(true);
  shut_until_ = now + kShut;
  return false;
}

void DemandTable::refuse(const DemandGate::Ask& ask, Part& part) {
  ++part.counts.refused;
  (void)ask.mailbox->resume(ask.ticket);
}

/// Whether any of its services was used, under whichever name, since the last call.
bool DemandTable::take_use(const Lease& lease) {
  bool used = false;
  for (const auto& key : lease.keys) {
    const auto wish = wishes_.find(key);
    for (const auto mark : wish->second.marks) used = gate_.take_use(mark) || used;
  }
  return used;
}

/// Somebody got an answer for what was absent: it has appeared since, or another registry has the name. The
/// backend knows, and nothing is unsettled meanwhile.
void DemandTable::ask_again(Part& part, Leases::iterator absent, Monotonic now, DemandActions& out) {
  absent->ends = now + kAskingAtMost;
  part.absent.splice(part.absent.end(), part.absent, absent);
  want(*absent, out);
}

/// The one that was used longest ago goes first, as near as marks tell (a second chance, as of pages).
void DemandTable::limit(Part& part, Monotonic now, DemandActions& out) {
  const auto& options = part.registry.options.on_query;
  int chances = kSecondChances;
  while (part.there_keys > options.services && part.there.size() > 1) {
    const auto oldest = part.there.begin();
    const bool in_use = take_use(*oldest) || !oldest->shown;
    if (in_use && --chances >= 0) {
      oldest->ends = now + options.idle;
      part.there.splice(part.there.end(), part.there, oldest);
      continue;
    }
    ++part.counts.evicted;
    end(oldest, out);
  }
  const auto absent_most = std::max<std::size_t>(kAbsentLeast, options.services / kAbsentPart);
  chances = kSecondChances;
  while (part.absent_keys > absent_most && part.absent.size() > 1) {
    const auto oldest = part.absent.begin();
    if (take_use(*oldest) && --chances >= 0) {
      ask_again(part, oldest, now, out);
      continue;
    }
    ++part.counts.evicted;
    end(oldest, out);
  }
}

void DemandTable::expire(Part& part, Monotonic now, DemandActions& out) {
  const Duration idle = part.registry.options.on_query.idle;
  for (auto* leases : {&part.asking, &part.there, &part.absent}) {
    while (!leases->empty() && leases->front().ends <= now) {
      const auto lease = leases->begin();
      const bool used = take_use(*lease);
      // One that a new backend has not spoken of yet: an outage takes nothing away.
      if (lease->home == Home::There && (used || lease->silent > 0)) {
        lease->ends = now + idle;
        leases->splice(leases->end(), *leases, lease);
        continue;
      }
      if (lease->home == Home::Absent && used) {
        ask_again(part, lease, now, out);
        continue;
      }
      if (lease->home == Home::There) ++part.counts.idle;
      end(lease, out);
    }
  }
}

void DemandTable::send_back_late(Monotonic now) {
  for (auto each = waiting_questions_.begin(); each != waiting_questions_.end();) {
    auto& question = **each++;
    const auto late = std::stable_partition(question.waiters.begin(), question.waiters.end(),
                                            [now](const auto& waiter) { return waiter.until > now; });
    const auto count = static_cast<std::size_t>(question.waiters.end() - late);
    for (auto waiter = late; waiter != question.waiters.end(); ++waiter)
      (void)waiter->mailbox->resume(waiter->ticket);
    question.waiters.erase(late, question.waiters.end());
    waiting_ -= count;
    for (const auto& lease : question.leases) {
      if (!lease->spoke()) lease->part->counts.expired += count;
    }
    if (question.waiters.empty()) waiting_questions_.erase(&question);
  }
}

void DemandTable::tick(Monotonic now, DemandActions& out) {
  if (now >= shut_until_) {
    gate_.shut(false);
    shut_until_ = Monotonic::max();
  }
  send_back_late(now);
  for (auto& part : parts_) expire(part, now, out);
}

Monotonic DemandTable::deadline() const {
  auto earliest = shut_until_;
  for (const auto* question : waiting_questions_) {
    for (const auto& waiter : question->waiters) earliest = std::min(earliest, waiter.until);
  }
  for (const auto& part : parts_) {
    for (const auto* leases : {&part.asking, &part.there, &part.absent}) {
      if (!leases->empty()) earliest = std::min(earliest, leases->front().ends);
    }
  }
  return earliest;
}

}  // namespace signpost
