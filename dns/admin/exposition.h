// The text of a metrics page: Prometheus' text format 0.0.4, or OpenMetrics 1.0.
//
// prometheus-cpp knows the first alone, so both are written here, from one list of families.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/admin/metrics_format.h"
#include "dns/base/durations.h"

namespace signpost::admin {

/// One page under construction. Every name gets the prefix "signpost_", but for process_* (the exporters'
/// common names). The samples of one family may come in any order, counters of different families too; each
/// set of labels once. Label values may be any octets: what is not UTF-8 becomes U+FFFD. Names, label keys
/// and help are ours; help outlives the page.
class Exposition {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

  Exposition();
  ~Exposition();

  /// `name` ends in _total. What counts seconds or octets has that word before it.
  void counter(std::string_view name, std::string_view help, const Labels& labels, double value);
  void gauge(std::string_view name, std::string_view help, const Labels& labels, double value);
  /// `name` ends in _info; the value is 1.
  void info(std::string_view name, std::string_view help, const Labels& labels);
  /// `upper_bounds` ascending, the same for all of one family; `counts` has one more: what is over the last
  /// bound. Not cumulative.
  void histogram(std::string_view name, std::string_view help, const Labels& labels,
                 std::span<const double> upper_bounds, std::span<const std::uint64_t> counts, double sum);
  void durations(std::string_view name, std::string_view help, const Labels& labels,
                 const Durations& counted);
  /// Since when this counter or histogram has counted (Unix time), for OpenMetrics. After its first sample.
  void created(std::string_view name, double unix_seconds);

  std::string text(MetricsFormat format) const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

/// A word from elsewhere as part of a metric name: anything but a-z, 0-9 and _ becomes _.
std::string metric_word(std::string_view word);
/// Octets that are not UTF-8 (RFC 3629: no overlong forms, no surrogates) become U+FFFD, one for each octet.
std::string clean_utf8(std::string_view text);

}  // namespace signpost::admin
