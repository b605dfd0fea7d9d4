// How long a change waits while the builder has much to do: steps_bench [services] [instances each]
// [instances of the large service] [rounds]
//
// A builder on its own thread has a world, and a name composed of two large services. Something large happens
// to it: a reload that makes every block anew, a change of one of the large services, a list in which all
// have changed. Meanwhile one small service changes every 2 ms, and a thread looks until the snapshot shows
// it. Printed are the waits of these changes, the builder's longest step, and how long the large thing took;
// first the same with nothing beside it, and a fixed piece of work, by which two runs compare.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "config/load.h"
#include "dns/base/clock.h"
#include "dns/base/log.h"
#include "zones/snapshot/snapshot.h"
#include "zones/snapshot/store.h"
#include "zones/table/builder.h"

namespace signpost {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

struct Shape {
  unsigned services, instances, large;
};

std::shared_ptr<const config::Config> config_with(unsigned ttl) {
  auto loaded = config::load_text(
      "registries: {nacos: {type: nacos, servers: [\"127.0.0.1:8848\"]}, local: {type: file, path: "
      "x.yaml}}\nzones:\n  - {name: n.test, registry: nacos, txt: off, ttl: " +
          std::to_string(ttl) +
          "}\n  - {name: l.test, registry: local, txt: off}\n  - name: c.test\n    services: [{name: large, "
          "members: [{registry: nacos, service: large}, "
          "{registry: local, service: large}]}]\n",
      "bench");
  return std::make_shared<const config::Config>(std::move(loaded->config));
}

ServiceState service(const std::string& registry, const std::string& name, unsigned first, unsigned instances,
                     double weight = 1) {
  ServiceState state;
  state.key = {registry, registry == "nacos" ? "public" : "", registry == "nacos" ? "DEFAULT_GROUP" : "",
               name};
  for (auto host = first; host < first + instances; ++host) {
    Instance one;
    one.v4 = IpAddress::v4({10, static_cast<std::uint8_t>(host >> 16), static_cast<std::uint8_t>(host >> 8),
                            static_cast<std::uint8_t>(host)});
    one.ports = {{"", 8080, Protocol::Tcp}};
    one.id = one.v4->to_string() + "#8080#DEFAULT";
    one.cluster = "DEFAULT";
    one.weight = weight;
    state.instances.push_back(std::move(one));
  }
  return state;
}

/// A fixed piece of work, like the builder's: short strings that are made and thrown away.
double ruler_ms() {
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::string> all;
  std::size_t octets = 0;
  for (unsigned i = 0; i < 300000; ++i) {
    all.push_back("instance-number-" + std::to_string(i));
    octets += all.back().size();
    if (all.size() == 1000) all.clear();
  }
  return Milliseconds(std::chrono::steady_clock::now() - began).count() + (octets == 0 ? 1 : 0);
}

class Bench {
 public:
  explicit Bench(Shape shape) : shape_(shape), builder_(store_, system_clock()) {
    builder_.start();
    wait([&](auto done) { builder_.configure(config_with(ttl_), std::move(done)); });
    list(shape_.services);
    auto& local = builder_.sink("local");
    local.begin_list(1);
    local.upsert(service("local", "large", kLargeFirst, shape_.large), 1);
    local.upsert(service("local", "probe", kProbe, 1), 1);
    local.end_list(1, Complete::Yes);
    settle();
  }
  ~Bench() { builder_.stop(); }

  void list(unsigned services) {
    auto& nacos = builder_.sink("nacos");
    nacos.begin_list(++epoch_);
    for (unsigned i = 0; i < services; ++i)
      nacos.upsert(service("nacos", "service-" + std::to_string(i), i * shape_.instances, shape_.instances,
                           static_cast<double>(1 + epoch_ % 5)),
                   1);
    nacos.upsert(service("nacos", "large", kLargeFirst, shape_.large), 1);
    nacos.end_list(epoch_, Complete::Yes);
  }
  void change_large(unsigned round) {
    builder_.sink("nacos").upsert(service("nacos", "large", kLargeFirst, shape_.large, 2 + round % 3), 1);
  }
  void reload(std::function<void()> done) { builder_.configure(config_with(++ttl_), std::move(done)); }

  void settle() {
    wait([&](auto done) { builder_.when_published(std::move(done)); });
  }

  /// What `large` sets going, `rounds` times; it is over when what it is given was called. Null: nothing, and
  /// as many changes as follow each time otherwise, so that the builder's timer comes by.
  void time(const char* what, int rounds, const std::function<void(int, std::function<void()>)>& large) {
    constexpr int kAfter = 60;
    std::vector<double> waits, took;
    const auto before = status();
    for (int round = 0; round < rounds; ++round) {
      std::atomic<bool> over{large == nullptr};
      const auto began = std::chrono::steady_clock::now();
      if (large) {
        large(round, [&] {
          took.push_back(Milliseconds(std::chrono::steady_clock::now() - began).count());
          over = true;
        });
      }
      while (!over) waits.push_back(probe());
      settle();
      for (int i = 0; i < kAfter; ++i) {
        const auto alone = probe();
        if (!large) waits.push_back(alone);
      }
    }
    const auto after = status();
    std::printf(
        "%-28s %4zu changes  wait p50 %7.2f  p99 %7.2f  max %7.2f ms   longest step <= %7.2f ms   took %8.2f "
        "ms\n",
        what, waits.size(), at(waits, 0.5), at(waits, 0.99), at(waits, 1), longest(before, after),
        at(took, 0.5));
  }

 private:
  static constexpr unsigned kLargeFirst = 0xc00000, kProbe = 0xff0000;

  template <class Begin>
  static void wait(const Begin& begin) {
    std::promise<void> done;
    begin([&] { done.set_value(); });
    done.get_future().wait();
  }
  static double at(std::vector<double>& all, double part) {
    if (all.empty()) return 0;
    std::sort(all.begin(), all.end());
    return all[static_cast<std::size_t>(part * (static_cast<double>(all.size()) - 1))];
  }
  BuilderStatus status() {
    BuilderStatus out;
    wait([&](auto done) {
      builder_.status([&out, done](BuilderStatus status) {
        out = std::move(status);
        done();
      });
    });
    return out;
  }
  /// The upper end of the last bucket that grew.
  static double longest(const BuilderStatus& before, const BuilderStatus& after) {
    for (auto i = kDurationBuckets; i-- > 0;) {
      if (after.steps.buckets[i] != before.steps.buckets[i])
        return static_cast<double>(std::uint64_t{1} << i) / 1000;
    }
    return 0;
  }
  /// One change of the small service; how long until the snapshot shows it.
  double probe() {
    const auto host = kProbe + ++probes_ % 0xffff;
    const auto name = Name::parse("probe.l.test.")->folded();
    const auto began = std::chrono::steady_clock::now();
    builder_.sink("local").upsert(service("local", "probe", host, 1), 1);
    SnapshotReader reader(store_);
    for (;;) {
      const auto* block = reader.refresh().find(name.wire());
      const auto octets = block == nullptr || block->v4().empty() ? 0u : block->v4()[0].octets[3];
      if (block != nullptr && octets == (host & 0xff)) break;
      std::this_thread::yield();
    }
    const auto waited = std::chrono::steady_clock::now() - began;
    reader.idle();
    std::this_thread::sleep_until(
        began + std::max<std::chrono::steady_clock::duration>(waited, std::chrono::milliseconds(2)));
    return Milliseconds(waited).count();
  }

  Shape shape_;
  SnapshotStore store_;
  Builder builder_;
  Epoch epoch_ = 0;
  unsigned ttl_ = 5;
  unsigned probes_ = 0;
};

int run(Shape shape, int rounds) {
  std::printf("ruler %.1f ms\n", ruler_ms());
  Bench bench(shape);
  std::printf("%u services of %u instances, and a name over two services of %u; %d rounds\n", shape.services,
              shape.instances, shape.large, rounds);
  const auto beside = [](std::function<void()> work, std::function<void()> done) {
    std::thread([work = std::move(work), done = std::move(done)] {
      work();
      done();
    }).detach();
  };
  bench.time("nothing beside", rounds, nullptr);
  bench.time("reload", rounds, [&](int, std::function<void()> done) { bench.reload(std::move(done)); });
  bench.time("a large service changes", rounds, [&](int round, std::function<void()> done) {
    beside(
        [&bench, round] {
          bench.change_large(static_cast<unsigned>(round));
          bench.settle();
        },
        std::move(done));
  });
  bench.time("a list with all changed", rounds, [&](int, std::function<void()> done) {
    beside(
        [&bench, shape] {
          bench.list(shape.services);
          bench.settle();
        },
        std::move(done));
  });
  std::printf("ruler %.1f ms\n", ruler_ms());
  return 0;
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  signpost::log::set_level(signpost::log::Level::Error);
  const auto number = [&](int at, unsigned fallback) {
    return argc > at ? static_cast<unsigned>(std::atoi(argv[at])) : fallback;
  };
  return signpost::run({number(1, 10000), number(2, 10), number(3, 10000)}, static_cast<int>(number(4, 5)));
}
