#include "dns/admin/exposition.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <iterator>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "dns/base/utf8.h"

namespace signpost::admin {
namespace {

enum class Type : std::uint8_t { Counter, Gauge, Histogram, Info };

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

/// A bound is part of a series' name, so both formats spell it alike: as OpenMetrics wants it, never whole.
std::string bound(double value) {
  auto text = number(value);
  if (text.find_first_of(".eI") == std::string::npos) text += ".0";
  return text;
}

/// `quotes`: whether a quotation mark is escaped too (label values; HELP of OpenMetrics).
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

std::string full_name(std::string_view name) {
  return name.starts_with("process_") ? std::string(name) : "signpost_" + std::string(name);
}

struct Sample {
  std::string labels;  // as written between the braces; empty: none
  double value = 0;
  std::vector<std::uint64_t> buckets;  // cumulative, with +Inf as the last
};

struct Family {
  std::string name;  // without _total and _info
  std::string_view help;
  Type type;
  std::vector<double> bounds;
  std::optional<double> created;
  std::vector<Sample> samples;
};

std::string_view type_word(Type type, MetricsFormat format) {
  switch (type) {
    case Type::Counter:
      return "counter";
    case Type::Gauge:
      return "gauge";
    case Type::Histogram:
      return "histogram";
    case Type::Info:
      return format == MetricsFormat::OpenMetrics ? "info" : "gauge";
  }
  return "unknown";
}

std::string_view suffix(Type type) {
  if (type == Type::Counter) return "_total";
  return type == Type::Info ? "_info" : "";
}

std::string_view unit(std::string_view name) {
  for (const std::string_view unit : {"seconds", "bytes"}) {
    if (name.size() > unit.size() && name.ends_with(unit) && name[name.size() - unit.size() - 1] == '_')
      return unit;
  }
  return {};
}

void append_header(std::string& out, const Family& family, MetricsFormat format) {
  const bool open = format == MetricsFormat::OpenMetrics;
  // OpenMetrics names the family, the older format its samples.
  const auto name = open ? family.name : family.name + std::string(suffix(family.type));
  out += "# HELP " + name + ' ';
  append_escaped(out, family.help, open);
  fmt::format_to(std::back_inserter(out), "\n# TYPE {} {}\n", name, type_word(family.type, format));
  if (const auto word = unit(family.name); open && !word.empty())
    fmt::format_to(std::back_inserter(out), "# UNIT {} {}\n", name, word);
}

void append_sample(std::string& out, const Family& family, std::string_view suffix, std::string_view labels,
                   std::string_view value) {
  out.append(family.name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

void append_histogram(std::string& out, const Family& family, const Sample& sample) {
  for (std::size_t i = 0; i < sample.buckets.size(); ++i) {
    const auto le = i < family.bounds.size() ? bound(family.bounds[i]) : "+Inf";
    const auto labels = sample.labels + (sample.labels.empty() ? "le=\"" : ",le=\"") + le + '"';
    append_sample(out, family, "_bucket", labels, std::to_string(sample.buckets[i]));
  }
  append_sample(out, family, "_count", sample.labels, std::to_string(sample.buckets.back()));
  append_sample(out, family, "_sum", sample.labels, number(sample.value));
}

}  // namespace

struct Exposition::Families {
  std::vector<Family> all;
  std::unordered_map<std::string, std::size_t> by_name;

  Family& add(std::string_view name, std::string_view help, Type type, const Labels& labels) {
    assert(type != Type::Counter || name.ends_with("_total"));
    assert(type != Type::Info || name.ends_with("_info"));
    auto full = full_name(name);
    full.resize(full.size() - suffix(type).size());
    const auto [found, fresh] = by_name.emplace(full, all.size());
    if (fresh) all.push_back({full, help, type, {}, {}, {}});
    auto& family = all[found->second];
    assert(family.type == type);
    auto& sample = family.samples.emplace_back();
    for (const auto& [key, value] : labels) {
      if (!sample.labels.empty()) sample.labels += ',';
      sample.labels.append(key).append("=\"");
      append_escaped(sample.labels, clean_utf8(value), true);
      sample.labels += '"';
    }
    return family;
  }
};

Exposition::Exposition() : families_(std::make_unique<Families>()) {}
Exposition::~Exposition() = default;

void Exposition::counter(std::string_view name, std::string_view help, const Labels& labels, double value) {
  families_->add(name, help, Type::Counter, labels).samples.back().value = value;
}

void Exposition::gauge(std::string_view name, std::string_view help, const Labels& labels, double value) {
  families_->add(name, help, Type::Gauge, labels).samples.back().value = value;
}

void Exposition::info(std::string_view name, std::string_view help, const Labels& labels) {
  families_->add(name, help, Type::Info, labels).samples.back().value = 1;
}

void Exposition::histogram(std::string_view name, std::string_view help, const Labels& labels,
                           std::span<const double> upper_bounds, std::span<const std::uint64_t> counts,
                           double sum) {
  assert(counts.size() == upper_bounds.size() + 1);
  auto& family = families_->add(name, help, Type::Histogram, labels);
  family.bounds.assign(upper_bounds.begin(), upper_bounds.end());
  auto& sample = family.samples.back();
  sample.value = sum;
  std::uint64_t cumulative = 0;
  for (const auto count : counts) sample.buckets.push_back(cumulative += count);
}

void Exposition::durations(std::string_view name, std::string_view help, const Labels& labels,
                           const Durations& counted) {
  static const auto bounds = [] {
    std::array<double, kDurationBuckets - 1> made{};
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = std::ldexp(1e-6, static_cast<int>(i));
    return made;
  }();
  histogram(name, help, labels, bounds, counted.buckets, static_cast<double>(counted.nanoseconds) * 1e-9);
}

void Exposition::created(std::string_view name, double unix_seconds) {
  auto full = full_name(name);
  if (full.ends_with("_total")) full.resize(full.size() - suffix(Type::Counter).size());
  const auto found = families_->by_name.find(full);
  assert(found != families_->by_name.end());
  families_->all[found->second].created = unix_seconds;
}

std::string Exposition::text(MetricsFormat format) const {
  std::string out;
  for (const auto& family : families_->all) {
    append_header(out, family, format);
    for (const auto& sample : family.samples) {
      if (family.type == Type::Histogram) {
        append_histogram(out, family, sample);
      } else {
        append_sample(out, family, suffix(family.type), sample.labels, number(sample.value));
      }
      if (family.created && format == MetricsFormat::OpenMetrics)
        append_sample(out, family, "_created", sample.labels, fmt::format("{:.3f}", *family.created));
    }
  }
  if (format == MetricsFormat::OpenMetrics) out += "# EOF\n";
  return out;
}

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
