// Asks another server about services that a guard holds, as a state machine: events and the time in, actions
// and a deadline out.
//
//   Connect -> ServerCheck -> Settle -> Read -> Pause -> the same once more -> the result
//
// Each read is a connection of its own of at most 10 s, so that a server which has trouble enough never keeps
// more than one of them; services are asked for, not subscribed to. Anything that goes wrong ends it with
// trouble: there is always a next question as long as something is held.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backends/follow/counts.h"
#include "backends/nacos/actions.h"
#include "backends/nacos/choice.h"
#include "backends/nacos/meaning.h"
#include "backends/nacos/servers_seen.h"
#include "backends/registry/second_opinion.h"

namespace signpost::nacos {

/// One namespace. One owner, one thread. `seen` outlives it.
class Opinion {
 public:
  Opinion(std::string space, ChoiceOptions choice, config::NacosMetadata keys, ServersSeen& seen)
      : space_(std::move(space)),
        choice_(std::move(choice)),
        seen_(seen),
        meaning_({config::ProtectedHealth::All, std::move(keys)}, scratch_) {}

  /// Starts to ask this server; not while busy(). `token` is empty without a login.
  void ask(const Server& server, OpinionQuestion question, std::string token, Monotonic now, Actions& out);
  /// Of those in actions.h: Connected, Disconnected, Reply, RequestFailed, Received and Tick.
  void input(Event event, Monotonic now, Actions& out);
  /// Ends what is under way with this trouble.
  void stop(const std::string& why, Actions& out);
  Monotonic deadline() const;
  bool busy() const noexcept { return state_ != State::Idle; }
  const Server& server() const noexcept { return server_; }
  /// The result, once, after a question has come to its end.
  std::optional<SecondOpinion> take() { return std::exchange(result_, std::nullopt); }

 private:
  enum class State : std::uint8_t { Idle, Connect, ServerCheck, Settle, Read, Pause };
  struct Work {
    std::string group;
    std::optional<std::size_t> service;  // index into the question; none: the list of the group
  };
  struct Read {
    Monotonic began{};
    std::uint64_t names = 0;
    std::vector<std::optional<SecondOpinion::Word>> words;  // parallel to the question; none: unreadable
  };

  void connect(Monotonic now, Actions& out);
  void begin_read(Monotonic now);
  void pump(Monotonic now, Actions& out);
  void send(RequestId id, Payload payload, Actions& out);
  void answered(const event::Reply& reply, Monotonic now, Actions& out);
  void refused(const Work& work, int code, const std::string& why, Monotonic now, Actions& out);
  void listed(const Work& work, const Payload& payload, Actions& out);
  void queried(std::size_t service, const Payload& payload);
  void received(const event::Received& message, Actions& out);
  void end_read(Monotonic now, Actions& out);
  void conclude(Monotonic now);
  /// `broken`: the server may have restarted.
  void give_up(const std::string& why, bool broken, Actions& out);

  const std::string space_;
  const Choice choice_;  // what it names beside is not ours to count
  ServersSeen& seen_;
  follow::Counts scratch_;  // what is skipped here is counted where it is followed
  Meaning meaning_;

  State state_ = State::Idle;
  Server server_;
  OpinionQuestion question_;
  std::string token_;
  Monotonic wait_until_ = Monotonic::max();  // of Connect, ServerCheck, Settle and Pause
  Monotonic cut_off_ = Monotonic::max();     // of this connection
  Monotonic set_up_at_{};
  Monotonic paused_until_{};
  RequestId last_id_ = 0;
  RequestId check_ = 0;  // the server check's
  std::deque<Work> queue_;
  std::map<RequestId, Work> in_flight_;
  std::vector<Read> reads_;
  std::optional<SecondOpinion> result_;
};

}  // namespace signpost::nacos
