// HTTP v1 of one namespace as a state machine: what a server of 1.x has instead of pushes (facts: Nacos 4.2).
//
//   Login -> Redo (list every group, read every service) -> Ready (again and again), and over Wait to the
//   next server when this one fails
//
// Requests of one service never overlap, so answers come in the order of asking, and `lastRefTime` (a clock
// of whoever answers, 6.1) is not compared at all. What was known stays until a list or an instance list that
// was read whole says otherwise: an error is never an empty list.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backends/follow/counts.h"
#include "backends/nacos/meaning.h"
#include "backends/nacos/protocol.h"
#include "backends/nacos/server_ring.h"
#include "backends/nacos/session.h"
#include "dns/base/random.h"

namespace signpost::nacos {

/// One owner, one thread. `counts` outlives it.
class PollSession final : public Protocol {
 public:
  enum class State : std::uint8_t { Idle, Login, Wait, Redo, Ready };

  PollSession(SessionOptions options, Random random, follow::Counts& counts);

  void input(Event event, Monotonic now, Actions& out) override;
  Monotonic deadline() const override;
  bool ready() const noexcept override { return state_ == State::Ready; }
  std::size_t services() const noexcept override { return services_.size(); }
  std::optional<ServiceName> service_after(const ServiceName& name) const override;
  ServiceKey key_of(const ServiceName& name) const override;
  bool answering() const noexcept override { return following() && answered_ && failures_in_a_row_ == 0; }
  std::vector<Known> known() const override;
  void adopt(const std::vector<Known>& known) override;

  State state() const noexcept { return state_; }

 private:
  using Work = ServiceName;  // without a name: list the group
  struct InFlight {
    Work work;
    Monotonic deadline;
    std::uint64_t started = 0;  // sequence_ when it was sent
    std::string token;          // sent with it
    bool token_in_query = false;
  };
  struct Service {
    Monotonic due{};
    Monotonic read_at{};                   // an answer came last
    bool queued = false;                   // waits or is in flight
    std::uint32_t failures = 0;            // in a row
    std::uint64_t tried = 0;               // epoch in which it was last read, or failed to be
    std::uint64_t listed = 0;              // number of the last list that named it; 0: none does
    bool shown = false;                    // the sink knows of it
    bool wanted = false;                   // a query asked for it
    bool asked = false;                    // and whoever did has no word yet
    bool pinned = false;                   // configured by name
    bool hinted = false;                   // a datagram said so while it was queued or in flight
    bool read = false;                     // ever, or another machine has
    std::optional<Monotonic> empty_since;  // shown for a query's sake alone, and without instances
  };
  struct Group {
    Monotonic due{};
    bool queued = false;
    bool read = false;     // ever
    bool current = false;  // from this server, and the last try did not fail
    std::uint32_t failures = 0;
    std::uint64_t read_from = 0;  // sequence_ when the last list that was read had been sent
    std::size_t octets_hash = 0;  // of that list; 0: none from this server
  };

  // poll_session.cc: the server of the moment, and what is asked of it
  void begin(Monotonic now, Actions& out);
  void pin(Actions& out);
  void show_pending(const ServiceName& name, Actions& out);
  void turn_to(std::vector<Server> servers, Monotonic now, Actions& out);
  void tick(Monotonic now, Actions& out);
  void list_again(Monotonic now);
  void lose(std::string_view reason, const std::string& why, Monotonic now, Actions& out);
  bool following() const noexcept { return state_ == State::Redo || state_ == State::Ready; }
  void enqueue(const Work& work);
  void pump(Monotonic now, Actions& out);
  void send(Work work, Monotonic now, Actions& out);
  void reach_milestones(Monotonic now, Actions& out);

  // poll_wanted.cc: services that only a query named
  void want(const ServiceName& name, Monotonic now, Actions& out);
  void unwant(const ServiceName& name, Actions& out);
  bool hides(const ServiceName& name, Service& service, bool empty, Monotonic now, Actions& out);
  void reply_wanted(const ServiceName& name, Service& service, Monotonic now, Actions& out);

  // poll_answers.cc: what comes back
  void fetched(event::Fetched&& answer, Monotonic now, Actions& out);
  void expire(Monotonic now, Actions& out);
  void listed(const InFlight& call, const std::string& body, Monotonic now, Actions& out);
  void list_read(const InFlight& call, std::size_t hash, Monotonic now);
  void instances(const InFlight& call, const std::string& body, Monotonic now, Actions& out);
  void forbidden(const InFlight& call, Monotonic now, Actions& out);
  void failed(const Work& work, std::string_view reason, const std::string& why, Monotonic now, Actions& out);
  void try_again(const Work& work, Monotonic now);
  void hint(const ServiceName& name, Monotonic now);
  void schedule(const ServiceName& name, Service& service, Monotonic when);
  void tried(Service& service);
  void vanish(const ServiceName& name, Actions& out);
  void forget(const ServiceName& name);
  void forget_unwanted(Actions& out);
  Duration drawn(Duration most);
  Duration upper_half(Duration full);
  Duration retry_delay(std::uint32_t failures);

  SessionOptions options_;
  Random random_;
  ServerRing ring_;  // the one in use, or to be tried next
  follow::Counts& counts_;
  Sieve sieve_;
  Meaning meaning_;

  State state_ = State::Idle;
  Server current_;  // the one in use
  Monotonic wait_until_ = Monotonic::max();
  Monotonic ready_since_ = Monotonic::max();
  Monotonic doubting_until_{};           // absence is not believed until then (L14)
  bool adopted_ = false;                 // another machine has read something before
  std::uint32_t attempts_ = 0;           // since the last server that lasted
  std::uint64_t epoch_ = 0;              // counts turns to a server
  std::uint32_t failures_in_a_row_ = 0;  // of any request to this server
  bool answered_ = false;                // this server has, at least once
  bool alive_ = false;
  bool lost_told_ = false;
  bool listed_told_ = false;
  bool forbidden_told_ = false;

  std::string token_;
  bool token_in_query_ = false;  // the header would not do
  bool awaiting_token_ = false;
  std::optional<Monotonic> renewed_at_;
  RequestId last_id_ = 0;
  std::uint64_t sequence_ = 0;
  std::map<RequestId, InFlight> in_flight_;
  std::deque<Work> queue_;

  std::map<ServiceName, Service> services_;
  std::map<std::string, Group> groups_;
  std::set<std::pair<Monotonic, ServiceName>> polls_;  // when each service that is not queued is due
  Monotonic hints_since_{};                            // the second of hints_
  int hints_ = 0;                                      // taken in that second
  std::size_t untried_ = 0;                            // services not tried in this epoch
  std::uint64_t lists_read_ = 0;
  std::uint64_t list_again_ = 0;  // sequence_ when a second read was asked for; 0: it has been made
};

}  // namespace signpost::nacos
