// What of one registry is held back, since when, and until when: a state machine on a given clock.
//
// A hold is one service that is shown with more than its registry tells. It ends when the registry tells the
// rest again; when a second read, begun 10 s later, says the same, or another server; when its time is over;
// by an event that removes the service; or by the operator. The times (facts/operations.md 3.1):
//
//   G1 empty read      no time limit: one read alone is never believed
//   G2 service shrink  60 s; Nacos 30 s after the service last grew, at most 90 s
//   G3 global shrink   5 min
//
// After contact with a Nacos server was lost and regained nothing vanishes at once, whatever says so: a
// restarted server has persistent instances in its first answer, but those of living publishers come back
// only as these register again, 2 to 20 s later (nacos.md L14). Its first short lists are well formed, so
// only time tells (A5, A6), or a server that has not restarted (opinion.h); then the 30 s and 90 s count from
// the regained contact at the earliest. A server that still tells what is missing counts as growth.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/clock.h"
#include "zones/guard/judge.h"

namespace signpost {

/// Why a hold ended.
enum class HoldEnd : std::uint8_t {
  Returned,   // the registry tells again what it had left out
  Confirmed,  // a second read said the same
  Expired,    // its time was over
  Operator,   // `signpost release`
  Event,      // a watch event, after the list, removed the service
  Opinion,    // another server said the same
};
inline constexpr std::size_t kHoldEndCount = 6;
std::string_view to_string(HoldEnd end) noexcept;  // "returned"

/// What the registry says of a service now.
struct Told {
  bool gone = false;            // it does not name it any more
  std::string packed;           // zones/table/packed_state; empty when gone
  std::uint32_t instances = 0;  // 0 when gone
};

struct Hold {
  ListGuard guard = ListGuard::ServiceShrink;
  bool after_reconnect = false;
  Told told;
  std::uint32_t shown_before = 0;  // instances, when the hold began
  Monotonic since{};
  Monotonic last_growth{};  // or when another server still told what is missing
  std::string elsewhere;    // what another server said last, in words; empty: nothing
};

/// One registry's; builder thread. Services are called by numbers that their owner keeps stable.
class Holds {
 public:
  using Service = std::uint32_t;
  static constexpr std::chrono::seconds kSecondRead{10};
  static constexpr std::chrono::seconds kServiceTime{60};
  static constexpr std::chrono::minutes kGlobalTime{5};
  static constexpr std::chrono::seconds kQuiet{30};
  static constexpr std::chrono::seconds kLongest{90};
  /// A second read that was asked for and did not come is asked for again.
  static constexpr std::chrono::seconds kAskAgain{60};
  /// Another server is asked as soon as it is clear what there is to ask, and again so long after it
  /// answered.
  static constexpr std::chrono::seconds kGather{1};
  static constexpr std::chrono::seconds kElsewhereAgain{5};
  static constexpr std::size_t kAskedAtOnce = 200;

  void set_rules(GuardRules rules) noexcept { rules_ = rules; }
  GuardRules rules() const noexcept { return rules_; }
  /// Nothing is released by time while contact is lost.
  void lost() noexcept { lost_ = true; }
  void regained(Monotonic now) noexcept;
  /// Contact with a forgetful registry is lost or has just come back: nothing that vanishes is believed.
  bool guarding(Monotonic now) const noexcept;

  const Hold* find(Service service) const;
  /// Holds a service that was not held.
  void begin(Service service, Hold hold, Monotonic now);
  /// The registry says something else of a held service; `grew`: it has an instance that was not told before.
  void tell(Service service, Told told, bool grew, Monotonic now);
  /// Ends a hold; what the registry said last. nullopt: it was not held.
  std::optional<Hold> end(Service service, HoldEnd why);

  /// Those whose time is over.
  std::vector<Service> due(Monotonic now) const;
  /// Whether a second read is to be asked for now; true once for each that is needed.
  bool ask(Monotonic now);
  /// A read is complete that began after the last ask(): those that it confirms, since they are still held.
  std::vector<Service> confirmed();

  /// About which services another server is to be asked now; empty: about none. At most kAskedAtOnce, going
  /// round. Whoever asks says how many questions they made, and later of each that it was answered.
  std::vector<Service> ask_elsewhere(Monotonic now);
  void asked_elsewhere(std::size_t questions, Monotonic now);
  void answered_elsewhere(Monotonic now);
  /// Another server still tells what is missing of a held service; `words`: which, for people.
  void contradicted(Service service, std::string words, Monotonic now);
  /// The time from which the server whose word is held may have lacked what is missing.
  Monotonic doubted_since(const Hold& hold) const;

  bool empty() const noexcept { return all_.empty(); }
  std::size_t size() const noexcept { return all_.size(); }
  const std::map<Service, Hold>& all() const noexcept { return all_; }
  /// When this hold ends by time, if contact stays; nullopt: it does not.
  std::optional<Monotonic> ends_at(const Hold& hold) const;

  /// Counters since the start.
  struct Counts {
    std::uint64_t begun = 0;                           // services
    std::array<std::uint64_t, kHoldEndCount> ended{};  // by HoldEnd
  };
  const Counts& counts(ListGuard guard) const { return counts_[static_cast<std::size_t>(guard)]; }
  /// A guard that held something and holds nothing any more, told once; `ended` since it began.
  struct Over {
    ListGuard guard = ListGuard::EmptyRead;
    Counts counts;
  };
  std::vector<Over> take_over();

 private:
  std::map<Service, Hold> all_;
  std::array<Counts, kListGuardCount> counts_{};
  std::array<Counts, kListGuardCount> running_{};  // since the guard last held nothing
  std::array<std::uint64_t, kListGuardCount> held_{};
  GuardRules rules_;
  bool lost_ = false;
  std::optional<Monotonic> regained_;
  std::optional<Monotonic> asked_;  // and not answered yet
  std::size_t open_elsewhere_ = 0;  // questions
  Monotonic elsewhere_due_{};       // the next ones; while some are open, when these are given up
  Service last_elsewhere_ = 0;
};

}  // namespace signpost
