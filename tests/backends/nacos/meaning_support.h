// A service as a server's answer says it, and what Meaning makes of it.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "backends/nacos/meaning.h"

namespace signpost::nacos {

inline const ServiceKey kCart{"nacos", "public", "DEFAULT_GROUP", "cart"};

/// The answer to a subscription with these `hosts` (a JSON array).
inline Result<ServiceInfo> hosts(const std::string& json, bool masked = false) {
  return read_subscribed(
      {"SubscribeServiceResponse",
       R"({"resultCode":200,"serviceInfo":{"name":"cart","groupName":"DEFAULT_GROUP","hosts":)" + json +
           R"(,"reachProtectionThreshold":)" + (masked ? "true" : "false") + "}}",
       {}});
}

/// The same understood; fails the test where it cannot be read.
inline ServiceState understood(Meaning& meaning, const std::string& json, bool masked = false,
                               const ServiceKey& key = kCart) {
  const auto info = hosts(json, masked);
  EXPECT_TRUE(info) << (info ? "" : info.error().message);
  return info ? meaning.state_of(key, *info) : ServiceState{};
}

/// "reason: object of service, times" a line.
inline std::string left_out(const follow::Counts& counts) {
  std::string text;
  for (const auto& count : counts.all()) {
    for (const auto& one : count.of)
      text += count.reason + ": " + one.object + ", " + std::to_string(one.times) + "\n";
  }
  return text;
}

}  // namespace signpost::nacos
