#include "zones/snapshot/selection.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace signpost {
namespace {

using Labels = std::span<const std::uint8_t>;

/// Where each label of a prefix begins.
struct Starts {
  std::array<std::uint8_t, kNameOctetsMax / 2 + 1> at;
  std::size_t count = 0;

  explicit Starts(Labels labels) noexcept {
    for (std::size_t i = 0; i < labels.size(); i += labels[i] + 1u)
      at[count++] = static_cast<std::uint8_t>(i);
    at[count] = static_cast<std::uint8_t>(labels.size());
  }
  Labels from_to(Labels labels, std::size_t first, std::size_t end) const noexcept {
    return labels.subspan(at[first], at[end] - std::size_t{at[first]});
  }
};

std::string_view text(Labels labels) noexcept {
  return {reinterpret_cast<const char*>(labels.data()), labels.size()};
}

std::optional<SelectorKey> key_of(Labels label) noexcept {
  for (const auto key : kSelectorKeys) {
    if (text(label) == label_of(key)) return key;
  }
  return std::nullopt;
}

bool is_underscored(Labels label) noexcept { return label[1] == '_'; }

}  // namespace

bool is_selection(Labels prefix) noexcept {
  Labels last = prefix;
  for (auto rest = prefix; !rest.empty(); rest = rest.subspan(rest[0] + 1u)) last = rest;
  return !last.empty() && is_underscored(last) && key_of(last).has_value();
}

Selection::Selection(const Block& block, Labels prefix) noexcept
    : block_(block.inner() != nullptr ? block.inner() : &block),
      selectors_(block_->selectors()),
      zones_(block.has_topology()) {
  kind_ = parse(prefix);
  if (kind_ == Kind::Service || kind_ == Kind::Port) settle_preferences();
}

Selection::Selection(const Block& block, SelectorKey key, std::uint16_t word,
                     std::optional<std::uint16_t> port) noexcept
    : block_(&block),
      selectors_(block.selectors()),
      kind_(port ? Kind::Port : Kind::Service),
      port_(port.value_or(0)) {
  picks_[pick_count_++] = {key, true, false, word};
}

Selection::Kind Selection::parse(Labels prefix) noexcept {
  const Starts starts(prefix);
  auto end = starts.count;
  while (end > 0) {
    const auto key = key_of(starts.from_to(prefix, end - 1, end));
    if (!key) break;
    auto first = end - 1;
    while (first > 0 && !is_underscored(starts.from_to(prefix, first - 1, first))) --first;
    const auto kind = take(*key, starts.from_to(prefix, first, end - 1), first == 0);
    if (kind != Kind::Service) return kind;
    end = first;
  }
  if (pick_count_ == 0) return Kind::None;
  return end == 0 ? Kind::Service : find_port(starts.from_to(prefix, 0, end));
}

/// Adds a pick: Service. Anything else is what the whole name is.
Selection::Kind Selection::take(SelectorKey key, Labels value, bool leftmost) noexcept {
  if (pick_count_ == kPicksMax) return Kind::None;
  if (key == SelectorKey::Zone) return take_zone(value, leftmost);
  const auto word = value.empty() ? std::nullopt : selectors_.find(key, value);
  if (!word) {
    const bool above = value.empty() ? selectors_.has_key(key) : selectors_.is_suffix(key, value);
    return leftmost && above && is_known(true) ? Kind::Empty : Kind::None;
  }
  picks_[pick_count_++] = {key, true, false, *word};
  return is_known(true) ? Kind::Service : Kind::None;
}

/// A zone in which nobody is still has its names, as in CoreDNS: without data, or with everybody.
Selection::Kind Selection::take_zone(Labels value, bool leftmost) noexcept {
  if (!zones_) return Kind::None;
  if (value.empty()) return leftmost ? Kind::Empty : Kind::None;
  const Starts starts(value);
  const auto directive = text(starts.from_to(value, starts.count - 1, starts.count));
  const bool prefer = directive == "\x06prefer";
  if (!prefer && directive != "\x03pin") return Kind::None;
  if (starts.count == 1) return leftmost ? Kind::Empty : Kind::None;
  const auto word = selectors_.find(SelectorKey::Zone, starts.from_to(value, 0, starts.count - 1));
  picks_[pick_count_++] = {SelectorKey::Zone, word.has_value(), prefer, word.value_or(0)};
  return Kind::Service;
}

Selection::Kind Selection::find_port(Labels labels) noexcept {
  const auto first = labels.first(labels[0] + 1u);
  const auto rest = labels.subspan(first.size());
  const auto ports = block_->ports();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto protocol = text(block_->label(ports[i].protocol_label));
    if (rest.empty() && protocol == text(first)) return Kind::Empty;
    if (protocol != text(rest) || text(block_->label(ports[i].label)) != text(first)) continue;
    port_ = static_cast<std::uint16_t>(i);
    return Kind::Port;
  }
  return Kind::None;
}

bool Selection::has(const Pick& pick, std::size_t combo) const noexcept {
  return pick.known && selectors_.combo_has(combo, pick.word);
}

/// Some instance has all the words so far; those of zones aside, since every zone has a name.
bool Selection::is_known(bool but_zones) const noexcept {
  for (std::size_t combo = 0; combo < selectors_.combo_count(); ++combo) {
    const bool all = std::all_of(
        picks_.begin(), picks_.begin() + static_cast<std::ptrdiff_t>(pick_count_),
        [&](const Pick& pick) { return (but_zones && pick.key == SelectorKey::Zone) || has(pick, combo); });
    if (all) return true;
  }
  return pick_count_ == 0;
}

bool Selection::matches(std::size_t combo) const noexcept {
  return std::all_of(picks_.begin(), picks_.begin() + static_cast<std::ptrdiff_t>(pick_count_),
                     [&](const Pick& pick) { return has(pick, combo); });
}

/// A preference that nobody who may answer fulfils beside the rest is dropped: then all will do.
void Selection::settle_preferences() noexcept {
  const auto is_preference = [](const Pick& pick) { return pick.prefer; };
  const auto end = picks_.begin() + static_cast<std::ptrdiff_t>(pick_count_);
  if (std::none_of(picks_.begin(), end, is_preference) || count().answering > 0) return;
  pick_count_ = static_cast<std::size_t>(std::remove_if(picks_.begin(), end, is_preference) - picks_.begin());
}

Selection::Counts Selection::count() const noexcept {
  Counts counts;
  for (std::size_t combo = 0; combo < selectors_.combo_count(); ++combo) {
    if (!matches(combo)) continue;
    counts.known += selectors_.known(combo);
    counts.answering += selectors_.answering(combo);
  }
  return counts;
}

}  // namespace signpost
