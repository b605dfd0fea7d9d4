// What was published last, for people: a few names of each publication, of the last publications.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "dns/base/clock.h"
#include "zones/snapshot/block.h"
#include "zones/table/status.h"

namespace signpost {

/// Bounded, and cheap for a first list of 100,000 services: names are written out for the first few only.
/// Builder thread.
class RecentChanges {
 public:
  static constexpr std::size_t kPublications = 50;
  static constexpr std::size_t kNames = 5;

  /// Before publish(): this block took the place of that one (null: there was none, there is none now).
  void note(std::uint16_t zone, const Block* old, const Block* fresh);
  /// What was noted of this zone is seen from now on.
  void publish(std::uint16_t zone, const std::string& name, std::uint32_t serial, WallTime now);
  /// Zones get new numbers.
  void forget_noted() { noted_.clear(); }

  /// The newest first.
  std::vector<RecentChange> all() const { return {all_.rbegin(), all_.rend()}; }

 private:
  struct Noted {
    std::uint64_t count = 0;
    std::vector<ChangedName> first;
  };
  std::map<std::uint16_t, Noted> noted_;
  std::deque<RecentChange> all_;
};

}  // namespace signpost
