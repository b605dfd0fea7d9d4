#include "zones/policy/ramp.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace signpost::policy {
namespace {

constexpr int kSteps = 20;
constexpr double kLeast = 0.1;

std::optional<std::string_view> find(const Metadata& metadata, std::string_view key) {
  const auto at =
      std::lower_bound(metadata.begin(), metadata.end(), key,
                       [](const auto& pair, std::string_view wanted) { return pair.first < wanted; });
  if (at == metadata.end() || at->first != key) return std::nullopt;
  return at->second;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end || value <= 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Warmup> warmup_of(const Instance& instance, WallTime now) {
  if (instance.metadata.empty()) return std::nullopt;
  const auto warmup_text = find(instance.metadata, "warmup");
  const auto start_text = find(instance.metadata, "timestamp");
  if (!warmup_text || !start_text || (start_text->size() != 13 && start_text->size() != 10))
    return std::nullopt;
  const auto warmup = number(*warmup_text);
  const auto start = number(*start_text);
  constexpr std::int64_t kLongest = 86'400'000;  // a day: what is longer is no warmup
  if (!warmup || !start || *warmup > kLongest) return std::nullopt;
  const int unit_ms = start_text->size() == 13 ? 1 : 1000;
  const std::chrono::milliseconds length(*warmup * unit_ms);
  const auto since_1970 = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  const auto age = since_1970 - std::chrono::milliseconds(*start * unit_ms);
  if (age < -length) return std::nullopt;
  return Warmup{std::max<Duration>(age, Duration::zero()), length};
}

Duration ramp_step(Duration length) { return std::max<Duration>(length / kSteps, std::chrono::seconds(1)); }

double ramp_part(Duration age, Duration length) {
  if (age >= length) return 1;
  const auto step = ramp_step(length);
  const auto so_far = (age / step) * step;
  return std::max(kLeast, static_cast<double>(so_far.count()) / static_cast<double>(length.count()));
}

}  // namespace signpost::policy
