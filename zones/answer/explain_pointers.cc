#include "zones/answer/explain_pointers.h"

#include <fmt/format.h>

#include "zones/answer/locate.h"
#include "zones/answer/reverse.h"
#include "zones/synthesis/names.h"

namespace signpost {
namespace {

constexpr std::size_t kNamesTold = 20;

std::string sources(const Snapshot& snapshot, const Zone& zone) {
  std::string text;
  for (const auto forward : zone.forward)
    text += (text.empty() ? "" : ", ") + snapshot.zones[forward].zone->name.to_string();
  return text.empty() ? "no zone" : text;
}

void explain_others(const Snapshot& snapshot, const Zone& zone, std::span<const Pointer> found,
                    std::vector<std::string>& notes) {
  std::size_t others = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (is_given(zone, found, i) || ++others > kNamesTold) continue;
    notes.push_back(fmt::format("{} is not given: {}", target_of(snapshot, found[i]).to_string(),
                                to_string(rule_between(snapshot, found.front(), found[i]))));
  }
  if (others > kNamesTold) notes.push_back(fmt::format("and {} more", others - kNamesTold));
}

}  // namespace

bool explain_pointers(const Snapshot& snapshot, const Name& folded, std::vector<std::string>& notes) {
  const auto located = locate(snapshot, folded.wire());
  if (located.block == nullptr) return false;
  const auto& zone = *snapshot.zones[located.block->zone()].zone;
  if (!zone.reverse || (located.prefix == 0 && located.block->kind() == BlockKind::Answers)) return false;
  notes.push_back(fmt::format("{} gives {} of an address, from {}", zone.name.to_string(),
                              zone.one_pointer ? "the best name" : "every name", sources(snapshot, zone)));
  const auto range = names::parse_reverse(folded.wire());
  if (!range) {
    notes.push_back(
        "no address is written so: four numbers from 0 to 255 before in-addr.arpa, 32 hexadecimal digits "
        "before ip6.arpa");
    return true;
  }
  if (!range->complete()) {
    notes.push_back(fmt::format("not a whole address; below it are those from {} to {}",
                                range->first.to_string(), range->last.to_string()));
    return true;
  }
  PointerRoom room;
  const auto found = find_pointers(snapshot, zone, range->first, room);
  if (found.empty()) {
    notes.push_back(fmt::format("no service of these zones answers with {}", range->first.to_string()));
  }
  explain_others(snapshot, zone, found, notes);
  return true;
}

}  // namespace signpost
