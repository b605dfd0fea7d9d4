// What is too bad to be believed at once (facts/operations.md 3.1): the rules G1, G2 and G3 as pure
// functions.
//
// They speak of lists only, since a list that misses something looks like one where it is gone: what a watch
// says is gone is gone. A service that has other instances than before, but not fewer, is not doubted: after
// an outage every Pod may have been replaced, and what was there before is dead.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace signpost {

/// Which rule holds something back.
enum class ListGuard : std::uint8_t {
  EmptyRead,      // G1: a list names nothing where there was much
  ServiceShrink,  // G2: one service lost most of its instances
  GlobalShrink,   // G3: a list lost a good part of all services or instances
};
inline constexpr std::size_t kListGuardCount = 3;
std::string_view to_string(ListGuard guard) noexcept;  // "empty_read"

/// G1 and G3 speak of a registry that had so much, or lost so much. In a registry that is smaller, single
/// services are still guarded by G2.
inline constexpr std::uint64_t kManyItems = 20;
/// G3: more than these parts of what a registry had.
inline constexpr std::uint64_t kGlobalInstancesPercent = 20;
inline constexpr std::uint64_t kGlobalServicesPercent = 10;
/// G2: more than this part of a service, and at least so many instances.
inline constexpr std::uint64_t kServicePercent = 50;
inline constexpr std::uint64_t kServiceInstances = 3;

/// A whole list beside what was shown when it began. Instances are those known, healthy or not.
struct ListFacts {
  std::uint64_t services_before = 0;
  std::uint64_t instances_before = 0;
  std::uint64_t services_named = 0;  // by the list; the Pods of a namespace are no service
  std::uint64_t instances_told = 0;
  std::uint64_t services_lost = 0;   // shown, not named
  std::uint64_t instances_lost = 0;  // sum over the services that have fewer now, or are gone
};

/// G1 before G3; nullopt: the list as a whole can be believed.
std::optional<ListGuard> judge_list(const ListFacts& facts) noexcept;

/// What differs between kinds of registries.
struct GuardRules {
  /// G2. Not for a file: a service is as somebody wrote it, on purpose; only the file as a whole is doubted.
  bool services = true;
  /// Servers forget when they restart, and get it back from their publishers (Nacos). Then the last instance
  /// of a service counts for G2, however few there were.
  bool forgetful = false;
  /// There are other servers, and they are asked about what is held.
  bool second_opinion = false;
};

/// G2 for one service that had `shown` instances and is told with `told` (0 also when it is gone).
bool is_collapse(std::uint64_t shown, std::uint64_t told, GuardRules rules) noexcept;

}  // namespace signpost
