// World: many blocks at once, at a start out of the state directory. What a service comes to is worked out on
// several threads while nobody changes the world; names and slots are given by one.
#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

/// Services drafted at a time: with ten instances each a few megabytes.
constexpr std::size_t kBatch = 512;
constexpr std::size_t kThreadsMost = 4;

}  // namespace

World::Ahead World::draft_ahead(ServiceId id) const {
  const auto& record = services_[id];
  Ahead ahead;
  ahead.state = unpack(record.key, record.packed);
  for (const auto zone : set_.registries[record.registry].zones) {
    ahead.drafts.push_back(begin_draft(id, ahead.state, zone));
    finish_draft(id, ahead.state, ahead.drafts.back());
  }
  return ahead;
}

void World::flush_wide() {
  // A check is to be followed before its words are asked for.
  const bool checks = std::any_of(set_.config->zones.begin(), set_.config->zones.end(),
                                  [](const config::Zone& zone) { return !zone.checks.empty(); });
  const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kThreadsMost);
  const auto waiting = checks || threads == 1 ? std::vector<ServiceId>() : std::exchange(dirty_, {});
  std::vector<Ahead> ahead(kBatch);
  for (std::size_t from = 0; from < waiting.size(); from += kBatch) {
    const auto count = std::min(kBatch, waiting.size() - from);
    const auto draft_some = [&](std::size_t first) {
      for (auto i = first; i < count; i += threads) ahead[i] = draft_ahead(waiting[from + i]);
    };
    std::vector<std::thread> helpers;
    for (std::size_t t = 1; t < threads; ++t) helpers.emplace_back(draft_some, t);
    draft_some(0);
    for (auto& helper : helpers) helper.join();
    for (std::size_t i = 0; i < count; ++i) rebuild(waiting[from + i], &ahead[i]);
  }
  while (flush(SIZE_MAX)) {
  }
}

}  // namespace signpost
