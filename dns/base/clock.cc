#include "dns/base/clock.h"

#include <ctime>

namespace signpost {
namespace {

class SystemClock final : public Clock {
 public:
  Monotonic now() const noexcept override { return std::chrono::steady_clock::now(); }
  WallTime wall() const noexcept override { return std::chrono::system_clock::now(); }
  /// The kernel's shared page holds just this: no counter is read, no multiplication made.
  std::uint32_t wall_seconds() const noexcept override {
    return static_cast<std::uint32_t>(std::time(nullptr));
  }
};

}  // namespace

const Clock& system_clock() noexcept {
  static const SystemClock clock;
  return clock;
}

}  // namespace signpost
