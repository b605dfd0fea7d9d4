// Which names are asked for most, while somebody looks (`signpost top`): a bounded sketch in each worker.
//
// One query of some kSampleOneOf is counted in a table of a fixed number of places; a name that has none
// takes the place with the least count, and that count with it (Space-Saving: Metwally, Agrawal, El Abbadi
// 2005). So whoever has more than one part in kPlaces of the queries is in the table, and no count is too
// small. Tables are made by whoever looks first, handed over by two pointers, and nobody waits for anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "dns/wire/name.h"
#include "dns/wire/types.h"

namespace signpost {

struct BusyName {
  Name name;  // folded
  RRType type{};
  std::uint64_t queries = 0;  // about; never too few, but for the luck of the sample
};

/// A table of counts. One thread at a time; allocates nothing.
class BusyTable {
 public:
  static constexpr std::size_t kPlaces = 128;

  void count(NameView folded, RRType type, std::uint32_t by) noexcept;
  void clear() noexcept { used_ = 0; }
  /// Those that stand for something: newcomers that hold little but what they took over are left out.
  std::vector<BusyName> names() const;

 private:
  struct Place {
    std::uint64_t count = 0, taken_over = 0;
    RRType type{};
    Name name;
  };
  std::size_t used_ = 0;
  std::array<std::uint32_t, kPlaces> hashes_{};
  std::array<Place, kPlaces> places_;
};

/// One worker's end and the other: note() on the worker's thread, all else on one other thread.
class BusyNames {
 public:
  static constexpr std::uint32_t kSampleOneOf = 16;

  /// A load and a branch while nobody looks.
  void note(NameView folded, RRType type) noexcept {
    if (watched_.load(std::memory_order_relaxed)) [[unlikely]]
      sample(folded, type);
  }

  /// From now on queries are counted, or no longer.
  void watch(bool on);
  /// What was counted up to the last call; the worker hands over with its next query.
  std::vector<BusyName> take();

 private:
  void sample(NameView folded, RRType type) noexcept;

  std::atomic<bool> watched_{false};
  std::atomic<bool> asked_{false};          // somebody wants the table
  std::atomic<BusyTable*> spare_{nullptr};  // for the worker to fill
  std::atomic<BusyTable*> given_{nullptr};  // by the worker
  BusyTable* current_ = nullptr;            // the worker's
  std::uint32_t left_ = 1, random_ = 0x9e3779b9;
  std::array<std::unique_ptr<BusyTable>, 2> tables_;  // the other thread's
  bool second_out_ = false;                           // the other thread's: both tables are on their way
};

/// The busiest of several workers' names together, the busiest first.
std::vector<BusyName> busiest(std::vector<BusyName> all, std::size_t most);

}  // namespace signpost
