// What a snapshot no longer needs, kept until no reader can still look at it.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

namespace signpost {

/// Pieces of snapshots are made with std::malloc and die together: here they wait. Builder thread only.
class Garbage {
 public:
  Garbage() = default;
  Garbage(Garbage&& other) noexcept : pieces_(std::exchange(other.pieces_, {})) {}
  Garbage& operator=(Garbage&& other) noexcept {
    if (this != &other) {
      clear();
      pieces_ = std::exchange(other.pieces_, {});
    }
    return *this;
  }
  ~Garbage() { clear(); }

  void add(const void* piece) {
    if (piece != nullptr) pieces_.push_back(const_cast<void*>(piece));
  }
  void absorb(Garbage other) {
    pieces_.insert(pieces_.end(), other.pieces_.begin(), other.pieces_.end());
    other.pieces_.clear();
  }
  bool empty() const noexcept { return pieces_.empty(); }
  /// Frees at most so many; true: some are left.
  bool clear_some(std::size_t most) noexcept {
    for (; most > 0 && !pieces_.empty(); --most) {
      std::free(pieces_.back());
      pieces_.pop_back();
    }
    return !pieces_.empty();
  }
  void clear() noexcept {
    for (auto* piece : pieces_) std::free(piece);
    pieces_.clear();
  }

 private:
  std::vector<void*> pieces_;
};

}  // namespace signpost
