#include "zones/demand/candidates.h"

#include <algorithm>
#include <utility>

#include "zones/snapshot/address_label.h"
#include "zones/synthesis/names.h"

namespace signpost::demand {
namespace {

using Labels = std::vector<std::string>;

std::string_view text_at(NameView name, std::size_t at) noexcept {
  return {reinterpret_cast<const char*>(name.data()) + at + 1, name[at]};
}

/// `10-0-0-1` or `10-0-0-1-p8080`.
bool is_address(std::string_view label) noexcept {
  if (parse_label(label)) return true;
  const auto mark = label.rfind("-p");
  if (mark == std::string_view::npos || mark + 2 == label.size()) return false;
  const auto digits = label.substr(mark + 2);
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         parse_label(label.substr(0, mark)).has_value();
}

std::string join(Labels::const_iterator first, Labels::const_iterator last) {
  std::string text;
  for (; first != last; ++first) text += (text.empty() ? "" : ".") + *first;
  return text;
}

const std::string kDefaultGroup = "DEFAULT_GROUP";

bool has(const std::vector<std::string>& words, std::string_view word) noexcept {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The group that a label of a DNS name stands for.
std::string group_of(const std::string& label, const config::Zone& zone) {
  for (const auto* known : {&kDefaultGroup, &zone.default_group}) {
    if (names::fold_label(*known) == label) return *known;
  }
  return label;
}

/// A label that folding leaves as it is: others are no spelling of anything.
bool is_folded(std::string_view label) noexcept {
  char before = '-';
  for (const char c : label) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && (c != '-' || before == '-')) return false;
    before = c;
  }
  return before != '-';
}

class Finder {
 public:
  Finder(NameView name, const config::Zone& zone, const std::string& registry,
         const config::NacosRegistry& options)
      : name_(name), zone_(zone), registry_(registry), options_(options) {}

  void add_group_form(Labels::const_iterator first, Labels::const_iterator last, const std::string& space) {
    if (last - first >= 2) add(join(first, last - 1), group_of(*(last - 1), zone_), space);
  }

  void add(std::string service, const std::string& group, const std::string& space) {
    if (has(options_.groups, group)) return;
    ServiceKey key{registry_, space, group, std::move(service)};
    const auto spelled = names::spellings(key, names::Layout::Nacos, zone_);
    const bool ours = std::any_of(spelled.names.begin(), spelled.names.end(), [this](const auto& spelling) {
      const auto wire = spelling.name.wire();
      return std::equal(wire.begin(), wire.end(), name_.begin(), name_.end());
    });
    const bool known = std::find(found_.begin(), found_.end(), key) != found_.end();
    if (ours && !known) found_.push_back(std::move(key));
  }

  std::vector<ServiceKey> take() { return std::move(found_); }

 private:
  NameView name_;
  const config::Zone& zone_;
  const std::string& registry_;
  const config::NacosRegistry& options_;
  std::vector<ServiceKey> found_;
};

/// The labels before the apex that the forms look at.
struct Shape {
  std::size_t count = 0;
  std::string_view last, second_last;
};

bool may_be_of(const Zone::OnQuery& registry, const Shape& shape) noexcept {
  if (registry.bare) return true;
  if (registry.default_space && shape.count >= 2 && !has(registry.listed, shape.last)) return true;
  return shape.count >= 3 && has(registry.spaces, shape.last) && !has(registry.listed, shape.second_last);
}

}  // namespace

NameView service_part(NameView folded, std::size_t apex_octets) noexcept {
  const auto end = folded.size() - apex_octets;
  std::size_t start = 0;
  for (std::size_t at = 0; at < end; at += folded[at] + 1u) {
    if (folded[at + 1] == '_') start = at + folded[at] + 1u;
  }
  if (start < end && is_address(text_at(folded, start))) start += folded[start] + 1u;
  return folded.subspan(start);
}

Zone::OnQuery on_query_of(const config::Zone& zone, const config::NacosRegistry& options) {
  Zone::OnQuery known;
  for (const auto& space : options.namespaces) known.spaces.push_back(names::fold_label(space));
  // A listed group that its own label does not stand for hides none: DNS has another group of that label.
  for (const auto& group : options.groups) {
    auto label = names::fold_label(group);
    if (group_of(label, zone) == group) known.listed.push_back(std::move(label));
  }
  known.default_space = has(options.namespaces, zone.default_namespace);
  known.bare = known.default_space && !has(options.groups, zone.default_group);
  return known;
}

bool may_be_of(std::span<const Zone::OnQuery> registries, NameView service_part,
               std::size_t apex_octets) noexcept {
  Shape shape;
  for (std::size_t at = 0; at < service_part.size() - apex_octets; at += service_part[at] + 1u) {
    shape.second_last = std::exchange(shape.last, text_at(service_part, at));
    if (!is_folded(shape.last)) return false;
    ++shape.count;
  }
  return shape.count > 0 && std::any_of(registries.begin(), registries.end(),
                                        [&](const auto& registry) { return may_be_of(registry, shape); });
}

std::vector<ServiceKey> candidates(NameView service_part, const config::Zone& zone,
                                   const std::string& registry, const config::NacosRegistry& options) {
  const auto apex = Name::parse(zone.name);
  if (!apex || service_part.size() <= apex->size()) return {};
  Labels labels;
  for (std::size_t at = 0; at < service_part.size() - apex->size(); at += service_part[at] + 1u)
    labels.emplace_back(text_at(service_part, at));
  Finder finder(service_part, zone, registry, options);
  for (const auto& space : options.namespaces) {
    if (names::fold_label(space) == labels.back())
      finder.add_group_form(labels.begin(), labels.end() - 1, space);
  }
  if (has(options.namespaces, zone.default_namespace)) {
    finder.add_group_form(labels.begin(), labels.end(), zone.default_namespace);
    finder.add(join(labels.begin(), labels.end()), zone.default_group, zone.default_namespace);
  }
  return finder.take();
}

}  // namespace signpost::demand
