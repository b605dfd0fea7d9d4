// G6: an instance that falls ill and recovers again and again (operations.md 3.1). A state machine on a given
// clock.
//
// Of an instance whose health changed more than 10 times within a minute, at most one change in 2 s is shown,
// until it was quiet for 60 s. What is gone is gone at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/registry/service_state.h"
#include "dns/base/clock.h"

namespace signpost {

/// One registry's; builder thread. Remembers those alone whose health changed within the last minute.
class Flaps {
 public:
  using Service = std::uint32_t;
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::size_t kMost = 10;  // changes within kWindow
  static constexpr std::chrono::seconds kApart{2};
  static constexpr std::chrono::seconds kQuiet{60};

  /// The registry says `to` now and said `from` before. True: with this it is damped.
  bool changed(Service service, std::string_view instance, Health from, Health to, Monotonic now);
  /// The instance is gone, or it is terminating; or the whole service.
  void forget(Service service, std::string_view instance);
  void forget(Service service);

  /// Takes the next change of those whose 2 s are over; when the service is to be looked at again, if at all.
  std::optional<Monotonic> settle(Service service, Monotonic now);
  /// What is shown in place of what the registry says; nullopt: the registry's word is.
  std::optional<Health> shown(Service service, std::string_view instance) const;
  bool has(Service service) const { return damped_ != 0 && of_.contains(service); }

  /// What is shown of this service alone, for another thread.
  Flaps of(Service service) const;

  /// Forgets who was quiet; the services of those that were damped. A few times a second.
  std::vector<Service> tick(Monotonic now);
  /// By the operator: nobody of one service, or of all, is damped any more. The services that it concerned.
  std::vector<Service> release(const Service* one);

  bool is_idle() const noexcept { return of_.empty(); }
  std::uint64_t damped() const noexcept { return damped_; }
  /// A few of them, for people.
  std::vector<std::pair<Service, std::string>> examples(std::size_t most) const;
  /// Since the start: instances that were damped, and changes that were not shown.
  std::uint64_t begun() const noexcept { return begun_; }
  std::uint64_t hidden() const noexcept { return hidden_; }
  /// Those that ended by being quiet or gone, and by the operator.
  std::uint64_t quiet() const noexcept { return begun_ - damped_ - released_; }
  std::uint64_t released() const noexcept { return released_; }

 private:
  struct Flap {
    std::vector<Monotonic> changes;  // within kWindow, the newest last; at most kMost + 1
    bool damped = false;
    Health told = Health::Up;
    Health shown = Health::Up;
    Monotonic shown_since{};
  };
  using OfService = std::map<std::string, Flap, std::less<>>;  // by instance

  void drop(OfService& all, OfService::iterator at);
  template <class Which>
  std::vector<Service> drop_if(Which&& which);

  std::map<Service, OfService> of_;
  std::uint64_t damped_ = 0;
  std::uint64_t begun_ = 0;
  std::uint64_t hidden_ = 0;
  std::uint64_t released_ = 0;
  Monotonic next_tick_{};
};

}  // namespace signpost
