#include "zones/table/composed_names.h"

#include <algorithm>
#include <utility>

#include "zones/compose/compose.h"

namespace signpost {

ServiceKey key_of(const config::Member& member) {
  return {member.registry, member.space, member.group, member.service};
}

void ComposedNames::configure(const config::Config& config) {
  std::map<std::string, Entry> before;
  for (auto& entry : std::exchange(entries_, {})) before.emplace(entry.name, std::move(entry));
  by_member_.clear();
  dirty_.clear();
  later_.clear();
  std::set<std::string> named;
  for (std::size_t z = 0; z < config.zones.size(); ++z) {
    for (const auto& service : config.zones[z].services) {
      auto& entry = entries_.emplace_back();
      entry.zone = static_cast<std::uint16_t>(z);
      entry.service = &service;
      entry.name = service.name + "." + config.zones[z].name;
      const auto known = before.find(entry.name);
      entry.number = known == before.end() ? next_number_++ : known->second.number;
      if (known != before.end()) {
        entry.healthy_last = std::move(known->second.healthy_last);
        entry.doubt = known->second.doubt;
        entry.doubts = known->second.doubts;
      }
      for (const auto& member : service.members) {
        auto& all = by_member_[key_of(member)];
        if (all.empty() || all.back() != entries_.size() - 1) all.push_back(entries_.size() - 1);
        named.insert(compose::to_string(member));
      }
      touch(entries_.size() - 1);
    }
  }
  std::erase_if(proven_, [&named](const std::string& member) { return !named.contains(member); });
}

void ComposedNames::forget_slots() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    entries_[i].slots.clear();
    touch(i);
  }
}

void ComposedNames::touch(std::size_t i) {
  if (entries_[i].dirty) return;
  entries_[i].dirty = true;
  dirty_.push_back(i);
}

void ComposedNames::touch_number(std::uint32_t number) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].number == number) touch(i);
  }
}

void ComposedNames::touch(const ServiceKey& member) {
  for (const auto i : with(member)) touch(i);
}

void ComposedNames::touch_registry(const std::string& registry) {
  for (auto at = by_member_.lower_bound({registry, "", "", ""}); at != by_member_.end(); ++at) {
    if (at->first.registry != registry) return;
    for (const auto i : at->second) touch(i);
  }
}

void ComposedNames::touch_zone(std::uint16_t zone) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].zone == zone) touch(i);
  }
}

std::size_t ComposedNames::take_dirty() {
  if (dirty_.empty()) return SIZE_MAX;
  const auto i = dirty_.back();
  dirty_.pop_back();
  entries_[i].dirty = false;
  return i;
}

void ComposedNames::touch_due(Monotonic now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    touch(later_.begin()->second);
    later_.erase(later_.begin());
  }
}

bool ComposedNames::is_proven(const config::Member& member) const {
  return proven_.contains(compose::to_string(member));
}

bool ComposedNames::prove(const config::Member& member) {
  return proven_.insert(compose::to_string(member)).second;
}

void ComposedNames::forget_registry(const std::string& registry) {
  const auto is_its = [prefix = registry + "/"](const std::string& text) { return text.starts_with(prefix); };
  std::erase_if(proven_, is_its);
  for (auto& entry : entries_) std::erase_if(entry.healthy_last, is_its);
}

}  // namespace signpost
