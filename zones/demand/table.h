// Who asked for which name that no list has, and what the registries said: the state machine of `on_query`.
//
// No I/O, no clock. A name that was asked for has a *lease* in each registry that could have it: first it is
// *asking* (its candidates are wanted, queries wait), then *there* (a service has it; the builder shows it)
// or *absent*. Once every lease of a name has spoken, the name is settled: workers believe the snapshot. A
// lease that nobody uses for `idle` ends; use is use of its services under any of their names. What is absent
// and is used all the same has appeared: it is asked for again. Each registry has its own leases and limits,
// and each kind goes only for its own kind: so a flood of names can neither evict what is there nor grow
// anything.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "zones/demand/demand.h"
#include "zones/demand/gate.h"

namespace signpost {

/// Demand thread.
class DemandTable {
 public:
  static constexpr std::size_t kAskingMost = 64;     // names at once and registry; further ones are refused
  static constexpr std::size_t kWaitersMost = 1024;  // queries at once
  static constexpr double kNewASecond = 100;         // leases; as many at once
  /// Candidates that nobody answered for are given up: far longer than a request may take.
  static constexpr std::chrono::seconds kAskingAtMost{10};

  explicit DemandTable(DemandGate& gate) : gate_(gate) {}

  /// What the new configuration asks for in the same way goes on, the rest is let go.
  void configure(std::vector<DemandRegistry> registries, Monotonic now, DemandActions& out);
  /// A registry is followed by somebody new, who was told of no wish: all of them are told again.
  void restarted(const std::string& registry, DemandActions& out);
  void ask(const DemandGate::Ask& ask, Monotonic now, DemandActions& out);
  /// The registry's first word on one candidate.
  void replied(const Name& name, std::uint64_t number, bool there, Monotonic now, DemandActions& out);
  void published(const DemandActions::Published& what);
  void tick(Monotonic now, DemandActions& out);
  /// When tick() is due; Monotonic::max() for never.
  Monotonic deadline() const;

  /// Of the registries of the configuration, in its order.
  std::vector<DemandReport> reports() const;
  /// What is known of the nearest name at or above `folded` that could be a service's; nothing where no
  /// registry with `on_query` could have it.
  std::vector<DemandFate> fates(NameView folded, Monotonic now) const;

 private:
  enum class Home : std::uint8_t { Asking, There, Absent };
  struct Part;
  struct Question;
  struct Lease {
    Part* part = nullptr;
    Question* question = nullptr;
    Home home = Home::Asking;
    std::vector<ServiceKey> keys;
    std::size_t silent = 0;  // of the keys
    bool there = false;      // some key is
    bool shown = false;      // and the builder has published it
    std::uint64_t number = 0;
    Monotonic began{}, ends{};
    bool spoke() const noexcept { return silent == 0 && (!there || shown); }
  };
  using Leases = std::list<Lease>;
  /// One name.
  struct Question {
    Name name;
    std::vector<Leases::iterator> leases;
    std::vector<DemandWaiter> waiters;
    bool refused = false;  // a registry that could have it was not asked
  };
  /// One registry.
  struct Part {
    DemandRegistry registry;
    Leases asking, there, absent;  // used longest ago first
    std::size_t there_keys = 0, absent_keys = 0;
    DemandCounts counts;
    Leases& home(Home home) { return home == Home::Asking ? asking : home == Home::There ? there : absent; }
  };

  /// A service that leases want.
  struct Wish {
    std::size_t leases = 0;
    std::vector<std::uint64_t> marks;  // of its names, which the gate watches
  };

  // table_limits.cc
  bool take_token(Monotonic now);
  void refuse(const DemandGate::Ask& ask, Part& part);
  bool take_use(const Lease& lease);
  void ask_again(Part& part, Leases::iterator absent, Monotonic now, DemandActions& out);
  void limit(Part& part, Monotonic now, DemandActions& out);
  void expire(Part& part, Monotonic now, DemandActions& out);
  void send_back_late(Monotonic now);

  enum class Unless : std::uint8_t { Never, Same };
  static void keep_within(Part& part, Monotonic latest);
  void end_leases(Part& part, Unless unless, DemandActions& out);
  bool is_asked_everywhere(const Question& question) const;
  static const Lease* lease_of(const Question& question, const Part& part);
  bool begin(Part& part, Question& question, std::vector<ServiceKey> keys, Monotonic now, DemandActions& out);
  void want(Lease& lease, DemandActions& out);
  void watch(const Part& part, const ServiceKey& key, Wish& wish);
  void watch_anew(const Part& part);
  void unwatch(const Wish& wish);
  void wait(Question& question, const DemandGate::Ask& ask, Monotonic now);
  void look(Question& question);
  void move(Leases::iterator lease, Home home);
  void end(Leases::iterator lease, DemandActions& out);
  void send_back(Question& question);
  static std::string text_of(NameView name) {
    return {reinterpret_cast<const char*>(name.data()), name.size()};
  }
  static std::vector<ServiceKey> candidates_of(const Part& part, NameView name);

  DemandGate& gate_;
  std::list<Part> parts_;
  std::map<std::string, Question> questions_;  // by the name's octets
  std::set<Question*> waiting_questions_;
  std::map<ServiceKey, Wish> wishes_;
  std::size_t waiting_ = 0;
  std::uint64_t last_number_ = 0;
  double tokens_ = kNewASecond;
  Monotonic refilled_{};
  Monotonic shut_until_ = Monotonic::max();  // max: not shut
};

}  // namespace signpost
