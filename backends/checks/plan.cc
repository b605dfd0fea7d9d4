#include "backends/checks/plan.h"

#include <algorithm>
#include <utility>

namespace signpost::checks {

using std::chrono::nanoseconds;

namespace {

constexpr std::size_t kExamples = 5;

}  // namespace

Duration Plan::jittered(Duration interval) {
  const auto tenth = interval / 10;
  return interval - tenth +
         Duration(
             static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(tenth.count()) * 2 + 1)));
}

void Plan::schedule(States::iterator at, Monotonic due) {
  at->second.due = due;
  queue_.emplace(due, &at->first);
}

void Plan::add(const Target& target, Monotonic now) {
  const auto [at, fresh] = states_.try_emplace(target);
  ++at->second.wanted_by;
  if (!fresh && at->second.wanted_by > 1) return;
  if (at->second.running) return;  // let go and wanted again while it was asked: ended() goes on with it
  const auto interval = std::chrono::duration_cast<nanoseconds>(target.way.interval).count();
  const auto wait = random_.below(static_cast<std::uint64_t>(interval) + 1);
  schedule(at, now + nanoseconds(static_cast<std::int64_t>(wait)));
}

void Plan::drop(const Target& target) {
  const auto at = states_.find(target);
  auto& state = at->second;
  if (--state.wanted_by > 0) return;
  if (state.running) {  // ended() forgets it, or goes on with it as a new one if it is wanted again by then
    state.failing = state.told = false;
    state.streak = 0;
    failing_.erase(target);
    return;
  }
  queue_.erase({state.due, &at->first});
  forget(at);
}

void Plan::forget(States::iterator at) {
  failing_.erase(at->first);
  states_.erase(at);
}

void Plan::want(const std::string& who, const std::vector<Target>& targets, Monotonic now) {
  auto wanted = targets;
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  const auto before = std::exchange(wants_[who], wanted);
  for (const auto& target : wanted) {
    if (!std::binary_search(before.begin(), before.end(), target)) add(target, now);
  }
  for (const auto& target : before) {
    if (!std::binary_search(wanted.begin(), wanted.end(), target)) drop(target);
  }
  if (wanted.empty()) wants_.erase(who);
}

std::vector<Target> Plan::take_due(Monotonic now) {
  std::vector<Target> due;
  const nanoseconds gap(1'000'000'000 / limits_.per_second);
  while (!queue_.empty() && running_ < limits_.at_once) {
    const auto [when, target] = *queue_.begin();
    if (when > now || next_start_ > now) break;
    queue_.erase(queue_.begin());
    auto& state = states_.find(*target)->second;
    state.running = true;
    ++running_;
    // A late wake-up may begin those that it missed, but no more than a tenth of a second's worth at once.
    next_start_ = std::max(next_start_, now - std::chrono::milliseconds(100)) + gap;
    due.push_back(*target);
  }
  return due;
}

std::optional<Change> Plan::ended(const Target& target, const Outcome& outcome, Monotonic now) {
  const auto at = states_.find(target);
  if (at == states_.end() || !at->second.running) return std::nullopt;
  auto& state = at->second;
  state.running = false;
  --running_;
  ++(outcome.passed ? passed_ : failed_);
  if (state.wanted_by == 0) {
    forget(at);
    return std::nullopt;
  }
  schedule(at, now + jittered(target.way.interval));
  if (outcome.passed != state.failing) {
    state.streak = 0;
    if (std::exchange(state.told, true)) return std::nullopt;
    return Change{target, false, {}};
  }
  ++state.streak;
  if (state.streak < (state.failing ? target.way.rise : target.way.fall)) return std::nullopt;
  state.failing = !state.failing;
  state.told = true;
  state.streak = 0;
  state.failing ? void(failing_.insert(target)) : void(failing_.erase(target));
  return Change{target, state.failing, outcome.why};
}

std::optional<Monotonic> Plan::next() const {
  if (queue_.empty() || running_ >= limits_.at_once) return std::nullopt;
  return std::max(queue_.begin()->first, next_start_);
}

Counts Plan::counts(Monotonic now) const {
  Counts counts;
  counts.targets = states_.size();
  counts.failing = failing_.size();
  for (const auto& target : failing_) {
    if (counts.examples.size() == kExamples) break;
    counts.examples.push_back(target.to_string());
  }
  counts.passed = passed_;
  counts.failed = failed_;
  if (!queue_.empty() && queue_.begin()->first < now)
    counts.late_seconds = std::chrono::duration<double>(now - queue_.begin()->first).count();
  return counts;
}

}  // namespace signpost::checks
