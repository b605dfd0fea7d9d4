#include "dns/admin/exposition.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace signpost::admin {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

/// Octets of the well-formed sequence that `text` starts with (RFC 3629, section 4); 0: there is none.
std::size_t utf8_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool second_fits = first == 0xe0 ? at(1) >= 0xa0 : first == 0xed ? at(1) <= 0x9f : true;
    return tail(1) && second_fits && tail(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool second_fits = first == 0xf0 ? at(1) >= 0x90 : first == 0xf4 ? at(1) <= 0x8f : true;
    return tail(1) && second_fits && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

struct Exposition::Families {
  std::vector<prometheus::MetricFamily> all;

  ClientMetric& add(std::string_view name, std::string_view help, MetricType type, Labels labels) {
    const auto full = name.substr(0, 8) == "process_" ? std::string(name) : "signpost_" + std::string(name);
    auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& family) { return family.name == full; });
    if (found == all.end()) {
      prometheus::MetricFamily family;
      family.name = full;
      family.help = std::string(help);
      family.type = type;
      found = all.insert(all.end(), std::move(family));
    }
    assert(found->type == type);
    auto& metric = found->metric.emplace_back();
    for (auto& [key, value] : labels) metric.label.push_back({std::move(key), clean_utf8(value)});
    return metric;
  }
};

Exposition::Exposition() : families_(std::make_unique<Families>()) {}
Exposition::~Exposition() = default;

void Exposition::counter(std::string_view name, std::string_view help, Labels labels, double value) {
  families_->add(name, help, MetricType::Counter, std::move(labels)).counter.value = value;
}

void Exposition::gauge(std::string_view name, std::string_view help, Labels labels, double value) {
  families_->add(name, help, MetricType::Gauge, std::move(labels)).gauge.value = value;
}

void Exposition::histogram(std::string_view name, std::string_view help, Labels labels,
                           const std::vector<double>& upper_bounds, const std::vector<std::uint64_t>& counts,
                           double sum) {
  assert(counts.size() == upper_bounds.size() + 1);
  auto& histogram = families_->add(name, help, MetricType::Histogram, std::move(labels)).histogram;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < upper_bounds.size(); ++i) {
    cumulative += counts[i];
    histogram.bucket.push_back({cumulative, upper_bounds[i]});
  }
  histogram.sample_count = cumulative + counts.back();
  histogram.sample_sum = sum;  // the serializer adds the bucket of +Inf
}

std::string Exposition::text() const { return prometheus::TextSerializer().Serialize(families_->all); }

std::string metric_word(std::string_view word) {
  std::string out(word);
  for (auto& c : out) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) c = '_';
  }
  return out;
}

std::string clean_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace signpost::admin
