#include "backends/nacos/auto_session.h"

#include <algorithm>
#include <utility>

#include "backends/nacos/messages.h"
#include "backends/nacos/poll_session.h"
#include "backends/nacos/timing.h"
#include "backends/nacos/url.h"

namespace signpost::nacos {
namespace {

// Ids of the polling machine's own requests count from 1.
constexpr RequestId kProbeIds = RequestId{1} << 63U;

bool is_trouble(const Action& action) {
  if (std::holds_alternative<action::Lost>(action)) return true;
  const auto* note = std::get_if<action::Note>(&action);
  return note != nullptr && note->event == "nacos.connection_lost";
}

}  // namespace

AutoSession::AutoSession(SessionOptions options, Random random, follow::Counts& counts)
    : options_(std::move(options)),
      random_(random),
      counts_(counts),
      speaker_(make_speaker()),
      trial_gap_(timing::kTrialGap) {}

std::unique_ptr<Protocol> AutoSession::make_speaker() {
  if (speaks_grpc_) return std::make_unique<Session>(options_, Random(random_.next()), counts_);
  return std::make_unique<PollSession>(options_, Random(random_.next()), counts_);
}

void AutoSession::input(Event event, Monotonic now, Actions& out) {
  if (const auto* given = std::get_if<event::Token>(&event)) token_ = given->token;
  if (const auto* told = std::get_if<event::Servers>(&event)) options_.servers = told->servers;
  if (std::holds_alternative<event::ListAgain>(event)) list_again_ = true;
  const auto* answer = std::get_if<event::Fetched>(&event);
  if (answer != nullptr && answer->id >= kProbeIds) {
    if (probe_ && answer->id == probe_->id) probed(answer->status, answer->body, now, out);
  } else {
    feed(std::move(event), now, out);
  }
  settle(now, out);
}

Monotonic AutoSession::deadline() const {
  const auto own = probe_ ? probe_->deadline : probe_due();
  return std::min({speaker_->deadline(), own, trial_until_});
}

void AutoSession::feed(Event event, Monotonic now, Actions& out) {
  Actions said;
  speaker_->input(std::move(event), now, said);
  for (auto& action : said) pass_on(std::move(action), now, out);
}

void AutoSession::pass_on(Action action, Monotonic now, Actions& out) {
  if (const auto* reached = std::get_if<action::Reached>(&action)) {
    return pass_on_reached(reached->milestone, now, out);
  }
  if (const auto* connect = std::get_if<action::Connect>(&action)) {
    if (!at_) probe_wish_ = now + timing::kGrpcFirst;  // the first one
    at_ = connect->server;
    if (down_since_ == Monotonic::max()) down_since_ = now;
  } else if (std::holds_alternative<action::Disconnect>(action)) {
    probe_wish_ = std::min(probe_wish_, now);
  }
  if (!is_trouble(action)) return out.push_back(std::move(action));
  lost_ = true;
  (undecided_ ? held_ : out).push_back(std::move(action));
}

void AutoSession::pass_on_reached(action::Milestone milestone, Monotonic now, Actions& out) {
  if (milestone == action::Milestone::Listed && std::exchange(listed_told_, true)) return;
  if (milestone == action::Milestone::ListedAgain) list_again_ = false;
  if (milestone == action::Milestone::Ready) {
    // Whoever was away may be another now.
    probe_wish_ = std::exchange(lost_, false) ? now : now + timing::kProbeAgain;
  }
  out.emplace_back(action::Reached{milestone});
}

/// What is due by itself: after every event, since any of them may have been late.
void AutoSession::settle(Monotonic now, Actions& out) {
  if (speaks_grpc_ && speaker_->answering()) {
    down_since_ = Monotonic::max();
    trial_until_ = Monotonic::max();
    trial_gap_ = timing::kTrialGap;
    undecided_ = false;
    held_.clear();
  }
  if (now >= trial_until_) {
    trial_until_ = Monotonic::max();
    return change_over(false, "its gRPC cannot be reached", now, out);
  }
  if (probe_ && now >= probe_->deadline) return probed(0, {}, now, out);
  if (!probe_ && now >= probe_due()) send_probe(now, out);
}

Monotonic AutoSession::probe_due() const {
  const bool wanted = !speaks_grpc_ || (at_ && !on_trial() && !speaker_->answering());
  return wanted ? std::max(probe_wish_, probe_gap_until_) : Monotonic::max();
}

void AutoSession::send_probe(Monotonic now, Actions& out) {
  const auto& servers = options_.servers;
  const auto server = speaks_grpc_ ? *at_ : servers[next_server_++ % servers.size()];
  probe_ = Probe{kProbeIds + ++last_probe_id_, server, now + timing::kProbe};
  probe_gap_until_ = now + timing::kProbeGap;
  action::Fetch fetch{probe_->id, server, "/nacos/v1/console/server/state", {}, false, {}};
  fetch.timeout = timing::kProbe + std::chrono::seconds(1);
  fetch.beside = true;
  out.emplace_back(std::move(fetch));
}

/// `status` 0: no answer. One of below 500 without a version is a server that lives: 3.x says it elsewhere.
void AutoSession::probed(int status, const std::string& body, Monotonic now, Actions& out) {
  const auto where = spelled(probe_->server);
  probe_.reset();
  std::string version;
  const auto generation = status == 200 ? read_v1_generation(body, version) : 0;
  const bool alive = status >= 200 && status < 500;
  probe_wish_ = speaks_grpc_ || lost_ ? now : now + timing::kProbeAgain;
  if (!speaks_grpc_) {
    if (lost_ && alive && generation != 1) return change_over(true, where + " has no HTTP v1", now, out);
    if (generation < 2 || now < trial_not_before_) return;
    trial_until_ = now + timing::kGrpcTrial;
    trial_not_before_ = now + trial_gap_;
    trial_gap_ = std::min<Duration>(trial_gap_ * 2, timing::kTrialGapMost);
    return change_over(true, where + " is " + version, now, out);
  }
  if (speaker_->answering()) return;
  if (generation == 1) return change_over(false, where + " is " + version, now, out);
  release(out);
  if (!alive || now - down_since_ < timing::kGrpcPatience) return;
  const auto* const advice = " answers over HTTP, but not over gRPC: open its gRPC port, or set `grpc_port`";
  out.emplace_back(action::Note{log::Level::Warning, "nacos.grpc_unreachable", where + advice});
  change_over(false, "its gRPC cannot be reached", now, out);
}

/// It was trouble, not the wrong protocol.
void AutoSession::release(Actions& out) {
  undecided_ = false;
  for (auto& each : std::exchange(held_, {})) out.push_back(std::move(each));
}

/// The other machine goes on where this one stands, as after a lost connection. Once in the life of a server:
/// some milliseconds for tens of thousands of services.
void AutoSession::change_over(bool to_grpc, const std::string& why, Monotonic now, Actions& out) {
  const auto known = speaker_->known();
  out.emplace_back(action::Disconnect{false});
  const auto* const text = to_grpc ? "gRPC from here on: " : "HTTP v1 from here on: ";
  out.emplace_back(action::Note{log::Level::Info, "nacos.protocol", text + why});
  counts_.add("change_overs", to_grpc ? "grpc" : "http");
  speaks_grpc_ = to_grpc;
  speaker_ = make_speaker();
  speaker_->adopt(known);
  held_.clear();
  undecided_ = speaks_grpc_;
  lost_ = false;
  at_.reset();
  down_since_ = Monotonic::max();
  probe_wish_ = now + (speaks_grpc_ ? timing::kGrpcFirst : timing::kProbeAgain);
  if (!token_.empty()) feed(event::Token{token_}, now, out);
  feed(event::Start{}, now, out);
  if (list_again_) feed(event::ListAgain{}, now, out);
}

std::unique_ptr<Protocol> make_protocol(config::NacosProtocol protocol, SessionOptions options,
                                        follow::Counts& counts) {
  const auto random = Random::from_kernel();
  switch (protocol) {
    case config::NacosProtocol::Grpc:
      return std::make_unique<Session>(std::move(options), random, counts);
    case config::NacosProtocol::Http:
      return std::make_unique<PollSession>(std::move(options), random, counts);
    case config::NacosProtocol::Auto:
      break;
  }
  return std::make_unique<AutoSession>(std::move(options), random, counts);
}

}  // namespace signpost::nacos
