// The text of a metrics page, by prometheus-cpp's serializer over families that we fill ourselves.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signpost::admin {

/// One page under construction. Every name gets the prefix "signpost_", but for process_* (the exporters'
/// common names). The samples of one family may come in any order; each set of labels once.
class Exposition {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  Exposition();
  ~Exposition();

  /// `name` ends in _total. Label values may be any octets: what is not UTF-8 becomes U+FFFD.
  void counter(std::string_view name, std::string_view help, Labels labels, double value);
  void gauge(std::string_view name, std::string_view help, Labels labels, double value);
  /// `upper_bounds` ascending; `counts` has one more: what is over the last bound. Not cumulative.
  void histogram(std::string_view name, std::string_view help, Labels labels,
                 const std::vector<double>& upper_bounds, const std::vector<std::uint64_t>& counts,
                 double sum);

  /// Prometheus text format 0.0.4.
  std::string text() const;
  static constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

/// A word from elsewhere as part of a metric name: anything but a-z, 0-9 and _ becomes _.
std::string metric_word(std::string_view word);
/// Octets that are not UTF-8 (RFC 3629: no overlong forms, no surrogates) become U+FFFD, one for each octet.
std::string clean_utf8(std::string_view text);

}  // namespace signpost::admin
