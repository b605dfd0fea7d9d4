// Time comes from here and nowhere else, so that tests can own it.
#pragma once

#include <chrono>

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
};

/// The machine's clocks.
const Clock& system_clock() noexcept;

}  // namespace signpost
