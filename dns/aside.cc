#include "dns/aside.h"

#include <algorithm>
#include <future>
#include <set>
#include <utility>

#include "backends/file/parse.h"
#include "dns/base/clock.h"
#include "dns/known_states.h"
#include "zones/answer/dump.h"
#include "zones/snapshot/store.h"
#include "zones/table/builder.h"

namespace signpost {
namespace {

/// One time for all worlds made with it, so that an instance is as old in one as in the other.
class StillWall final : public Clock {
 public:
  Monotonic now() const noexcept override { return system_clock().now(); }
  WallTime wall() const noexcept override { return wall_; }

 private:
  const WallTime wall_ = system_clock().wall();
};

const Clock& still_wall() {
  static const StillWall clock;
  return clock;
}

/// "demo.internal. 30 IN SOA ns.demo.internal. hostmaster.demo.internal. 1795312345 7200 1800 86400 5": its
/// seventh word is 0.
std::string without_serial(std::string line) {
  constexpr int kWordsBefore = 6;
  std::size_t begin = 0;
  for (int word = 0; word < kWordsBefore; ++word) {
    begin = line.find(' ', begin);
    if (begin == std::string::npos) return line;
    if (++begin; word == 3 && line.compare(begin - 4, 4, "SOA ") != 0) return line;
  }
  return line.replace(begin, line.find(' ', begin) - begin, "0");
}

}  // namespace

class Aside::World {
 public:
  World(const Checked& checked, KnownStates& states) : builder_(store_, still_wall()) {
    for (const auto& zone : checked.config.zones)
      if (!zone.all_registries().empty()) counted_.insert(zone.name);
    builder_.start();
    wait([&](auto done) {
      builder_.configure(std::make_shared<const config::Config>(checked.config), zones_of(checked.statics),
                         std::move(done));
    });
    for (const auto& registry : checked.config.registries) {
      if (const auto* file = std::get_if<config::FileRegistry>(&registry.options)) {
        // As the backend would after its first look at the file, which was read well a moment ago.
        if (auto services = file::load_services(file->path, registry.name))
          tell(registry.name, std::move(services->states));
      } else if (const auto known = states.of(registry)) {
        tell(registry.name, (*known)->services);
      }
    }
    wait([&](auto done) { builder_.when_published(std::move(done)); });
  }

  SnapshotStore& store() { return store_; }
  /// Its serial counts what registries tell; else it is what is written.
  bool counts_changes(const std::string& zone) const { return counted_.count(zone) != 0; }

 private:
  template <class Begin>
  static void wait(const Begin& begin) {
    const auto done = std::make_shared<std::promise<void>>();
    begin([done] { done->set_value(); });
    done->get_future().wait();
  }

  void tell(const std::string& name, std::vector<ServiceState> services) {
    auto& sink = builder_.sink(name);
    sink.begin_list(1);
    for (auto& state : services) sink.upsert(std::move(state), 0);
    sink.end_list(1, Complete::Yes);
    sink.caught_up(0);
  }

  std::set<std::string> counted_;
  SnapshotStore store_;
  Builder builder_;
};

Aside::Aside(const Checked& checked, KnownStates& states)
    : world_(std::make_unique<World>(checked, states)) {}
Aside::~Aside() = default;

Result<std::vector<std::string>> Aside::records(const std::string& zone) {
  std::vector<std::string> lines;
  const bool counted = world_->counts_changes(zone);
  const auto dumped = dump(world_->store(), zone, [&](std::string_view line) {
    while (line.ends_with('\n')) line.remove_suffix(1);
    lines.push_back(counted ? without_serial(std::string(line)) : std::string(line));
  });
  if (!dumped) return dumped.error();
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace signpost
