// The server of the moment, and what is asked of it.
#include "backends/nacos/poll_session.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "backends/nacos/timing.h"
#include "backends/nacos/trouble.h"
#include "backends/nacos/url.h"

namespace signpost::nacos {
namespace {

/// Path and query (4.2). One page of any size: pages of a hash set may skip.
std::string target_of(const std::string& space, const ServiceName& work) {
  const auto where = "&namespaceId=" + form_encoded(space) + "&groupName=" + form_encoded(work.group);
  if (work.name.empty()) {
    return "/nacos/v1/ns/service/list?pageNo=1&pageSize=" +
           std::to_string(std::numeric_limits<std::int32_t>::max()) + where;
  }
  return "/nacos/v1/ns/instance/list?serviceName=" + form_encoded(work.group + "@@" + work.name) + where +
         "&healthyOnly=false";
}

}  // namespace

PollSession::PollSession(SessionOptions options, Random random, follow::Counts& counts)
    : options_(std::move(options)),
      random_(random),
      ring_(options_.servers, random_),
      counts_(counts),
      sieve_(options_.choice, counts),
      meaning_(options_.meaning, counts) {
  assert(!options_.groups.empty());
  for (const auto& group : options_.groups) groups_[group];
}

ServiceKey PollSession::key_of(const ServiceName& name) const {
  return {options_.registry, options_.space, name.group, name.name};
}

std::optional<ServiceName> PollSession::service_after(const ServiceName& name) const {
  auto next = services_.upper_bound(name);
  while (next != services_.end() && !next->second.shown) ++next;
  return next == services_.end() ? std::nullopt : std::optional(next->first);
}

std::vector<Known> PollSession::known() const {
  std::vector<Known> all;
  all.reserve(services_.size());
  for (const auto& [name, service] : services_) {
    all.push_back({name, service.shown, service.listed != 0, service.wanted, service.asked, service.read});
  }
  return all;
}

void PollSession::adopt(const std::vector<Known>& known) {
  lists_read_ = 1;  // the list that named them, whoever read it
  for (const auto& each : known) {
    auto& service = services_[each.name];
    service.shown = each.shown;
    service.listed = each.listed ? lists_read_ : 0;
    service.wanted = each.wanted;
    service.asked = each.asked;
    service.read = each.read;
    adopted_ = adopted_ || each.read;
  }
}

/// What is configured by name is wanted whoever else names it, and pending until its first answer says
/// whether it is there; what another machine has heard of it stands.
void PollSession::pin(Actions& out) {
  for (const auto& name : sieve_.pinned()) {
    const auto [entry, is_new] = services_.try_emplace(name);
    entry->second.pinned = true;
    if (!is_new) continue;
    entry->second.shown = true;
    show_pending(name, out);
  }
}

void PollSession::show_pending(const ServiceName& name, Actions& out) {
  ServiceState state;
  state.key = key_of(name);
  state.pending = true;
  out.emplace_back(action::Upsert{std::move(state)});
}

/// Events of the other protocol cannot come: nothing here asks for them.
void PollSession::input(Event event, Monotonic now, Actions& out) {
  if (std::holds_alternative<event::Start>(event) && state_ == State::Idle) {
    pin(out);
    if (options_.login && token_.empty()) {
      state_ = State::Login;
    } else {
      begin(now, out);
    }
  } else if (auto* given = std::get_if<event::Token>(&event)) {
    token_ = std::move(given->token);
    awaiting_token_ = false;
    if (state_ == State::Login) begin(now, out);
  } else if (auto* answer = std::get_if<event::Fetched>(&event)) {
    fetched(std::move(*answer), now, out);
  } else if (auto* told = std::get_if<event::Servers>(&event)) {
    turn_to(std::move(told->servers), now, out);
  } else if (const auto* hinted = std::get_if<event::Hinted>(&event)) {
    hint(hinted->service, now);
  } else if (std::holds_alternative<event::ListAgain>(event)) {
    list_again(now);
  } else if (const auto* wish = std::get_if<event::Want>(&event)) {
    want(wish->service, now, out);
  } else if (const auto* refusal = std::get_if<event::Unwant>(&event)) {
    unwant(refusal->service, out);
  } else if (std::holds_alternative<event::Tick>(event)) {
    tick(now, out);
  }
  if (!following()) return;
  pump(now, out);
  reach_milestones(now, out);
  if (std::exchange(alive_, false)) out.emplace_back(action::Reached{action::Milestone::Alive});
}

Monotonic PollSession::deadline() const {
  auto earliest = wait_until_;
  const auto consider = [&earliest](Monotonic when) { earliest = std::min(earliest, when); };
  for (const auto& [id, call] : in_flight_) consider(call.deadline);
  if (!following()) return earliest;
  for (const auto& [name, group] : groups_) {
    if (!group.queued) consider(group.due);
  }
  if (!polls_.empty()) consider(polls_.begin()->first);
  return earliest;
}

void PollSession::begin(Monotonic now, Actions& out) {
  ++epoch_;
  current_ = ring_.current();
  state_ = State::Redo;
  wait_until_ = Monotonic::max();
  failures_in_a_row_ = 0;
  answered_ = false;
  forbidden_told_ = false;
  doubting_until_ = epoch_ > 1 || adopted_ ? now + timing::kForgetful : now;
  sieve_.forget();
  forget_unwanted(out);
  untried_ = services_.size();
  polls_.clear();
  for (auto& [name, group] : groups_) {
    group = Group{now, false, group.read, false, 0, 0, 0};
    enqueue({name, {}});
  }
  for (auto& [name, service] : services_) {
    service.queued = false;
    service.failures = 0;
    enqueue(name);
  }
  out.emplace_back(action::Note{log::Level::Debug, "nacos.polling", "HTTP v1 at " + spelled(current_)});
}

/// The server failed. What it told us stays; the next one is asked everything anew.
void PollSession::lose(std::string_view reason, const std::string& why, Monotonic now, Actions& out) {
  counts_.add("reconnects", reason);
  if (ready_since_ != Monotonic::max() && now - ready_since_ >= timing::kLasted) attempts_ = 0;
  out.emplace_back(action::Disconnect{});
  const auto text = spelled(current_) + ": " + why;
  const auto level = lost_told_ ? log::Level::Debug : log::Level::Warning;
  out.emplace_back(action::Note{level, "nacos.connection_lost", text});
  if (!lost_told_) out.emplace_back(action::Lost{text});
  lost_told_ = true;
  ring_.advance();
  in_flight_.clear();
  queue_.clear();
  polls_.clear();
  ready_since_ = Monotonic::max();
  alive_ = false;
  state_ = State::Wait;
  wait_until_ = now + reconnect_delay_after(attempts_++, ring_.size(), random_);
}

/// A server that has left the cluster is left.
void PollSession::turn_to(std::vector<Server> servers, Monotonic now, Actions& out) {
  ring_.replace(std::move(servers), random_);
  if (!following() || ring_.contains(current_)) return;
  lose("server-left", "the address server no longer names it", now, out);
}

void PollSession::tick(Monotonic now, Actions& out) {
  if (state_ == State::Wait && now >= wait_until_) return begin(now, out);
  expire(now, out);
  if (!following()) return;
  for (auto& [name, group] : groups_) {
    if (!group.queued && now >= group.due) enqueue({name, {}});
  }
  while (!polls_.empty() && polls_.begin()->first <= now) {
    const auto name = polls_.begin()->second;
    polls_.erase(polls_.begin());
    enqueue(name);
  }
}

void PollSession::list_again(Monotonic now) {
  if (list_again_ != 0) return;
  list_again_ = ++sequence_;
  for (auto& [name, group] : groups_) group.due = std::min(group.due, now);
}

/// Lists go before instance lists: what is new must not wait for a whole round of polls.
void PollSession::enqueue(const Work& work) {
  if (work.name.empty()) {
    groups_[work.group].queued = true;
    queue_.push_front(work);
  } else if (auto& service = services_[work]; !service.queued) {
    service.queued = true;
    queue_.push_back(work);
  }
}

/// One request until the server has proved that it answers, then 16 at once (A16).
void PollSession::pump(Monotonic now, Actions& out) {
  const auto most = answered_ ? timing::kFetchesInFlight : 1;
  while (in_flight_.size() < most && !queue_.empty() && !awaiting_token_) {
    auto work = std::move(queue_.front());
    queue_.pop_front();
    if (!work.name.empty() && !services_.contains(work)) continue;  // gone while it waited
    send(std::move(work), now, out);
  }
}

/// The shell's own time limit is longer, so that it is always this machine that gives up.
void PollSession::send(Work work, Monotonic now, Actions& out) {
  const auto id = ++last_id_;
  auto target = target_of(options_.space, work);
  const bool of_service = !work.name.empty();
  if (of_service) services_[work].hinted = false;
  in_flight_.emplace(id,
                     InFlight{std::move(work), now + timing::kFetch, ++sequence_, token_, token_in_query_});
  action::Fetch fetch{id, current_, std::move(target), token_, token_in_query_, {}};
  fetch.timeout = timing::kFetch + std::chrono::seconds(1);
  fetch.wants_pushes = of_service;
  out.emplace_back(std::move(fetch));
}

void PollSession::reach_milestones(Monotonic now, Actions& out) {
  const auto all = [this](auto&& test) {
    return std::all_of(groups_.begin(), groups_.end(), [&](const auto& entry) { return test(entry.second); });
  };
  if (!listed_told_ && all([](const Group& group) { return group.read; })) {
    listed_told_ = true;
    out.emplace_back(action::Reached{action::Milestone::Listed});
  }
  if (list_again_ != 0 && all([this](const Group& group) { return group.read_from >= list_again_; })) {
    list_again_ = 0;
    out.emplace_back(action::Reached{action::Milestone::ListedAgain});
  }
  if (state_ != State::Redo || untried_ != 0) return;
  if (!all([](const Group& group) { return group.current; })) return;
  state_ = State::Ready;
  ready_since_ = now;
  lost_told_ = false;
  out.emplace_back(action::Note{log::Level::Info, "nacos.connected", spelled(current_) + " over HTTP v1"});
  out.emplace_back(action::Reached{action::Milestone::Ready});
}

}  // namespace signpost::nacos
