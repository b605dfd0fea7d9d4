#include "backends/kubernetes/annotations.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/scalars.h"

namespace signpost::kubernetes {
namespace {

constexpr double kWeightMax = 65535;  // what an SRV record can say
constexpr std::uint32_t kTtlMax = 604800;
constexpr std::size_t kGroupsMax = 64;

std::string_view trim(std::string_view text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<GroupWeight> read_group(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto word = trim(text.substr(0, equals));
  const auto weight = read_weight(trim(text.substr(equals + 1)));
  if (!weight || !is_label_value(word)) return std::nullopt;
  return GroupWeight{std::string(word), *weight};
}

}  // namespace

std::optional<double> read_weight(std::string_view text) {
  const auto value = config::parse_decimal(text);
  if (!value || *value > kWeightMax) return std::nullopt;
  return value;
}

std::optional<GroupWeights> read_group_weights(std::string_view text) {
  constexpr std::string_view kKeys[] = {"version", "zone", "cluster"};
  const auto colon = text.find(':');
  const auto key = trim(text.substr(0, colon));
  if (colon == std::string_view::npos ||
      std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys))
    return std::nullopt;
  text.remove_prefix(colon + 1);
  std::vector<GroupWeight> groups;
  for (;;) {
    const auto comma = text.find(',');
    auto group = read_group(text.substr(0, comma));
    if (!group || groups.size() == kGroupsMax) return std::nullopt;
    groups.push_back(std::move(*group));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  const auto by_word = [](const GroupWeight& a, const GroupWeight& b) { return a.word < b.word; };
  std::sort(groups.begin(), groups.end(), by_word);
  const auto same = [](const GroupWeight& a, const GroupWeight& b) { return a.word == b.word; };
  if (std::adjacent_find(groups.begin(), groups.end(), same) != groups.end()) return std::nullopt;
  return GroupWeights{std::string(key), std::move(groups)};
}

std::optional<std::uint32_t> read_ttl(std::string_view text) {
  const auto ttl = config::parse_duration(text);
  if (!ttl || ttl->count() % 1000 != 0 || ttl->count() / 1000 > kTtlMax) return std::nullopt;
  return static_cast<std::uint32_t>(ttl->count() / 1000);
}

bool is_label_value(std::string_view text) noexcept {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), good);
}

}  // namespace signpost::kubernetes
