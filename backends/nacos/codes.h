// errorCode of gRPC answers (facts: Nacos 5.7); negative ones are the server's own checks of the connection.
#pragma once

namespace signpost::nacos::code {

inline constexpr int kStarting = 300, kUnregistered = 301, kNoHandler = 302, kForbidden = 403,
                     kOverLimit = 503;
inline constexpr int kNotConnected = -400, kNotNaming = -401;
inline constexpr int kPatternLimit = 50310, kMatchLimit = 50311;

/// Also said to a connection that is not set up yet (L7).
inline constexpr bool is_unregistered(int code) noexcept {
  return code == kUnregistered || code == kNotConnected || code == kNotNaming;
}

}  // namespace signpost::nacos::code
