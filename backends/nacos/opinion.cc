#include "backends/nacos/opinion.h"

#include <algorithm>
#include <set>

#include "backends/nacos/codes.h"
#include "backends/nacos/messages.h"
#include "backends/nacos/timing.h"
#include "backends/nacos/url.h"

namespace signpost::nacos {
namespace {

/// Those of the services in question, then others, which show whether the server holds what we know.
std::set<std::string> groups_of(const OpinionQuestion& question) {
  std::set<std::string> groups;
  for (const auto& key : question.services) groups.insert(key.group);
  for (const auto& [group, known] : question.known) {
    if (groups.size() < timing::kOpinionGroups) groups.insert(group);
  }
  return groups;
}

}  // namespace

void Opinion::ask(const Server& server, OpinionQuestion question, std::string token, Monotonic now,
                  Actions& out) {
  server_ = server;
  question_ = std::move(question);
  token_ = std::move(token);
  reads_.clear();
  result_.reset();
  connect(now, out);
}

Monotonic Opinion::deadline() const {
  if (state_ == State::Idle) return Monotonic::max();
  auto earliest = std::min(wait_until_, cut_off_);
  if (state_ == State::Read && !queue_.empty() && in_flight_.size() < timing::kOpinionInFlight)
    earliest = std::min(earliest, paused_until_);
  return earliest;
}

void Opinion::input(Event event, Monotonic now, Actions& out) {
  if (state_ == State::Idle || state_ == State::Pause) {
    if (std::holds_alternative<event::Tick>(event) && state_ == State::Pause && now >= wait_until_)
      connect(now, out);
    return;
  }
  if (std::holds_alternative<event::Connected>(event) && state_ == State::Connect) {
    state_ = State::ServerCheck;
    wait_until_ = now + timing::kRequest;
    check_ = ++last_id_;
    send(check_, server_check_request(), out);
  } else if (const auto* gone = std::get_if<event::Disconnected>(&event)) {
    give_up(gone->why, true, out);
  } else if (const auto* failed = std::get_if<event::RequestFailed>(&event)) {
    give_up(failed->why, true, out);
  } else if (const auto* reply = std::get_if<event::Reply>(&event)) {
    answered(*reply, now, out);
  } else if (const auto* message = std::get_if<event::Received>(&event)) {
    received(*message, out);
  } else if (std::holds_alternative<event::Tick>(event)) {
    if (now >= cut_off_) return give_up("no whole answer within 10 s", true, out);
    if (now >= wait_until_ && state_ == State::Settle) begin_read(now);
    if (now >= wait_until_) return give_up("no answer in time", true, out);
  }
  if (state_ == State::Read) pump(now, out);
}

void Opinion::stop(const std::string& why, Actions& out) {
  if (busy()) give_up(why, false, out);
}

void Opinion::connect(Monotonic now, Actions& out) {
  state_ = State::Connect;
  wait_until_ = now + timing::kConnect;
  cut_off_ = now + timing::kOpinionConnection;
  queue_.clear();
  in_flight_.clear();
  out.emplace_back(action::Connect{server_});
}

void Opinion::begin_read(Monotonic now) {
  state_ = State::Read;
  wait_until_ = Monotonic::max();
  paused_until_ = now;
  Read read;
  read.began = now;
  read.words.resize(question_.services.size());
  reads_.push_back(std::move(read));
  for (const auto& group : groups_of(question_)) queue_.push_back({group, std::nullopt});
}

void Opinion::pump(Monotonic now, Actions& out) {
  while (!queue_.empty() && in_flight_.size() < timing::kOpinionInFlight && now >= paused_until_) {
    auto work = std::move(queue_.front());
    queue_.pop_front();
    const auto id = ++last_id_;
    auto payload = work.service ? query_request(space_, {work.group, question_.services[*work.service].name})
                                : list_request(space_, work.group);
    in_flight_.emplace(id, std::move(work));
    send(id, std::move(payload), out);
  }
  if (queue_.empty() && in_flight_.empty()) end_read(now, out);
}

void Opinion::send(RequestId id, Payload payload, Actions& out) {
  if (!token_.empty()) payload.headers.emplace_back("accessToken", token_);
  out.emplace_back(action::Request{id, encode(payload), timing::kRequest});
}

void Opinion::answered(const event::Reply& reply, Monotonic now, Actions& out) {
  const bool is_check = reply.id == check_ && state_ == State::ServerCheck;
  const auto found = in_flight_.find(reply.id);
  if (!is_check && found == in_flight_.end()) return;
  const auto work = is_check ? Work{} : std::move(found->second);
  if (!is_check) in_flight_.erase(found);
  const auto payload = decode_payload(reply.octets);
  const auto answer = payload ? read_answer(*payload) : Result<Answer>(payload.error());
  if (!answer) return give_up(answer.error().message, true, out);
  if (!answer->ok) {
    const auto why = "error " + std::to_string(answer->error_code) + ": " + answer->message;
    return is_check ? give_up(why, true, out) : refused(work, answer->error_code, why, now, out);
  }
  if (!is_check) return work.service ? queried(*work.service, *payload) : listed(work, *payload, out);
  state_ = State::Settle;
  set_up_at_ = now;
  wait_until_ = now + timing::kSetupSettle;
  out.emplace_back(action::OpenStream{});
  // Without abilities: there is no acknowledgement to wait for (5.2).
  out.emplace_back(action::Send{encode(connection_setup_request(space_, false))});
}

void Opinion::refused(const Work& work, int code, const std::string& why, Monotonic now, Actions& out) {
  if (code::is_unregistered(code) && now - set_up_at_ < timing::kSetupGrace) {  // L7
    queue_.push_front(work);
    paused_until_ = now + timing::kRepeat;
    return;
  }
  give_up(why, code != code::kForbidden && code != code::kOverLimit, out);
}

/// What the list does not name needs no request of its own.
void Opinion::listed(const Work& work, const Payload& payload, Actions& out) {
  auto names = read_list(payload);
  if (!names) return give_up(names.error().message, false, out);
  std::sort(names->begin(), names->end());
  auto& read = reads_.back();
  for (const auto& name : *names) {
    if (choice_.judge({work.group, name}) == Choice::Verdict::Taken) ++read.names;
  }
  for (std::size_t i = 0; i < question_.services.size(); ++i) {
    const auto& key = question_.services[i];
    if (key.group != work.group) continue;
    if (std::binary_search(names->begin(), names->end(), key.name)) {
      queue_.push_back({work.group, i});
    } else {
      read.words[i] = SecondOpinion::Word{key, false, {}};
    }
  }
}

/// A service that cannot be read is left out: the others are not its fault.
void Opinion::queried(std::size_t service, const Payload& payload) {
  const auto& key = question_.services[service];
  const auto info = read_subscribed(payload);
  const bool ours = info && is_of(*info, {key.group, key.name});
  if (!ours) return;
  reads_.back().words[service] = SecondOpinion::Word{key, true, meaning_.state_of(key, *info).instances};
}

void Opinion::received(const event::Received& message, Actions& out) {
  const auto payload = decode_payload(message.octets);
  const auto said = payload ? read_server_request(*payload) : Result<ServerRequest>(payload.error());
  if (!said) return give_up(said.error().message, false, out);
  if (std::holds_alternative<UnknownRequest>(said->what) || std::holds_alternative<SetupAck>(said->what))
    return;
  out.emplace_back(action::Send{encode(acknowledge(said->type, said->request_id))});
  if (std::holds_alternative<Reset>(said->what)) give_up("it sends us to another server", false, out);
}

void Opinion::end_read(Monotonic now, Actions& out) {
  out.emplace_back(action::Disconnect{});
  cut_off_ = Monotonic::max();
  if (reads_.back().names > 0) seen_.proved(server_, now);
  if (reads_.size() > 1) return conclude(now);
  state_ = State::Pause;
  wait_until_ = reads_.back().began + timing::kOpinionPause;
}

/// Both reads, where they agree. Hosts come in the order of a hash set, instances are sorted.
void Opinion::conclude(Monotonic now) {
  state_ = State::Idle;
  const auto &first = reads_.front(), &last = reads_.back();
  SecondOpinion opinion;
  opinion.server = spelled(server_);
  opinion.seen = seen_.unbroken(server_, now);
  opinion.first_read = first.began;
  opinion.last_read = last.began;
  for (const auto& group : groups_of(question_)) {
    const auto known = question_.known.find(group);
    if (known != question_.known.end()) opinion.known += known->second;
  }
  opinion.names = std::min(first.names, last.names);
  for (std::size_t i = 0; i < question_.services.size(); ++i) {
    const auto &before = first.words[i], &after = last.words[i];
    const bool alike =
        before && after && before->named == after->named && before->instances == after->instances;
    if (alike) opinion.words.push_back(*after);
  }
  result_ = std::move(opinion);
}

void Opinion::give_up(const std::string& why, bool broken, Actions& out) {
  if (state_ != State::Pause) out.emplace_back(action::Disconnect{});
  if (broken) seen_.broken(server_);
  state_ = State::Idle;
  SecondOpinion opinion;
  opinion.server = spelled(server_);
  opinion.trouble = why;
  result_ = std::move(opinion);
}

}  // namespace signpost::nacos
