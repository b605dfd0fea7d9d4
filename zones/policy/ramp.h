// Slow start: what part of its weight a new instance has so far.
#pragma once

#include <optional>

#include "backends/registry/service_state.h"
#include "dns/base/clock.h"

namespace signpost::policy {

/// A provider's own ramp, as Dubbo has it (registries.md section 1).
struct Warmup {
  Duration age{};     // since the provider's start; 0 when that lies a little ahead of our clock
  Duration length{};  // above 0
};
/// From the metadata `timestamp` (start of the provider since 1970; 13 digits: ms, 10 digits: s) and `warmup`
/// (ms or s as that is, above 0). nullopt: one of them is missing or no such number, or the start lies
/// further ahead than the warmup is long.
std::optional<Warmup> warmup_of(const Instance& instance, WallTime now);

/// From a tenth of the weight to all of it in at most 20 steps, none shorter than a second, so that a ramp is
/// few publishes. `length` above 0.
Duration ramp_step(Duration length);
double ramp_part(Duration age, Duration length);

}  // namespace signpost::policy
