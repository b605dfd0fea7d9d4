#include "dns/aside.h"

#include <algorithm>
#include <future>
#include <utility>

#include "backends/file/parse.h"
#include "dns/base/clock.h"
#include "zones/answer/dump.h"
#include "zones/snapshot/store.h"
#include "zones/table/builder.h"

namespace signpost {
namespace {

/// All worlds made with it begin at one time, so that their serials are equal.
class StillWall final : public Clock {
 public:
  Monotonic now() const noexcept override { return system_clock().now(); }
  WallTime wall() const noexcept override { return WallTime{}; }
};

const Clock& still_wall() {
  static const StillWall clock;
  return clock;
}

}  // namespace

class Aside::World {
 public:
  explicit World(const Checked& checked) : builder_(store_, still_wall()) {
    builder_.start();
    wait([&](auto done) {
      builder_.configure(std::make_shared<const config::Config>(checked.config), zones_of(checked.statics),
                         std::move(done));
    });
    for (const auto& registry : checked.config.registries) {
      if (const auto* file = std::get_if<config::FileRegistry>(&registry.options)) tell(registry.name, *file);
    }
    wait([&](auto done) { builder_.when_published(std::move(done)); });
  }

  SnapshotStore& store() { return store_; }

 private:
  template <class Begin>
  static void wait(const Begin& begin) {
    const auto done = std::make_shared<std::promise<void>>();
    begin([done] { done->set_value(); });
    done->get_future().wait();
  }

  /// As the backend would after its first look at the file, which was read well a moment ago.
  void tell(const std::string& name, const config::FileRegistry& file) {
    auto services = file::load_services(file.path, name);
    if (!services) return;
    auto& sink = builder_.sink(name);
    sink.begin_list(1);
    for (auto& state : services->states) sink.upsert(std::move(state), 0);
    sink.end_list(1, Complete::Yes);
    sink.caught_up(0);
  }

  SnapshotStore store_;
  Builder builder_;
};

Aside::Aside(const Checked& checked) : world_(std::make_unique<World>(checked)) {}
Aside::~Aside() = default;

Result<std::vector<std::string>> Aside::records(const std::string& zone) {
  std::vector<std::string> lines;
  const auto dumped = dump(world_->store(), zone, [&](std::string_view line) {
    while (line.ends_with('\n')) line.remove_suffix(1);
    lines.emplace_back(line);
  });
  if (!dumped) return dumped.error();
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace signpost
