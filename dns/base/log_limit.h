// How many lines of one kind are written: a registry that fails a thousand times a second, or a file with ten
// thousand mistakes, must not bury all else.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/base/clock.h"

namespace signpost::log {

/// Bursts of 200 lines of one event's name, 10 a second after that. One thread at a time.
class KindLimit {
 public:
  static constexpr double kBurst = 200, kASecond = 10;

  /// Whether a line of this kind is written now; else it is left out and counted.
  bool admits(std::string_view event, Monotonic now);
  /// Kinds of which lines were left out, and that are quiet enough by now for one more line, with how many it
  /// was; forgets them.
  std::vector<std::pair<std::string, std::uint64_t>> settle(Monotonic now);
  /// Lines left out since the start.
  std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  struct Kind {
    double tokens = kBurst;
    Monotonic filled{};
    std::uint64_t left_out = 0;
  };
  void fill(Kind& kind, Monotonic now);

  std::map<std::string, Kind, std::less<>> kinds_;  // events' names are in the code: some hundred
  std::uint64_t left_out_ = 0;
};

}  // namespace signpost::log
