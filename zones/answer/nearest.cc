#include "zones/answer/nearest.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "dns/base/edit_distance.h"
#include "zones/answer/locate.h"
#include "zones/snapshot/snapshot.h"

namespace signpost {
namespace {

constexpr std::size_t kWalkedMax = 1000000;
/// `svc.` left out is four; what is further off is another name.
constexpr std::size_t kStepsMax = 4;

using TextRoom = std::array<char, kNameOctetsMax>;

/// "cart.shop" of the octets of whole labels; views `room`. A dot inside a label looks like any other.
std::string_view text_of(std::span<const std::uint8_t> labels, TextRoom& room) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < labels.size() && labels[at] != 0; at += labels[at] + 1u) {
    if (size > 0) room[size++] = '.';
    for (std::size_t i = 0; i < labels[at]; ++i) room[size++] = static_cast<char>(labels[at + 1 + i]);
  }
  return {room.data(), size};
}

std::size_t steps_max(std::size_t length) { return std::min(slips_max(length), kStepsMax); }

/// Folded.
bool exists(const Snapshot& snapshot, NameView name) {
  const auto located = locate(snapshot, name);
  if (located.block == nullptr) return false;
  const auto kind = located.block->kind();
  if (kind == BlockKind::Answers || kind == BlockKind::Alias) return located.node.kind != NodeKind::None;
  if (located.prefix > 0) return false;
  return kind == BlockKind::Apex || (kind == BlockKind::Static && !located.block->sets().empty());
}

/// The labels of `front` before `name`; the root when that is too long.
Name joined(std::span<const std::uint8_t> front, NameView name) {
  std::array<std::uint8_t, kNameOctetsMax> octets;
  if (front.size() + name.size() > octets.size()) return {};
  std::copy(name.begin(), name.end(), std::copy(front.begin(), front.end(), octets.begin()));
  return Name::from_wire(NameView(octets).first(front.size() + name.size()));
}

/// The few best of many.
class Best {
 public:
  explicit Best(std::size_t most) : most_(most) {}
  /// What takes more steps need not be offered.
  std::size_t most() const { return found_.size() == kNearestMax ? found_.back().first : most_; }
  void offer(std::size_t steps, std::string name) {
    std::pair<std::size_t, std::string> one(steps, std::move(name));
    const auto at = std::lower_bound(found_.begin(), found_.end(), one);
    if (steps > most_ || (at != found_.end() && *at == one)) return;
    found_.insert(at, std::move(one));
    if (found_.size() > kNearestMax) found_.pop_back();
  }
  std::vector<std::string> names() && {
    std::vector<std::string> names;
    for (auto& [steps, name] : found_) names.push_back(std::move(name));
    return names;
  }

 private:
  const std::size_t most_;
  std::vector<std::pair<std::size_t, std::string>> found_;
};

/// visit(block, spelling) for the names of services and of master files, in no order.
template <class Visit>
void for_each_name(const Snapshot& snapshot, Visit&& visit) {
  std::size_t left = kWalkedMax;
  const auto* root = snapshot.slots.root;
  for (std::uint32_t c = 0; root != nullptr && c < root->chunks; ++c) {
    for (const auto* block : root->chunk[c]->blocks) {
      if (block == nullptr || block->kind() == BlockKind::Apex) continue;
      for (std::size_t i = 0; i < block->spelling_count(); ++i) {
        if (left-- == 0) return;
        visit(*block, block->spelling(i));
      }
    }
  }
}

/// Who asks, taken apart.
class Search {
 public:
  Search(const Snapshot& snapshot, NameView name)
      : snapshot_(snapshot),
        name_(name),
        located_(locate(snapshot, name)),
        underscored_(name.first(underscored_octets(name))),
        rest_(name.subspan(underscored_.size())) {}

  std::vector<std::string> names() const {
    if (rest_.size() <= 1) return {};
    if (located_.block == nullptr) return or_same_label(in_mended_zone());
    if (!underscored_.empty() && located_.prefix == underscored_.size()) return like_ports();
    return or_same_label(like_names());
  }

 private:
  std::vector<std::string> or_same_label(std::vector<std::string> found) const {
    return found.empty() ? same_first_label() : found;
  }

  /// The zone whose name the end of the question would be with a slip or two; the name in it, or what is like
  /// that.
  std::vector<std::string> in_mended_zone() const {
    const Zone* mended = nullptr;
    NameView front;
    std::size_t least = kEditTextMax;
    for (const auto& view : snapshot_.zones) {
      auto end = name_;
      while (label_count(end) > label_count(view.zone->name.wire())) end = parent(end);
      const auto steps = slips(end, view.zone->name.wire());
      if (steps >= least) continue;
      least = steps;
      mended = view.zone.get();
      front = name_.first(name_.size() - end.size());
    }
    if (mended == nullptr) return {};
    const auto name = joined(front, mended->name.wire());
    if (name.is_root()) return {};
    if (exists(snapshot_, name.wire())) return {name.to_string()};
    return Search(snapshot_, name.wire()).names();
  }

  /// Label by label; kEditTextMax when one is another word.
  static std::size_t slips(NameView a, NameView b) {
    std::size_t sum = 0;
    TextRoom room_a, room_b;
    for (; a.size() > 1 && b.size() > 1; a = parent(a), b = parent(b)) {
      const auto label_a = text_of(a.first(a[0] + 1u), room_a);
      const auto label_b = text_of(b.first(b[0] + 1u), room_b);
      const auto most = steps_max(std::max(label_a.size(), label_b.size()));
      const auto steps = edit_distance(label_a, label_b, most);
      if (steps > most) return kEditTextMax;
      sum += steps;
    }
    return a.size() == b.size() ? sum : kEditTextMax;
  }

  std::vector<std::string> like_ports() const {
    Best best(kEditTextMax);
    TextRoom room, asked_room;
    const auto asked = text_of(underscored_, asked_room);
    const auto& block = *located_.block;
    const auto is_answers = block.kind() == BlockKind::Answers;
    for (const auto& port : is_answers ? block.ports() : std::span<const PortSet>()) {
      const auto owner =
          joined(block.label(port.label), joined(block.label(port.protocol_label), rest_).wire());
      const auto wire = owner.wire();
      if (wire.size() <= rest_.size()) continue;
      const auto front = text_of(wire.first(wire.size() - rest_.size()), room);
      best.offer(edit_distance(asked, front, kEditTextMax), owner.to_string());
    }
    return std::move(best).names();
  }

  /// Names of the zone, by what stands before its own.
  std::vector<std::string> like_names() const {
    const auto zone = located_.block->zone();
    const auto apex = snapshot_.zones[zone].zone->name.wire();
    if (rest_.size() <= apex.size()) return {};
    TextRoom room, asked_room;
    const auto asked = text_of(rest_.first(rest_.size() - apex.size()), asked_room);
    const auto met = name_.subspan(located_.prefix);
    Best best(steps_max(asked.size()));
    for_each_name(snapshot_, [&](const Block& block, NameView name) {
      if (block.zone() != zone || name.size() <= apex.size() || name[1] == '*') return;
      const auto most = best.most();
      const auto steps = edit_distance(asked, text_of(name.first(name.size() - apex.size()), room), most);
      if (steps > most || std::equal(name.begin(), name.end(), met.begin(), met.end())) return;
      offer(best, steps, name);
    });
    return std::move(best).names();
  }

  /// Those of its own zone, or of any other.
  std::vector<std::string> same_first_label() const {
    Best own(0);
    Best others(0);
    const auto zone = located_.block == nullptr ? -1 : int{located_.block->zone()};
    const auto label = rest_.first(rest_[0] + 1u);
    for_each_name(snapshot_, [&](const Block& block, NameView name) {
      if (name.size() < label.size() || !std::equal(label.begin(), label.end(), name.begin())) return;
      offer(block.zone() == zone ? own : others, 0, name);
    });
    auto names = std::move(own).names();
    return names.empty() ? std::move(others).names() : names;
  }

  /// With the `_http._tcp` of the question before it, where that exists.
  void offer(Best& best, std::size_t steps, NameView name) const {
    const auto whole = underscored_.empty() ? Name() : joined(underscored_, name);
    if (!whole.is_root() && exists(snapshot_, whole.wire())) return best.offer(steps, whole.to_string());
    if (exists(snapshot_, name)) best.offer(steps, to_text(name));
  }

  const Snapshot& snapshot_;
  const NameView name_;
  const Located located_;
  const std::span<const std::uint8_t> underscored_;  // `_http._tcp`, or nothing
  const NameView rest_;                              // of the name behind it
};

}  // namespace

std::vector<std::string> nearest_names(const Snapshot& snapshot, const Name& name) {
  const auto folded = name.folded();
  return Search(snapshot, folded.wire()).names();
}

}  // namespace signpost
