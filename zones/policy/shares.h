// Registry weights (doubles) as whole numbers: to draw with, and for the weight field of SRV records.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace signpost::policy {

/// Parallel to `weights`; 0 stays 0 (not a member), what is positive stays positive. The sum of all is at
/// most 2^32 - 1, so the shares of any instances that share an address can be added up in 32 bits.
///
/// Ratios are exact when the weights are whole numbers, or decimal fractions of at most six places, with a
/// sum of at most 2^31: 1 and 3 stay 1 and 3, and 0.1 and 0.3 become them. Other weights are scaled to a sum
/// of about 2^31: each is within half a unit of exact, except those whose part of the sum is below 2^-32,
/// which get 1. `weights`: finite, >= 0; at most 65,535 of them.
std::vector<std::uint32_t> draw_shares(std::span<const double> weights);

struct SrvWeights {
  std::vector<std::uint16_t> weights;  // parallel to the input; 0 only where the input is 0
  bool coarse = false;                 // some weight is more than 1 % off its exact ratio to the largest
};

/// DESIGN.md section 3: whole numbers up to 65535 unchanged; otherwise scaled so that the largest is 65535,
/// never below 1 (RFC 2782, page 4: 0 means "no choice to do", and gets a small share all the same). Then
/// each is within 1 % of exact while largest / smallest <= 1,300: 65535 / 1300 = 50.4, and half a unit
/// of 50.4 is 0.99 %. `weights`: those of one RRset and one priority; finite, >= 0.
SrvWeights srv_weights(std::span<const double> weights);

}  // namespace signpost::policy
