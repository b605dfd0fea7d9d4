// The composed services of all zones: who is a member of what, and which are to be built anew.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "dns/base/clock.h"
#include "zones/policy/doubt.h"
#include "zones/snapshot/tables.h"
#include "zones/table/service_table.h"

namespace signpost {

/// Where a ServiceId is asked for, the name with number n is kComposedIds + n: no table of services is so
/// large.
inline constexpr ServiceId kComposedIds = 0x80000000;

/// Builder thread only. A change of a member costs the names that have it, and a look-up.
class ComposedNames {
 public:
  struct Entry {
    std::string name;          // "cart.shop.internal"
    std::uint32_t number = 0;  // of that name, also after a reload
    std::uint16_t zone = 0;
    const config::ComposedService* service = nullptr;   // of the configuration
    std::vector<std::pair<std::uint16_t, Slot>> slots;  // as of HeldRecord: at most one
    bool dirty = false;
    // Of the last time that it was built:
    std::uint64_t instances = 0;
    std::uint64_t eligible = 0;
    bool cold = false;
    policy::Doubt doubt = policy::Doubt::None;
    std::array<std::uint64_t, policy::kDoubtCount> doubts{};  // times since the start
    std::vector<std::string> notes;
    // For `last_resort: last_known`, the member's key and the instance's id; empty: not known.
    std::set<std::string> healthy_last;
  };

  /// All are dirty then. What members have proven stays, as long as somebody names them, and of a name that
  /// stays its number, who was healthy last and what was counted.
  void configure(const config::Config& config);
  /// Their slots are gone; all are dirty.
  void forget_slots();

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  Entry& operator[](std::size_t i) { return entries_[i]; }
  const Entry& operator[](std::size_t i) const { return entries_[i]; }

  void touch(std::size_t i);
  void touch_number(std::uint32_t number);
  void touch(const ServiceKey& member);
  void touch_registry(const std::string& registry);
  void touch_zone(std::uint16_t zone);
  /// The next to be built; SIZE_MAX: none.
  std::size_t take_dirty();
  bool has_dirty() const noexcept { return !dirty_.empty(); }

  /// Touches it at that time (touch_due()).
  void touch_at(std::size_t i, Monotonic when) { later_.insert({when, i}); }
  void touch_due(Monotonic now);

  bool is_member(const ServiceKey& service) const { return by_member_.contains(service); }
  /// The names that have it as a member.
  std::vector<std::size_t> with(const ServiceKey& member) const {
    const auto found = by_member_.find(member);
    return found == by_member_.end() ? std::vector<std::size_t>() : found->second;
  }
  bool is_proven(const config::Member& member) const;
  /// True when it was not proven before.
  bool prove(const config::Member& member);
  /// It is another one now: what its members have proven, and who of them was healthy last, says nothing.
  void forget_registry(const std::string& registry);

 private:
  std::vector<Entry> entries_;
  std::uint32_t next_number_ = 0;
  std::map<ServiceKey, std::vector<std::size_t>> by_member_;
  std::vector<std::size_t> dirty_;
  std::set<std::pair<Monotonic, std::size_t>> later_;
  std::set<std::string> proven_;  // members in the spelling of compose::to_string()
};

ServiceKey key_of(const config::Member& member);

}  // namespace signpost
