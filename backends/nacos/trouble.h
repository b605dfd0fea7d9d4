// What both protocols do about trouble: how long they wait, and what they tell the operator.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "backends/nacos/timing.h"
#include "dns/base/random.h"

namespace signpost::nacos {

/// From 0 to `most`.
inline Duration drawn(Duration most, Random& random) {
  return Duration(static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(most.count()) + 1)));
}

/// Waits are drawn, so that many clients do not come back in step, but none is shorter than half.
inline Duration upper_half(Duration full, Random& random) { return full / 2 + drawn(full / 2, random); }

/// After so many failures of one request in a row: 0.5 s doubling to 60 s, of which the upper half is drawn.
inline Duration retry_delay_after(std::uint32_t failures, Random& random) {
  return upper_half(
      std::min<Duration>(timing::kRetryMost, timing::kRetryFirst * (1U << std::min(failures, 7U))), random);
}

/// min(5 s, 0.1 s x (round + 1)), of which the upper half is drawn: a round is once through the list (5.6).
inline Duration reconnect_delay_after(std::uint32_t attempts, std::size_t servers, Random& random) {
  const auto round = std::min(attempts / static_cast<std::uint32_t>(servers), 50U);
  return upper_half(std::min<Duration>(timing::kReconnectMost, timing::kReconnectStep * (round + 1)), random);
}

/// To somebody whose account is refused, or who has none.
constexpr std::string_view forbidden_text(bool has_account) noexcept {
  return has_account ? "the account may not read this namespace: it needs r on <namespace>:*:naming/*"
                     : "the server asks for a login: set username and password_file for this registry";
}

}  // namespace signpost::nacos
