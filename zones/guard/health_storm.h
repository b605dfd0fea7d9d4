// G4: many instances of a registry fall ill at once (operations.md 3.1). A state machine on a given clock.
//
// When more than 30 % of those that were healthy, and at least 20, went ill within 60 s and are still ill and
// still there, it is more likely that whoever looks at their health is ill: a partition, a broken probe. Then
// health drops nobody of the services that are hit while fewer than half of a service's instances are
// healthy. Deletions count as ever, and so do instances that are terminating: a rollout deletes, it makes
// nobody ill. It ends when fewer than 5 % a minute fell ill for 2 min, or by the operator.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dns/base/clock.h"

namespace signpost {

/// One registry's; builder thread. Services are called by numbers that their owner keeps stable.
class HealthStorm {
 public:
  using Service = std::uint32_t;
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::chrono::minutes kQuiet{2};
  static constexpr std::uint64_t kBeginPercent = 30;
  static constexpr std::uint64_t kEndPercent = 5;  // within kWindow
  static constexpr std::uint64_t kLeast = 20;
  /// While it lasts, a service where fewer than so many percent are healthy answers with all.
  static constexpr std::uint32_t kPanicPercent = 50;

  /// An instance was healthy and is ill now, or is healthy again or gone.
  void fell_ill(Service service, std::string_view instance, Monotonic now);
  void recovered(Service service, std::string_view instance);
  /// The service is gone.
  void forget(Service service);

  enum class Change : std::uint8_t { None, Began, Ended };
  /// After changes, and a few times a second while anything is remembered. `healthy`: the registry's
  /// instances that are now.
  Change look(std::uint64_t healthy, Monotonic now);
  /// By the operator: health counts again, for one service or all. Those that it concerned.
  std::vector<Service> release(const Service* one);

  bool active() const noexcept { return active_; }
  bool is_idle() const noexcept { return !active_ && ill_.empty(); }
  bool affects(Service service) const { return active_ && hit_.contains(service); }
  const std::set<Service>& hit() const noexcept { return hit_; }
  /// Ill within the window, of so many that were healthy before.
  std::uint64_t ill() const noexcept { return ill_.size(); }
  std::uint64_t base() const noexcept { return base_; }
  Monotonic since() const noexcept { return since_; }
  /// Of the last storm: the services that it hit; good until the next one.
  std::vector<Service> take_hit();

 private:
  using Key = std::uint64_t;  // of a service and an instance
  struct Ill {
    Service service;
    Monotonic at;
  };
  static Key key_of(Service service, std::string_view instance);
  void expire(Monotonic now);

  std::unordered_map<Key, Ill> ill_;               // fell ill within kWindow, and still is
  std::deque<std::pair<Monotonic, Key>> by_time_;  // may name those that recovered
  bool active_ = false;
  std::set<Service> hit_;
  std::uint64_t base_ = 0;
  Monotonic since_{};
  Monotonic loud_{};  // when it was last over kEndPercent
};

}  // namespace signpost
