#include "dns/base/clock.h"

namespace signpost {
namespace {

class SystemClock final : public Clock {
 public:
  Monotonic now() const noexcept override { return std::chrono::steady_clock::now(); }
  WallTime wall() const noexcept override { return std::chrono::system_clock::now(); }
};

}  // namespace

const Clock& system_clock() noexcept {
  static const SystemClock clock;
  return clock;
}

}  // namespace signpost
