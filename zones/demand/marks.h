// A set of names that workers read while the demand thread writes it: some octets a name, no locks.
//
// A name is its hash (64 bits, seeded: who chooses names cannot choose hashes). Eight places are a set; a set
// that is full lets go of one of its names, which then is asked for once more: so a mark may be lost, and
// never stands for another name.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace signpost {

class Marks {
 public:
  /// `sets`: of eight names each.
  explicit Marks(std::size_t sets);

  /// Any thread. `mark` is not 0.
  bool has(std::uint64_t mark) const noexcept { return place_of(mark) != nullptr; }
  /// Any thread: if it is there, somebody used it. Writes once until take_use().
  void use(std::uint64_t mark) noexcept;

  /// The owner's thread.
  void add(std::uint64_t mark) noexcept;
  void remove(std::uint64_t mark) noexcept;
  void clear() noexcept;
  /// The owner's thread: whether it was used since the last call.
  bool take_use(std::uint64_t mark) noexcept;

 private:
  static constexpr std::size_t kWays = 8;  // one cache line
  struct alignas(64) Set {
    std::atomic<std::uint64_t> marks[kWays];  // 0: free
  };
  std::atomic<std::uint64_t>* place_of(std::uint64_t mark) const noexcept;
  std::atomic<bool>& used(const std::atomic<std::uint64_t>* place) const noexcept;

  std::size_t set_count_;
  std::unique_ptr<Set[]> sets_;
  std::unique_ptr<std::atomic<bool>[]> used_;  // parallel
};

}  // namespace signpost
