// What people write onto objects, as annotations of ours and as labels: signpost.dns/weight and its like.
// Pure; nullopt for what cannot be meant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/registry/service_state.h"

namespace signpost::kubernetes {

/// 0 to 65535, with or without a fraction; no sign, no exponent.
std::optional<double> read_weight(std::string_view text);

struct GroupWeights {
  std::string key;                   // "version", "zone" or "cluster": what endpoints have
  std::vector<GroupWeight> weights;  // sorted by word, unique
};
/// "version: v1=90, v2=10", "zone: a=99.9, b=0.1". One bad weight spoils all: half of a split is another
/// split.
std::optional<GroupWeights> read_group_weights(std::string_view text);

/// "30", "30s", "5m": whole seconds, at most a week, as a zone's `ttl`.
std::optional<std::uint32_t> read_ttl(std::string_view text);

/// The value of a label: 1 to 63 letters, digits, `-`, `_` and `.`.
bool is_label_value(std::string_view text) noexcept;

}  // namespace signpost::kubernetes
