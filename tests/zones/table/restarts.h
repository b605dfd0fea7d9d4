// A Signpost that lives several times over one disk, without threads: what it answers after each start.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/zones/state/model_files.h"
#include "tests/zones/support/test_world.h"
#include "zones/state/generations.h"
#include "zones/table/restored.h"
#include "zones/table/state_source.h"

namespace signpost::test {

/// One life: begins with what the disk has, writes to it as the program's threads would, at once.
class Life : public TestWorld {
 public:
  static constexpr const char* kConfig = R"(
ready_from_state: true
registries:
  cluster: {type: kubernetes, url: "https://127.0.0.1:1", token_file: t, ca_file: c, required: true}
  nacos: {type: nacos, servers: ["127.0.0.1:8848"]}
  local: {type: file, path: x.yaml}
zones:
  - {name: k.test, registry: cluster, ttl: 30, negative_ttl: 20, answer: all}
  - {name: n.test, registry: nacos, ttl: 30, answer: all}
  - {name: l.test, registry: local, ttl: 30, answer: all}
  - {name: 10.0.0.0/8, reverse_of: [k.test]}
  - {name: s.test, services: [{name: cart, ttl: 30, members: [{registry: cluster, namespace: ns, service: s0}]}]}
)";

  /// `since`: since this program of the world began.
  explicit Life(state::tests::ModelFiles& its_disk, Duration since = {}, const char* yaml = kConfig)
      : TestWorld(yaml, {}, [&](TestWorld& begun) { begin(begun, its_disk, since); }), disk(its_disk) {
    for (const auto& registry : configs.back()->registries) {
      std::optional<Restored> restored;
      const auto accepts = [&](const state::Image& image) -> Result<void> {
        auto read = read_restored(image);
        if (!read) return read.error();
        restored = std::move(*read);
        return {};
      };
      const auto loaded = state::Generations(disk, registry.name).load(state_source(registry), accepts);
      refused.insert(refused.end(), loaded.refused.begin(), loaded.refused.end());
      if (restored) world.restore(std::move(*restored));
    }
    world.flush_wide();
    settle();
  }

  /// Time passes as the builder's loop sees it.
  void pass(std::chrono::seconds time) {
    for (; time.count() > 0; time -= std::chrono::seconds(1)) {
      advance(std::chrono::seconds(1));
      while (world.save_some()) {
      }
      tell_saved();
    }
  }
  void stop() {
    world.save_all();
    tell_saved();
  }
  /// Of zone k.test: "SERVFAIL", "NXDOMAIN aa soa", or how many addresses with which TTL: "2 x 30".
  std::string service(int number) const {
    const auto text = dig("s" + std::to_string(number) + ".ns.svc.k.test. A");
    const auto first = text.find(" IN A ");
    if (first == std::string::npos) return text;
    std::size_t count = 0;
    for (auto at = first; at != std::string::npos; at = text.find(" IN A ", at + 1)) ++count;
    const auto ttl = text.substr(text.rfind(' ', first - 1) + 1, first - text.rfind(' ', first - 1) - 1);
    return std::to_string(count) + " x " + ttl;
  }
  RegistryStatus status(std::size_t registry = 0) const { return world.status().registries[registry]; }

  state::tests::ModelFiles& disk;
  std::vector<std::string> written;  // registries, in order
  std::vector<std::string> refused;

 private:
  /// Before the members of this class are there.
  void begin(TestWorld& begun, state::Files& files, Duration since) {
    begun.clock.advance(since);
    begun.world.keep_state([this](state::Content content) { write(std::move(content)); });
    (void)begun.world.save_some();  // as the builder does after each task; there is no zone yet
    const auto accepts = [&](const state::Image& image) -> Result<void> {
      auto read = read_serials(image);
      if (!read) return read.error();
      begun.world.restore_serials(*read);
      return {};
    };
    (void)state::Generations(files, serials_source().registry).load(serials_source(), accepts);
  }
  void write(state::Content content) {
    state::Meta meta;
    meta.source = content.source;
    meta.packed_version = content.packed_version;
    meta.written = std::chrono::system_clock::to_time_t(clock.wall());
    meta.revision = content.revision;
    meta.complete = content.complete;
    const auto well = state::Generations(disk, content.source.registry).write(meta, content.records);
    written.push_back(content.source.registry);
    saved_.emplace_back(content.source.registry, well.has_value());
  }
  void tell_saved() {
    for (const auto& [registry, well] : std::exchange(saved_, {})) world.state_saved(registry, well);
  }

  std::vector<std::pair<std::string, bool>> saved_;
};

/// Services s0 ... of namespace ns, with addresses 10.0.<service>.1 and up (from the 250th on 10.1.0.1).
inline std::vector<ServiceState> cluster_services(int count, int instances) {
  std::vector<ServiceState> all;
  for (int i = 0; i < count; ++i) {
    std::vector<Instance> has;
    for (int k = 1; k <= instances; ++k)
      has.push_back(
          At("10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + "." + std::to_string(k), 80,
             "http"));
    all.push_back(TestWorld::service("cluster/ns//s" + std::to_string(i), std::move(has)));
  }
  return all;
}

}  // namespace signpost::test
