#include "backends/nacos/opinion_task.h"

#include <algorithm>
#include <utility>

namespace signpost::nacos {
namespace {

SecondOpinion none(std::string why) {
  SecondOpinion opinion;
  opinion.trouble = std::move(why);
  return opinion;
}

}  // namespace

OpinionTask::OpinionTask(std::string space, const LineParts& parts, ServersSeen& seen,
                         std::function<Followed()> followed)
    : parts_(parts),
      seen_(seen),
      followed_(std::move(followed)),
      opinion_(std::move(space), {parts.options.allow, parts.options.deny, parts.options.services},
               parts.options.metadata, seen),
      line_(parts, [this](Event what) { step(std::move(what)); }),
      timer_(parts.strand) {}

void OpinionTask::ask(OpinionQuestion question, std::string token, Done done) {
  Actions actions;
  opinion_.stop("asked anew", actions);
  carry_out(std::move(actions));
  const auto followed = followed_();
  if (followed.server.host.empty()) return done(none("no server is followed over gRPC"));
  const auto other = seen_.best_other(parts_.options.servers, followed.server, turn_++, now());
  if (!other) return done(none("there is no other server"));
  done_ = std::move(done);
  actions.clear();
  opinion_.ask(*other, std::move(question), std::move(token), now(), actions);
  carry_out(std::move(actions));
}

void OpinionTask::stop() {
  done_ = nullptr;
  line_.drop();
  timer_.cancel();
}

void OpinionTask::step(Event what) {
  Actions actions;
  if (std::holds_alternative<event::Connected>(what) && is_followed()) {
    opinion_.stop("it is the server that we follow", actions);
  } else {
    opinion_.input(std::move(what), now(), actions);
  }
  carry_out(std::move(actions));
}

void OpinionTask::carry_out(Actions actions) {
  for (auto& each : actions) {
    if (const auto* connect = std::get_if<action::Connect>(&each)) {
      line_.connect(connect->server);
    } else if (std::holds_alternative<action::Disconnect>(each)) {
      line_.drop();
    } else if (auto* link = line_.link(); link == nullptr) {
      continue;
    } else if (std::holds_alternative<action::OpenStream>(each)) {
      link->open_stream();
    } else if (auto* send = std::get_if<action::Send>(&each)) {
      link->send(std::move(send->octets));
    } else if (const auto* request = std::get_if<action::Request>(&each)) {
      link->request(request->id, request->octets, request->timeout);
    }
  }
  arm();
  finish();
}

void OpinionTask::arm() {
  const auto deadline = opinion_.deadline();
  if (deadline == Monotonic::max()) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::max(deadline - now(), Duration::zero()));
  timer_.async_wait([this, owner = parts_.owner()](const boost::system::error_code& error) {
    if (!error && done_) step(event::Tick{});
  });
}

/// What the followed server says is worth nothing as a second opinion, however it is called.
bool OpinionTask::is_followed() const {
  const auto followed = followed_();
  return followed.server == opinion_.server() || (followed.address && followed.address == line_.address());
}

void OpinionTask::finish() {
  auto opinion = opinion_.take();
  if (!opinion || !done_) return;
  if (is_followed() && opinion->trouble.empty()) *opinion = none("it is the server that we follow now");
  std::exchange(done_, nullptr)(std::move(*opinion));
}

}  // namespace signpost::nacos
