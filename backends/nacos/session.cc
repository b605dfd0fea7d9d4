// The life of the connection.
#include "backends/nacos/session.h"

#include <algorithm>
#include <cassert>

#include "backends/nacos/timing.h"
#include "backends/nacos/trouble.h"
#include "backends/nacos/url.h"

namespace signpost::nacos {
Session::Session(SessionOptions options, Random random, follow::Counts& counts)
    : options_(std::move(options)),
      random_(random),
      ring_(options_.servers, random_),
      counts_(counts),
      sieve_(options_.choice, counts),
      meaning_(options_.meaning, counts) {
  assert(!options_.groups.empty());
  for (const auto& group : options_.groups) groups_[group];
}

void Session::input(Event event, Monotonic now, Actions& out) {
  std::visit([&](auto&& what) { on(std::move(what), now, out); }, std::move(event));
  if (!connected()) return;
  read_on(now, out);
  pump(now, out);
  reach_milestones(now, out);
  if (std::exchange(alive_, false)) out.emplace_back(action::Reached{action::Milestone::Alive});
}

Monotonic Session::deadline() const {
  auto earliest = wait_until_;
  const auto consider = [&earliest](Monotonic when) { earliest = std::min(earliest, when); };
  for (const auto& [id, call] : in_flight_) consider(call.deadline);
  if (!connected()) return earliest;
  if (!readings_.empty() || (queue_.empty() && redo_)) return Monotonic{};  // there is more to do at once
  consider(health_due_);
  consider(audit_deadline());
  for (const auto& [name, group] : groups_) {
    if (!group.queued && lists_groups()) consider(group.due);
  }
  if (options_.admin_list) consider(admin_deadline());
  consider(watch_deadline());
  if (!retries_.empty()) consider(retries_.begin()->first);
  if (!removals_.empty()) consider(removals_.begin()->first);
  if (!doubted_.empty()) consider(doubting_until_);
  if (!queue_.empty() && !awaiting_token_ && naming_in_flight() < timing::kInFlight) {
    consider(std::max(paused_until_, paced(queue_.front().call) ? pace_.next() : Monotonic{}));
  }
  return earliest;
}

void Session::on(event::Start&&, Monotonic now, Actions& out) {
  if (state_ != State::Idle) return;
  pin(out);
  if (options_.login && token_.empty()) {
    state_ = State::Login;
  } else {
    connect(now, out);
  }
}

void Session::on(event::Token&& given, Monotonic now, Actions& out) {
  token_ = std::move(given.token);
  awaiting_token_ = false;
  if (state_ == State::Login) connect(now, out);
}

/// A server that has left the cluster is left, as the official clients do; any other connection goes on.
void Session::on(event::Servers&& told, Monotonic now, Actions& out) {
  ring_.replace(std::move(told.servers), random_);
  if (state_ < State::Connect || ring_.contains(current_)) return;
  lose("server-left", "the address server no longer names it", now, out);
}

void Session::connect(Monotonic now, Actions& out) {
  forget_connection(now);
  at_named_ = named_.has_value();
  current_ = named_ ? *named_ : ring_.current();
  named_.reset();
  ++epoch_;
  state_ = State::Connect;
  wait_until_ = now + timing::kConnect;
  out.emplace_back(action::Connect{current_});
}

void Session::on(event::Connected&&, Monotonic now, Actions& out) {
  if (state_ != State::Connect) return;
  state_ = State::ServerCheck;
  wait_until_ = Monotonic::max();
  send({Call::ServerCheck, {}}, timing::kRequest, now, out);
}

void Session::on(event::Disconnected&& gone, Monotonic now, Actions& out) {
  if (state_ == State::Connect) return lose("connect", gone.why, now, out);
  if (state_ >= State::ServerCheck) lose("closed", gone.why, now, out);
}

void Session::lose(std::string_view reason, const std::string& why, Monotonic now, Actions& out) {
  counts_.add("reconnects", reason);
  if (ready_since_ != Monotonic::max() && now - ready_since_ >= timing::kLasted) attempts_ = 0;
  out.emplace_back(action::Disconnect{});
  const auto text = spelled(current_) + ": " + why;
  const auto level = lost_told_ ? log::Level::Debug : log::Level::Warning;
  out.emplace_back(action::Note{level, "nacos.connection_lost", text});
  if (!lost_told_) out.emplace_back(action::Lost{text});
  lost_told_ = true;
  if (!at_named_) ring_.advance();
  forget_connection(now);
  state_ = State::Wait;
  wait_until_ = now + reconnect_delay();
  ++attempts_;
}

Duration Session::reconnect_delay() { return reconnect_delay_after(attempts_, ring_.size(), random_); }

/// What belongs to the connection goes; what it told us stays (5.8).
void Session::forget_connection(Monotonic now) {
  in_flight_.clear();
  unsubscribing_.clear();
  doubted_.clear();
  dropped_.swap(queue_);
  queue_.clear();
  redo_.reset();
  while (readings_.size() > (taking_ != 0 ? 1U : 0U))
    readings_.pop_back();  // what is told to be gone stays gone
  retries_.clear();
  removals_.clear();
  sieve_.forget();
  for (auto& [name, group] : groups_) group = Group{now, false, group.read};
  admin_ = Admin{};
  watching_ = Watching{};
  audit_ = Audit{Monotonic::max(), std::move(audit_.last), 0, 0, {}};
  wait_until_ = Monotonic::max();
  health_due_ = Monotonic::max();
  ready_since_ = Monotonic::max();
  health_tries_ = 0;
  alive_ = false;
  malformed_in_a_row_ = 0;
  pauses_ = 0;
  paused_until_ = now;
  pace_.start(now, random_);
  forbidden_told_ = false;
}

void Session::server_checked(const Payload& payload, Monotonic now, Actions& out) {
  const auto check = read_server_check(payload);
  if (!check) return lose("server-check", check.error().message, now, out);
  negotiates_ = check->negotiates;
  state_ = State::Setup;
  set_up_at_ = now;
  wait_until_ = now + (negotiates_ ? timing::kSetupAck : timing::kSetupSettle);
  out.emplace_back(action::OpenStream{});
  out.emplace_back(action::Send{encode(connection_setup_request(options_.space, negotiates_))});
}

void Session::heard(Monotonic now) {
  health_tries_ = 0;
  if (connected()) health_due_ = now + timing::kSilence;
}

void Session::on(event::Received&& message, Monotonic now, Actions& out) {
  if (state_ < State::Setup) return;
  heard(now);
  const auto payload = decode_payload(message.octets);
  if (!payload) return malformed(payload.error().message, now, out);
  auto said = read_server_request(*payload);
  if (!said) return malformed(said.error().message, now, out);
  malformed_in_a_row_ = 0;
  if (auto* ack = std::get_if<SetupAck>(&said->what)) {
    if (state_ != State::Setup) return;
    set_up_at_ = now;
    watching_.able = ack->fuzzy_watch && options_.fuzzy_watch;
    return start_redo(now, out);
  }
  if (std::holds_alternative<UnknownRequest>(said->what)) return counts_.add("skipped", "unknown-request");
  // First the acknowledgement: a server that waits for it calls us slow and sends again (5.6, L8).
  out.emplace_back(action::Send{encode(acknowledge(said->type, said->request_id))});
  alive_ = true;
  if (auto* push = std::get_if<Push>(&said->what)) pushed(*push, now, out);
  if (auto* watch_news = std::get_if<WatchNews>(&said->what)) news(*watch_news, now, out);
  if (auto* reset = std::get_if<Reset>(&said->what)) reset_to(*reset, now, out);
}

/// A rebalancing server sends its clients elsewhere (A4). No data changes; but the next server may have just
/// started, and the guards know only from a loss of contact that its short lists are to be doubted (A6). A
/// server that sends us on at once is no better than one that fails.
void Session::reset_to(const Reset& reset, Monotonic now, Actions& out) {
  counts_.add("reconnects", "reset");
  const bool lasted = ready_since_ != Monotonic::max() && now - ready_since_ >= std::chrono::seconds(1);
  if (!reset.host.empty()) {
    named_ = Server{reset.host, reset.port};
  } else if (!at_named_) {
    ring_.advance();
  }
  const auto to = named_ ? spelled(*named_) : std::string("another server");
  out.emplace_back(action::Note{log::Level::Info, "nacos.reset", spelled(current_) + " sends us to " + to});
  if (!lost_told_) out.emplace_back(action::Lost{spelled(current_) + " sends us to " + to});
  out.emplace_back(action::Disconnect{false});
  forget_connection(now);
  state_ = State::Wait;
  wait_until_ = lasted ? now : now + reconnect_delay();
  if (!lasted) ++attempts_;
}

void Session::malformed(const std::string& what, Monotonic now, Actions& out) {
  counts_.add("skipped", "malformed-message");
  if (++malformed_in_a_row_ >= timing::kMalformedInARow) lose("malformed", what, now, out);
}

void Session::on(event::Tick&&, Monotonic now, Actions& out) {
  if (now >= wait_until_) {
    if (state_ == State::Wait) return connect(now, out);
    if (state_ == State::Connect) return lose("connect", "no connection in time", now, out);
    if (state_ == State::Setup && negotiates_) return lose("setup", "no SetupAckRequest in time", now, out);
    if (state_ == State::Setup) start_redo(now, out);
  }
  expire_calls(now, out);
  if (!connected()) return;
  check_health(now, out);
  if (!connected()) return;
  for (auto& [name, group] : groups_) {
    if (!group.queued && lists_groups() && now >= group.due) enqueue({Call::List, {name, {}}});
  }
  if (options_.admin_list) admin_tick(now, out);
  watch_tick(now);
  for (int i = 0; i < timing::kPiece && !retries_.empty() && retries_.begin()->first <= now; ++i) {
    auto name = retries_.begin()->second;
    retries_.erase(retries_.begin());
    if (services_.contains(name)) enqueue({Call::Subscribe, std::move(name)});
  }
  expire_removals(now, out);
  reply_doubted(now, out);
  audit(now, out);
}

/// Traffic is the proof of life; in silence we ask, three times (A3).
void Session::check_health(Monotonic now, Actions& out) {
  if (now < health_due_) return;
  if (health_tries_ >= timing::kHealthTries) return lose("silent", "no answer to health checks", now, out);
  ++health_tries_;
  health_due_ = now + timing::kRequest;
  send({Call::Health, {}}, timing::kRequest, now, out);
}

void Session::reach_milestones(Monotonic now, Actions& out) {
  const auto all = [this](auto&& test) {
    return std::all_of(groups_.begin(), groups_.end(), [&](const auto& entry) { return test(entry.second); });
  };
  const bool watched = !watching_.able || watching_.synced;
  if (!listed_told_ && watched && all([](const Group& group) { return group.read; })) {
    listed_told_ = true;
    out.emplace_back(action::Reached{action::Milestone::Listed});
  }
  if (list_again_ != 0 && all([this](const Group& group) { return group.read_from >= list_again_; })) {
    list_again_ = 0;
    out.emplace_back(action::Reached{action::Milestone::ListedAgain});
  }
  if (state_ != State::Redo || !watched || !queue_.empty() || redo_ || naming_in_flight() != 0) return;
  if (!all([](const Group& group) { return group.current; })) return;
  state_ = State::Ready;
  ready_since_ = now;
  start_audits(now);
  lost_told_ = false;
  out.emplace_back(action::Reached{action::Milestone::Ready});
}

}  // namespace signpost::nacos
