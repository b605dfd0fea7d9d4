// Time comes from here and nowhere else, so that tests can own it.
#pragma once

#include <chrono>
#include <cstdint>

namespace signpost {

using Monotonic = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// Any thread. Logic uses now(); wall() is for serials, files and people (it may jump).
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Monotonic now() const noexcept = 0;
  virtual WallTime wall() const noexcept = 0;
  /// The low 32 bits of Unix time: cheap enough to be asked once a batch.
  virtual std::uint32_t wall_seconds() const noexcept {
    return static_cast<std::uint32_t>(std::chrono::system_clock::to_time_t(wall()));
  }
};

/// The machine's clocks.
const Clock& system_clock() noexcept;

}  // namespace signpost
