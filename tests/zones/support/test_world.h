// A whole signpost without threads and sockets: configuration in, registry events in, `dig` out.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dns/base/clock.h"
#include "zones/answer/answerer.h"
#include "zones/answer/whole_answer.h"
#include "zones/snapshot/store.h"
#include "zones/table/world.h"

namespace signpost::test {

class FakeClock final : public Clock {
 public:
  Monotonic now() const noexcept override { return now_; }
  WallTime wall() const noexcept override { return wall_; }
  void advance(Duration by) {
    now_ += by;
    wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  }

 private:
  Monotonic now_{std::chrono::hours(1)};
  WallTime wall_{std::chrono::seconds(1'700'000'000)};
};

/// An instance in one line: Instance made by at("10.0.0.1", 8080).weight(2).zone("a").
struct At : Instance {
  explicit At(std::string_view address, std::uint16_t port = 0, std::string port_name = "");
  At& with_weight(double value) {
    weight = value;
    return *this;
  }
  At& with_health(Health value) {
    health = value;
    return *this;
  }
  At& of_version(std::string word) {
    version = std::move(word);
    return *this;
  }
  At& in_zone(std::string word) {
    zone = std::move(word);
    return *this;
  }
  At& off() {
    enabled = false;
    return *this;
  }
  At& in(std::string value) {
    zone = std::move(value);
    return *this;
  }
  At& for_clients_of(std::vector<std::string> zones) {
    for_zones = std::move(zones);
    return *this;
  }
  At& named(std::string host) {
    host_name = std::move(host);
    return *this;
  }
  At& also(std::string_view v6);
  At& with_metadata(std::string key, std::string value);
};

class TestWorld {
 public:
  /// Static data: zone -> lines of a master file.
  using Lines = std::map<std::string, std::vector<std::string>>;

  /// `yaml`: registries and zones. Fails the test when it is no good configuration.
  /// `before`: what is to be done before it is configured.
  explicit TestWorld(std::string yaml, const Lines& statics = {},
                     const std::function<void(TestWorld&)>& before = {});

  void configure(std::string yaml, const Lines& statics = {});
  /// All static data of one zone from now on, published.
  TestWorld& set_static(const std::string& zone, const std::vector<std::string>& lines);
  /// A service of `file` or Nacos; key written "registry/space/group/name", empty parts allowed.
  static ServiceState service(std::string_view key, std::vector<Instance> instances = {});
  static ServiceState cluster_ip(std::string_view key, std::vector<std::string> addresses,
                                 std::vector<Port> ports, std::vector<Instance> instances = {});
  static ServiceState external_name(std::string_view key, std::string target);

  TestWorld& upsert(ServiceState state);
  TestWorld& erase(std::string_view key);
  /// One whole list of a registry, published.
  TestWorld& list(const std::string& registry, std::vector<ServiceState> states,
                  Complete complete = Complete::Yes);
  TestWorld& lose(const std::string& registry) {
    world.lost_contact(registry, "gone");
    return *this;
  }
  TestWorld& regain(const std::string& registry) {
    world.caught_up(registry);
    return *this;
  }
  void settle();
  void advance(Duration by) {
    clock.advance(by);
    while (world.tick()) settle();
    settle();
  }

  /// "cart.demo.internal. SRV" -> "NOERROR aa | answer | answer + additional"; records in stable order unless
  /// `drawn`.
  std::string dig(const std::string& question) const;
  /// One answer as a worker draws it: the RDATA of the answer section, in the order sent.
  std::vector<std::string> draw(const std::string& question, bool udp = true, std::size_t limit = 1232);
  /// The same for a client; `subnet`: a forwarder asks, who is believed to ask for it ("10.1.2.0/24").
  struct Heard {
    std::vector<std::string> rdata;
    int scope = -1;  // on how many bits of the subnet the answer depended; -1: there was none
  };
  Heard ask_from(const std::string& client, const std::string& question, const std::string& subnet = "");
  /// What an EDNS client is told beside the answer.
  std::optional<ExtendedError> extended_error(const std::string& question);
  std::uint32_t serial(const std::string& zone) const;

  FakeClock clock;
  SnapshotStore store;
  World world;
  Answerer answerer{Random(42)};
  std::vector<std::shared_ptr<const config::Config>> configs;
  mutable SnapshotReader reader{store};
  bool last_truncated = false;
  std::size_t last_octets = 0;
};

/// One row of a table of rules: its name is the rule it states.
struct Row {
  const char* rule;
  const char* question;
  const char* answer;
};
/// The name of a row's test.
inline std::string rule_of(const testing::TestParamInfo<Row>& row) { return row.param.rule; }

/// "cart.demo.internal. SRV" as name and type; fails the test when it is none.
std::pair<Name, RRType> parse_question(const std::string& question);

}  // namespace signpost::test
