// A strict reader of the Prometheus text format 0.0.4, written from its description and from nothing in
// dns/admin.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"

namespace signpost::admin {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

struct Page {
  std::map<std::string, std::string> types;  // family to "counter", "gauge", "histogram"
  std::vector<Sample> samples;

  /// The value of the one sample with this name and exactly these labels; NaN when there is none.
  double value(std::string_view name, const std::map<std::string, std::string>& labels = {}) const;
  std::size_t count(std::string_view name) const;
};

/// Refuses: a sample before its TYPE, a family in two places, two samples with equal labels, a name or label
/// name outside the alphabet, an unknown escape, invalid UTF-8, control characters in a label, a counter that
/// is negative or whose name does not end in _total, a histogram whose buckets fall, miss +Inf or differ from
/// its count.
Result<Page> parse_exposition(std::string_view text);

}  // namespace signpost::admin
