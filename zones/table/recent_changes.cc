#include "zones/table/recent_changes.h"

#include <utility>

namespace signpost {
namespace {

/// -1: there is no such name.
int addresses(const Block* block) {
  if (block == nullptr) return -1;
  if (block->kind() == BlockKind::Absent || block->kind() == BlockKind::EmptyNonTerminal) return -1;
  if (block->kind() != BlockKind::Answers) return 0;
  return static_cast<int>(block->v4().size() + block->v6().size());
}

}  // namespace

void RecentChanges::note(std::uint16_t zone, const Block* old, const Block* fresh) {
  auto& noted = noted_[zone];
  ++noted.count;
  const auto* named = fresh == nullptr ? old : fresh;
  if (noted.first.size() == kNames || named == nullptr || named->spelling_count() == 0) return;
  noted.first.push_back({to_text(named->spelling(0)), addresses(old), addresses(fresh)});
}

void RecentChanges::publish(std::uint16_t zone, const std::string& name, std::uint32_t serial, WallTime now) {
  auto noted = std::exchange(noted_[zone], {});
  all_.push_back({now, name, serial, noted.count, std::move(noted.first)});
  if (all_.size() > kPublications) all_.pop_front();
}

}  // namespace signpost
