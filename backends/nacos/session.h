// The protocol of one namespace as a state machine: events and the time go in, actions come out.
//
//   Login -> Connect -> ServerCheck -> Setup -> (Ack) -> Redo -> Ready, and from anywhere back over Wait to
//   Connect
//
// One connection a namespace, since a push does not say of which namespace it speaks (facts: Nacos 5.3, A20).
// Whatever the last connection said stays in force until the new one says otherwise (5.8): a lost connection
// produces no Upsert and no Erase.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "backends/follow/counts.h"
#include "backends/nacos/choice.h"
#include "backends/nacos/list_reader.h"
#include "backends/nacos/meaning.h"
#include "backends/nacos/pace.h"
#include "backends/nacos/protocol.h"
#include "backends/nacos/server_ring.h"
#include "backends/nacos/timing.h"
#include "backends/nacos/watch_plan.h"
#include "dns/base/random.h"

namespace signpost::nacos {

struct SessionOptions {
  std::string registry;  // its name in the configuration
  std::string space;     // namespace id
  std::vector<std::string> groups;
  std::vector<Server> servers;
  Duration list_interval = std::chrono::seconds(10);
  Duration audit_interval = std::chrono::seconds(60);  // each service is pulled once in this time (A11)
  bool login = false;                                  // wait for a token before the first connection
  ChoiceOptions choice = {};
  bool fuzzy_watch = true;  // false: not used even where the server can
  Duration absent_after = std::chrono::seconds(60);
  bool admin_list = false;  // list all groups by the admin API, where it is allowed
  Meaning::Options meaning = {};
};

/// One owner, one thread. `counts` outlives it.
class Session final : public Protocol {
 public:
  enum class State : std::uint8_t { Idle, Login, Wait, Connect, ServerCheck, Setup, Redo, Ready };

  Session(SessionOptions options, Random random, follow::Counts& counts);

  void input(Event event, Monotonic now, Actions& out) override;
  Monotonic deadline() const override;
  bool ready() const noexcept override { return state_ == State::Ready; }
  std::size_t services() const noexcept override { return services_.size(); }
  std::optional<ServiceName> service_after(const ServiceName& name) const override;
  ServiceKey key_of(const ServiceName& name) const override;
  bool answering() const noexcept override { return state_ >= State::Setup; }
  std::vector<Known> known() const override;
  void adopt(const std::vector<Known>& known) override;

  State state() const noexcept { return state_; }

 private:
  enum class Call : std::uint8_t { ServerCheck, Health, List, Watch, Unwatch, Subscribe, Unsubscribe, Audit };
  struct Work {
    Call call;
    ServiceName service;  // List: only the group; Watch, Unwatch: the pattern; connection calls: empty
  };
  struct InFlight {
    Work work;
    Monotonic deadline;
    std::uint64_t started;  // sequence_ when it was sent
    std::string token;      // sent with it
  };
  struct Service {
    // Of one connection: whoever looks at these goes through of_now() first.
    std::uint64_t connection = 0;         // epoch of which they speak
    bool queued = false;                  // a Subscribe waits or is in flight
    std::uint32_t failures = 0;           // of subscribing, in a row
    std::uint64_t doubted = 0;            // sequence_ of a pull that told something new; 0: none did
    std::optional<Monotonic> removed_at;  // when a DELETE_SERVICE came that no list has contradicted

    std::uint64_t epoch = 0;         // of last_ref_time; 0: nothing accepted yet
    std::int64_t last_ref_time = 0;  // compared only within one epoch (6.1)
    std::uint64_t accepted = 0;      // sequence_ when that was accepted
    std::uint64_t content = 0;       // fingerprint of what was accepted last
    std::uint64_t pushed = 0;        // sequence_ of its last push
    std::uint64_t appeared = 0;      // sequence_ when the fuzzy watch last announced it
    std::uint64_t announced = 0;     // epoch in which it did
    std::uint64_t listed = 0;        // number of the last list that named it
    std::uint64_t left_out = 0;      // number of a list that did not and is about to take it; 0: none
    bool found = false;              // a list or the fuzzy watch named it
    bool wanted = false;             // a query did
    bool asked = false;              // and waits for the answer
    bool read = false;               // ever, or another machine has
    bool shown = false;              // the sink knows it
    bool pinned = false;             // configured by name: stays subscribed whatever lists say
  };
  struct Group {
    Monotonic due{};
    bool queued = false;   // a List waits or is in flight
    bool read = false;     // ever
    bool current = false;  // on this connection, and the last try did not fail
    std::uint32_t failures = 0;
    std::uint64_t read_from = 0;   // sequence_ when the last list that was read had been sent
    std::size_t octets_hash = 0;   // of the last answer that was read; 0: it says nothing any more
    std::uint64_t distrusted = 0;  // sequence_ when something else was heard of one of its services
  };
  /// A list that is being read, in pieces.
  struct Reading {
    enum class Stage : std::uint8_t { Naming, Comparing, Taking };
    InFlight call;
    ListReader names;
    std::size_t octets_hash;
    std::uint64_t number;  // of the list
    std::uint64_t began;   // sequence_ when it came
    Stage stage = Stage::Naming;
    ServiceName at = {};  // Comparing: whom it has looked at last
    bool spared = false;  // one that it does not name stays for now: the next list is to judge it
    std::vector<ServiceName> gone = {};
  };
  /// The list over all groups: what is known of it on this connection.
  struct Admin {
    Monotonic due = Monotonic::max();
    bool fallen = false;  // refused: groups are listed by themselves meanwhile
    std::uint32_t failures = 0;
    RequestId id = 0;  // of the page under way; 0: none
    Monotonic deadline = Monotonic::max();
    std::string token;  // sent with it
    std::uint32_t page = 0;
    std::uint64_t number = 0;              // of the list
    std::uint64_t started = 0;             // sequence_ before its first page
    std::size_t total = 0;                 // services, by its first page
    std::unordered_set<std::size_t> seen;  // hashes of their names
  };
  /// One pattern of the fuzzy watch.
  struct Watch {
    bool queued = false;      // the request waits or is in flight
    bool held = false;        // the server holds the pattern: the next request only compares
    bool at_limit = false;    // it names only a part of the services (50311)
    bool synced = false;      // its first sync is over
    bool settled = false;     // and what followed from that has been done
    std::uint64_t asked = 0;  // sequence_ before the request for that sync
    std::uint32_t failures = 0;
    Monotonic due = Monotonic::max();
    std::optional<Monotonic> first_refused;  // by 50310 (L6)
  };
  /// The fuzzy watch on this connection: kWatchAll, and what takes its place where that is at its limit.
  struct Watching {
    bool able = false;    // the server can
    bool synced = false;  // the first sync of kWatchAll is over, or not to be waited for any longer
    Monotonic sync_until = Monotonic::max();
    std::map<WatchPattern, Watch> patterns;
    std::map<WatchPattern, Monotonic> failing;  // at their limits: not tried again until then
    std::size_t room = timing::kWatchPatterns;  // for patterns beside kWatchAll
    std::size_t named = 0;                      // services, by the first sync of kWatchAll
    std::string_view fallen_for;                // the fallback that has been told; empty: none
  };

  /// Pulls beside the pushes. What is known of the connection; the walk goes on where it was.
  struct Audit {
    Monotonic due = Monotonic::max();
    ServiceName last;
    std::size_t in_flight = 0;
    std::uint32_t failures = 0;
    std::set<std::pair<Monotonic, ServiceName>>
        doubts;  // differences that a push may still explain until then
  };

  // session.cc: the life of the connection
  void on(event::Start&&, Monotonic now, Actions& out);
  void on(event::Connected&&, Monotonic now, Actions& out);
  void on(event::Disconnected&&, Monotonic now, Actions& out);
  void on(event::Reply&&, Monotonic now, Actions& out);
  void on(event::RequestFailed&&, Monotonic now, Actions& out);
  void on(event::Received&&, Monotonic now, Actions& out);
  void on(event::Servers&& told, Monotonic now, Actions& out);
  void on(event::Token&&, Monotonic now, Actions& out);
  void on(event::Fetched&&, Monotonic now, Actions& out);
  void on(event::Hinted&&, Monotonic, Actions&) {}  // HTTP v1: not asked for here
  void on(event::ListAgain&&, Monotonic now, Actions& out);
  void on(event::Want&&, Monotonic now, Actions& out);
  void on(event::Unwant&&, Monotonic now, Actions& out);
  void on(event::Tick&&, Monotonic now, Actions& out);
  bool connected() const noexcept { return state_ == State::Redo || state_ == State::Ready; }
  void connect(Monotonic now, Actions& out);
  void lose(std::string_view reason, const std::string& why, Monotonic now, Actions& out);
  Duration reconnect_delay();
  void forget_connection(Monotonic now);
  void server_checked(const Payload& payload, Monotonic now, Actions& out);
  void heard(Monotonic now);
  void reset_to(const Reset& reset, Monotonic now, Actions& out);
  void malformed(const std::string& what, Monotonic now, Actions& out);
  void check_health(Monotonic now, Actions& out);
  void reach_milestones(Monotonic now, Actions& out);

  /// Whether this kind of request waits for a token of pace_.
  static bool paced(Call call) noexcept { return call == Call::Subscribe || call == Call::Unsubscribe; }

  // session_calls.cc, session_failures.cc: unary requests, what fails and when it is tried again
  void enqueue(Work work);
  bool dequeue_subscribe(const ServiceName& name);
  void over(const Work& work);
  void enqueue_again(const Work& work);
  std::size_t naming_in_flight() const;
  void pump(Monotonic now, Actions& out);
  Payload request_for(const Work& work);
  void send(Work work, Duration timeout, Monotonic now, Actions& out);
  void answered(InFlight&& call, const Payload& payload, ListReader&& names, Monotonic now, Actions& out);
  void refused(const InFlight& call, const Answer& answer, Monotonic now, Actions& out);
  void forbidden(const InFlight& call, Monotonic now, Actions& out);
  void try_again(const Work& work, Monotonic now);
  Duration retry_delay(std::uint32_t failures);
  void expire_calls(Monotonic now, Actions& out);

  // session_wanted.cc: what nobody named but a query
  bool is_hidden(const Service& service, const ServiceInfo& info) const;
  void judge_emptiness(const ServiceName& name, Service& service, bool empty, Monotonic now);
  void reply_wanted(const ServiceName& name, Service& service, Monotonic now, Actions& out);
  void reply_doubted(Monotonic now, Actions& out);

  // session_services.cc: which services there are and what they hold
  void pin(Actions& out);
  /// Null: not wanted (Choice), and counted.
  Service* appear(const ServiceName& name, Actions& out);
  void show_pending(const ServiceName& name, Actions& out);
  void subscribed(const InFlight& call, const Result<ServiceInfo>& info, Monotonic now, Actions& out);
  bool is_outdated(const Service& service, const ServiceInfo& info, std::uint64_t asked) const noexcept;
  void accept(const ServiceName& name, Service& service, const ServiceInfo& info, std::uint64_t asked,
              Monotonic now, Actions& out);
  void pushed(const Push& push, Monotonic now, Actions& out);

  // session_lists.cc: what lists say, in bounded pieces
  bool listed_as_before(const InFlight& call, const std::string& octets, Monotonic now);
  void distrust_list_of(const std::string& group_name);
  void vanish(const ServiceName& name, bool by_list, Actions& out);
  void listed(InFlight&& call, const Payload& payload, ListReader&& names, Monotonic now, Actions& out);
  void read_on(Monotonic now, Actions& out);
  void name_some(Reading& reading, std::size_t& budget, Monotonic now, Actions& out);
  void compare_some(Reading& reading, std::size_t& budget, Monotonic now);
  void take_some(Reading& reading, std::size_t& budget, Actions& out);

  // session_admin.cc: one list over all groups
  bool lists_groups() const noexcept;
  void start_lists(Monotonic now);
  Monotonic admin_deadline() const;
  void admin_tick(Monotonic now, Actions& out);
  void fetch_page(Monotonic now, Actions& out);
  void page_came(const std::string& body, Monotonic now, Actions& out);
  void list_complete(Monotonic now, Actions& out);
  void admin_failed(std::string_view reason, const std::string& why, Monotonic now, Actions& out);
  void admin_fall_back(std::string_view reason, const std::string& why, Monotonic now, Actions& out);

  // session_redo.cc: everything anew on each connection
  Service& of_now(Service& service);
  void start_redo(Monotonic now, Actions& out);
  void redo_some(Actions& out);

  // session_watch.cc: the fuzzy watch
  void start_watch(Monotonic now);
  void watch_tick(Monotonic now);
  Monotonic watch_deadline() const;
  Payload watch_request_for(const WatchPattern& pattern) const;
  void news(const WatchNews& news, Monotonic now, Actions& out);
  void expect_removal(const ServiceName& name, Monotonic now);
  void expire_removals(Monotonic now, Actions& out);
  void watch_answered(const WatchPattern& pattern, int error_code, Monotonic now, Actions& out);
  void watch_held(const WatchPattern& pattern, Watch& watch, bool at_limit, Monotonic now, Actions& out);
  void watch_refused(const WatchPattern& pattern, Watch& watch, Monotonic now, Actions& out);
  void settle_watch(const WatchPattern& pattern, Monotonic now, Actions& out);
  void fall_back(std::string_view reason, const std::string& text, Actions& out);

  // session_patterns.cc: what it consists of
  std::vector<WatchedGroup> watched_groups(WatchLimits limits) const;
  void plan_patterns(Monotonic now, Actions& out);

  // session_audit.cc: whether the server still tells us what changes (A11)
  static std::uint64_t fingerprint_of(const ServiceInfo& info);
  Duration audit_gap();
  void start_audits(Monotonic now);
  Monotonic audit_deadline() const;
  void audit(Monotonic now, Actions& out);
  void audit_failed(Monotonic now);
  void audited(const InFlight& call, const Result<ServiceInfo>& info, Monotonic now, Actions& out);
  void settle_doubts(Monotonic now, Actions& out);

  SessionOptions options_;
  Random random_;
  ServerRing ring_;  // the one to try next, or tried now
  follow::Counts& counts_;
  Sieve sieve_;
  Meaning meaning_;

  // the connection
  State state_ = State::Idle;
  Monotonic wait_until_ = Monotonic::max();  // of Wait, Connect and Setup
  std::optional<Server> named_;              // by ConnectResetRequest: tried once, then the list again
  bool at_named_ = false;
  Server current_;
  std::uint32_t attempts_ = 0;  // since the last connection that lasted
  std::uint64_t epoch_ = 0;     // counts connections
  bool negotiates_ = false;
  Monotonic set_up_at_{};
  Monotonic ready_since_ = Monotonic::max();
  Monotonic health_due_ = Monotonic::max();
  std::uint32_t health_tries_ = 0;
  std::uint32_t malformed_in_a_row_ = 0;
  bool alive_ = false;  // the server has just proved it
  bool lost_told_ = false;
  bool listed_told_ = false;
  bool forbidden_told_ = false;

  // its requests
  std::string token_;
  bool awaiting_token_ = false;
  std::optional<Monotonic> renewed_at_;  // after a 403
  RequestId last_id_ = 0;
  std::uint64_t sequence_ = 0;  // orders announcements and requests
  std::map<RequestId, InFlight> in_flight_;
  std::deque<Work> queue_;
  std::deque<Work> dropped_;       // a lost connection's, to be freed in pieces
  std::set<ServiceName> asked_;    // services with `asked`
  std::set<ServiceName> doubted_;  // those of them whose first answer was empty, too early to be believed
  Monotonic doubting_until_{};     // absence is not believed until then (L14)
  bool adopted_ = false;           // another machine has read something before
  std::set<ServiceName> unsubscribing_;  // an Unsubscribe of these is in flight
  std::optional<ServiceName> redo_;      // up to here all services are subscribed to or queued; none: all are
  Monotonic paused_until_{};  // the server is over its limit (503), or not done with our set-up (301)
  std::uint32_t pauses_ = 0;
  Pace pace_;

  // what it told us
  std::map<ServiceName, Service> services_;
  std::map<std::string, Group> groups_;  // the configured ones
  Admin admin_;
  bool admin_told_ = false;  // the refusal has been logged
  Watching watching_;
  Audit audit_;
  std::set<std::pair<Monotonic, ServiceName>> retries_;   // subscribe again then
  std::set<std::pair<Monotonic, ServiceName>> removals_;  // believe a DELETE_SERVICE then (L5)
  std::deque<Reading> readings_;                          // lists that have come, the first of them under way
  std::uint64_t taking_ = 0;  // number of the list whose `left_out` are gone already; 0: none
  std::uint64_t lists_read_ = 0;
  std::size_t list_hash_ = 0;     // of the list answer at hand
  std::uint64_t list_again_ = 0;  // sequence_ when a second read was asked for; 0: it has been made
};

}  // namespace signpost::nacos
