// What a change costs at size: publish_bench [services] [instances each]
//
// Fills a world, then times single changes from the event to the published snapshot, and prints percentiles;
// and what the world weighs: resident octets over the empty program, published blocks, and the peak during a
// re-list.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <malloc.h>
#include <unistd.h>

#include "config/load.h"
#include "dns/base/clock.h"
#include "dns/base/log.h"
#include "zones/snapshot/store.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

std::size_t resident_octets() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

struct Shape {
  unsigned services;
  unsigned instances;
};

ServiceState service(unsigned number, unsigned instances, unsigned salt = 0) {
  ServiceState state;
  state.key = {"nacos", "public", "DEFAULT_GROUP", "service-" + std::to_string(number)};
  for (unsigned i = 0; i < instances; ++i) {
    const auto host = number * instances + i;
    Instance one;
    one.v4 = IpAddress::v4({10, static_cast<std::uint8_t>(host >> 16), static_cast<std::uint8_t>(host >> 8),
                            static_cast<std::uint8_t>(host)});
    one.ports = {{"", 8080, Protocol::Tcp}};
    one.id = one.v4->to_string() + "#8080#DEFAULT";
    one.cluster = "DEFAULT";
    one.weight = 1 + (i == 0 ? salt : 0);
    state.instances.push_back(std::move(one));
  }
  return state;
}

class Bench {
 public:
  explicit Bench(Shape shape) : shape_(shape), world_(store_, system_clock()) {
    auto loaded = config::load_text(
        "registries: {nacos: {type: nacos, servers: [\"127.0.0.1:8848\"]}}\nzones: [{name: n.test, registry: "
        "nacos, txt: off}]\n",
        "bench");
    world_.configure(std::make_shared<const config::Config>(std::move(loaded->config)));
  }

  void list() {
    world_.begin_list("nacos", ++epoch_);
    for (unsigned i = 0; i < shape_.services; ++i) {
      world_.take(service(i, shape_.instances));
      if (i % 500 == 0) settle();
    }
    world_.end_list("nacos", epoch_, Complete::Yes);
    settle();
  }

  void time(const char* what, int rounds, const std::function<void(int)>& event) {
    std::vector<double> microseconds;
    for (int round = 0; round < rounds; ++round) {
      const auto began = std::chrono::steady_clock::now();
      event(round);
      settle();
      microseconds.push_back(
          std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count());
    }
    std::sort(microseconds.begin(), microseconds.end());
    const auto at = [&](double part) {
      return microseconds[static_cast<std::size_t>(part * (static_cast<double>(microseconds.size()) - 1))];
    };
    std::printf("%-34s p50 %8.1f us   p99 %8.1f us   max %8.1f us\n", what, at(0.5), at(0.99), at(1));
  }

  void settle() {
    while (world_.flush(128)) world_.publish();
    world_.publish();
  }
  World& world() { return world_; }
  Shape shape() const { return shape_; }

 private:
  Shape shape_;
  SnapshotStore store_;
  World world_;
  Epoch epoch_ = 0;
};

int run(Shape shape) {
  const auto empty = resident_octets();
  Bench bench(shape);
  const auto began = std::chrono::steady_clock::now();
  bench.list();
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  malloc_trim(0);
  const auto full = resident_octets();
  const auto endpoints = static_cast<double>(shape.services) * shape.instances;
  const auto status = bench.world().status();
  std::printf("%u services of %u instances, %zu names, listed in %.2f s\n", shape.services, shape.instances,
              static_cast<std::size_t>(status.names), seconds);
  std::printf("resident over empty: %.1f octets an endpoint; published blocks: %.1f octets an endpoint\n",
              static_cast<double>(full - empty) / endpoints,
              static_cast<double>(status.block_octets) / endpoints);
  unsigned next = 0;
  const auto pick = [&] { return (next += 7919) % shape.services; };
  bench.time("weight of one instance changes", 2000, [&](int round) {
    bench.world().take(service(pick(), shape.instances, 1 + static_cast<unsigned>(round) % 5));
  });
  bench.time("an instance comes", 2000,
             [&](int) { bench.world().take(service(pick(), shape.instances + 1)); });
  bench.time("a service comes", 2000, [&](int round) {
    bench.world().take(service(shape.services + static_cast<unsigned>(round), shape.instances));
  });
  bench.time("a service goes", 2000, [&](int round) {
    bench.world().erase(service(shape.services + static_cast<unsigned>(round), 0).key);
  });
  bench.time("nothing changes (same state again)", 2000,
             [&](int) { bench.world().take(service(pick() / 2 * 2, shape.instances)); });
  return 0;
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  signpost::log::set_level(signpost::log::Level::Error);
  const auto number = [&](int at, unsigned fallback) {
    return argc > at ? static_cast<unsigned>(std::atoi(argv[at])) : fallback;
  };
  return signpost::run({number(1, 100000), number(2, 1)});
}
