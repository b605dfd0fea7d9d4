#include "zones/answer/look_ahead.h"

#include <array>

#include "zones/answer/locate.h"

namespace signpost {
namespace {

constexpr std::size_t kTogether = 16;

struct Step {
  std::uint32_t hash = 0;
  const NameShard* shard = nullptr;  // null: there is nothing to look for
  Slot slot = kNoSlot;
};

void fetch(const void* memory) noexcept { __builtin_prefetch(memory); }

bool is_worth_it(const Asked& asked) noexcept {
  return asked.parsed.verdict == Verdict::Accept && asked.parsed.opcode == Opcode::Query &&
         asked.query.question.klass == RRClass::IN;
}

void fetch_shard(const Snapshot& snapshot, const Asked& asked, Step& step) noexcept {
  const auto name = asked.query.question.folded.wire();
  step.hash = snapshot.hash(name.subspan(underscored_octets(name)));
  step.shard = snapshot.names.root->shard[NameTableView::index(step.hash, snapshot.names.root->depth)];
  fetch(step.shard);
}

/// By hash alone: the block's spelling decides later.
Slot slot_of(const NameShard& shard, std::uint32_t hash) noexcept {
  for (auto at = hash & shard.mask;; at = (at + 1) & shard.mask) {
    const auto& entry = shard.entries[at];
    if (entry.slot == kNoSlot || entry.hash == hash) return entry.slot;
  }
}

void look_ahead_some(const Snapshot& snapshot, std::span<Asked> asked) noexcept {
  std::array<Step, kTogether> steps;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    asked[i].query.note = 0;
    if (is_worth_it(asked[i])) fetch_shard(snapshot, asked[i], steps[i]);
  }
  const auto all = std::span(steps).first(asked.size());
  for (const auto& step : all) {
    if (step.shard != nullptr) fetch(&step.shard->entries[step.hash & step.shard->mask]);
  }
  for (auto& step : all) {
    if (step.shard == nullptr) continue;
    step.slot = slot_of(*step.shard, step.hash);
    if (step.slot != kNoSlot) fetch(snapshot.slots.place(step.slot));
  }
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (steps[i].slot == kNoSlot) continue;
    const auto* block = snapshot.slots[steps[i].slot];
    asked[i].query.note = reinterpret_cast<std::uintptr_t>(block);
    block->fetch_header();
  }
  for (const auto& one : asked) {
    if (const auto* block = noted_block(one.query)) block->fetch_content(one.query.question.type);
  }
}

}  // namespace

void look_ahead(const Snapshot& snapshot, std::span<Asked> asked) noexcept {
  if (snapshot.names.root == nullptr) {
    for (auto& one : asked) one.query.note = 0;
    return;
  }
  while (!asked.empty()) {
    const auto some = asked.first(std::min(asked.size(), kTogether));
    look_ahead_some(snapshot, some);
    asked = asked.subspan(some.size());
  }
}

}  // namespace signpost
