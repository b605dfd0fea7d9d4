#include "dns/known_states.h"

#include <utility>

#include "zones/state/generations.h"
#include "zones/table/packed_state.h"
#include "zones/table/state_source.h"

namespace signpost {
namespace {

bool reads_the_same(const state::Source& one, const state::Source& other) {
  return one.type == other.type && one.options == other.options;
}

/// The name under which a registry's state was kept; empty: under none.
std::string kept_as(const config::Config& config, const config::Registry& registry) {
  std::string other;
  for (const auto& kept : config.registries) {
    if (kept.name == registry.name) return kept.name;
    if (other.empty() && reads_the_same(state_source(kept), state_source(registry))) other = kept.name;
  }
  return other;
}

Result<void> unpack_all(const state::Image& image, const std::string& registry, KnownState& known) {
  if (image.meta.packed_version != kPackedVersion)
    return Error{"its services are packed as another version of this program does, or another machine"};
  known.written = image.meta.written;
  known.services.clear();
  for (auto& record : state::records_of(image)) {
    record.key.registry = registry;
    auto service = unpack_any(record.key, record.packed);
    if (!service) return Error{"it holds a service that nobody can have told: " + record.key.to_string()};
    known.services.push_back(std::move(*service));
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const KnownState>> KnownStates::of(const config::Registry& registry) {
  const auto source = state_source(registry);
  const auto key = registry.name + "/" + source.type + "/" + source.options;
  const auto found = read_.find(key);
  return found != read_.end() ? found->second : read_.emplace(key, read(registry)).first->second;
}

Result<std::shared_ptr<const KnownState>> KnownStates::read(const config::Registry& registry) {
  if (config_.state_directory.empty()) return Error{config_.path + " has no state_directory"};
  const auto name = kept_as(config_, registry);
  if (name.empty()) return Error{config_.path + " has no registry that reads the same"};
  const auto files = state::open_directory(config_.state_directory);
  if (!files) return files.error();
  auto source = state_source(registry);
  source.registry = name;
  auto known = std::make_shared<KnownState>();
  const auto loaded = state::Generations(**files, name).load(source, [&](const state::Image& image) {
    return unpack_all(image, registry.name, *known);
  });
  if (loaded.image) return std::shared_ptr<const KnownState>(std::move(known));
  if (!loaded.refused.empty()) return Error{config_.state_directory + "/" + loaded.refused.front()};
  return Error{config_.state_directory + " has no state file of it"};
}

}  // namespace signpost
