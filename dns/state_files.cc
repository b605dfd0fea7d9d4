#include "dns/state_files.h"

#include <chrono>
#include <future>
#include <optional>
#include <utility>

#include "zones/table/builder.h"
#include "zones/table/restored.h"
#include "zones/table/state_source.h"

namespace signpost {

StateFiles::StateFiles(const Clock& clock, Builder& builder)
    : clock_(clock), builder_(builder), keeper_(clock) {}

void StateFiles::prepare(const config::Config& config) {
  if (std::exchange(directory_, config.state_directory) == config.state_directory) return;
  keeper_.use(directory_);
  if (directory_.empty()) return builder_.keep_state({});
  builder_.keep_state([this](state::Content content) {
    keeper_.save(std::move(content),
                 [this](const std::string& registry, bool well) { builder_.state_saved(registry, well); });
  });
  KeptSerials serials;
  (void)keeper_.load(serials_source(), [&](const state::Image& image) -> Result<void> {
    auto read = read_serials(image);
    if (!read) return read.error();
    serials = std::move(*read);
    return {};
  });
  builder_.restore_serials(std::move(serials));
}

void StateFiles::restore(const config::Config& config) {
  std::vector<Restored> all;
  auto before = std::exchange(known_, {});
  for (const auto& registry : config.registries) {
    known_.insert(registry.name);
    if (directory_.empty() || before.count(registry.name) != 0) continue;
    std::optional<Restored> restored;
    (void)keeper_.load(state_source(registry), [&](const state::Image& image) -> Result<void> {
      auto read = read_restored(image);
      if (!read) return read.error();
      restored = std::move(*read);
      return {};
    });
    if (restored) all.push_back(std::move(*restored));
  }
  if (all.empty()) return;
  std::promise<void> done;
  builder_.restore(std::move(all), [&] { done.set_value(); });
  done.get_future().wait();
}

std::vector<admin::StateFileReport> StateFiles::reports() const {
  const auto now = std::chrono::system_clock::to_time_t(clock_.wall());
  std::vector<admin::StateFileReport> all;
  for (const auto& file : keeper_.reports()) {
    all.push_back({file.registry, file.written == 0 ? -1.0 : static_cast<double>(now - file.written),
                   file.octets, file.writes, file.write_errors, file.load_errors, file.last_error});
  }
  return all;
}

}  // namespace signpost
