// A registry of many services, and what is shown of it after a list.
#pragma once

#include <string>
#include <vector>

#include "tests/zones/support/test_world.h"

namespace signpost::test {

/// The registries `cluster` (headless services of a namespace), `nacos` and `local`; every read that a guard
/// asks for is counted.
class GuardedWorld : public TestWorld {
 public:
  static constexpr const char* kConfig = R"(
registries:
  cluster: {type: kubernetes, url: "https://127.0.0.1:1", token_file: t, ca_file: c}
  nacos: {type: nacos, servers: ["127.0.0.1:8848"]}
  local: {type: file, path: x.yaml}
zones:
  - {name: k.test, registry: cluster, answer: all}
  - {name: n.test, registry: nacos, answer: all}
  - {name: l.test, registry: local, answer: all}
)";

  GuardedWorld() : TestWorld(kConfig) {
    world.on_list_wanted([this](const std::string& registry) { asked.push_back(registry); });
    list("nacos", {}).list("local", {});
  }

  /// `count` services named s0, s1 ..., each with instances 10.<service>.<0>.1 and so on.
  static std::vector<ServiceState> services(int count, int instances,
                                            const std::string& registry = "cluster") {
    std::vector<ServiceState> all;
    for (int i = 0; i < count; ++i) all.push_back(one(i, instances, registry));
    return all;
  }
  static ServiceState one(int number, int instances, const std::string& registry = "cluster") {
    std::vector<Instance> has;
    for (int i = 0; i < instances; ++i) {
      has.push_back(At("10." + std::to_string(number / 250) + "." + std::to_string(number % 250) + "." +
                           std::to_string(i + 1),
                       80));
    }
    const auto path = registry == "cluster" ? "cluster/ns//s"
                      : registry == "nacos" ? "nacos/public/DEFAULT_GROUP/s"
                                            : "local///s";
    return service(path + std::to_string(number), std::move(has));
  }
  /// How many addresses the service answers with; -1: its name does not exist.
  int answers(int number, const std::string& zone = "ns.svc.k.test") const {
    const auto text = dig("s" + std::to_string(number) + "." + zone + ". A");
    if (text.starts_with("NXDOMAIN")) return -1;
    int count = 0;
    for (auto at = text.find(" IN A "); at != std::string::npos; at = text.find(" IN A ", at + 1)) ++count;
    return count;
  }
  int existing(int most) const {
    int count = 0;
    for (int i = 0; i < most; ++i) count += answers(i) >= 0 ? 1 : 0;
    return count;
  }
  RegistryStatus status(std::size_t registry = 0) const { return world.status().registries[registry]; }
  const GuardStatus guard(ListGuard which, std::size_t registry = 0) const {
    return world.status().registries[registry].guards[static_cast<std::size_t>(which)];
  }
  std::uint64_t ended(ListGuard which, HoldEnd why) const {
    return guard(which).counts.ended[static_cast<std::size_t>(why)];
  }
  /// Time passes in steps, as the builder's timer sees it.
  void pass(std::chrono::seconds time) {
    for (; time.count() > 0; time -= std::chrono::seconds(1)) advance(std::chrono::seconds(1));
  }

  std::vector<std::string> asked;
};

}  // namespace signpost::test
