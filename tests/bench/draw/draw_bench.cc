// What one draw costs a query: zones/policy/draw.h and sticky.h by members, places and road.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "dns/base/ip_address.h"
#include "zones/policy/draw.h"
#include "zones/policy/sticky.h"

namespace signpost::policy {
namespace {

/// Range 0: members, range 1: places (0: all of them).
void run(benchmark::State& state, decltype(permute) draw, bool equal) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::vector<std::uint32_t> shares(size, 100);
  for (std::size_t i = 0; !equal && i < size; ++i) shares[i] = static_cast<std::uint32_t>(100 + 10 * (i % 7));
  const ShareView members(shares, all_equal(ShareView(shares, false)));
  const auto scratch = make_draw_scratch();
  Random random(1);
  std::size_t k = state.range(1) == 0 ? size : static_cast<std::size_t>(state.range(1));
  if (draw == sample) k = std::min<std::size_t>(k, sample_max(members));
  std::vector<std::uint16_t> places(k);
  for (auto _ : state) {
    draw(members, random, *scratch, places);
    benchmark::DoNotOptimize(places.data());
    benchmark::ClobberMemory();
  }
}

/// Another client each time, as the queries of many come in; keys are made anew, as an answer makes them.
void stick(benchmark::State& state, bool equal) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::vector<std::uint32_t> shares(size, 100);
  std::vector<IpAddress> addresses(size);
  for (std::size_t i = 0; i < size; ++i) {
    addresses[i] = IpAddress::v4({10, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
    if (!equal) shares[i] = static_cast<std::uint32_t>(100 + 10 * (i % 7));
  }
  const std::unique_ptr<StickyScratch> scratch(new StickyScratch);
  std::vector<std::uint16_t> places(static_cast<std::size_t>(state.range(1)));
  Random random(1);
  for (auto _ : state) {
    StickyChoice choice(random.next(), places.size(), equal, *scratch);
    for (std::size_t i = 0; i < size; ++i)
      choice.offer(static_cast<std::uint16_t>(i), member_key(addresses[i].octets()), shares[i]);
    benchmark::DoNotOptimize(choice.best(places).data());
    benchmark::ClobberMemory();
  }
}
void sticky_equal(benchmark::State& state) { stick(state, true); }
void sticky_weighted(benchmark::State& state) { stick(state, false); }

void order_equal(benchmark::State& state) { run(state, permute, true); }
void order_weighted(benchmark::State& state) { run(state, permute, false); }
void sample_equal(benchmark::State& state) { run(state, sample, true); }
void sample_weighted(benchmark::State& state) { run(state, sample, false); }

void sizes(benchmark::internal::Benchmark* bench) {
  for (const int size : {1, 2, 3, 8, 32, 100, 300}) bench->Args({size, 0});
}
void places(benchmark::internal::Benchmark* bench) {
  for (const int size : {1, 2, 3, 8, 32, 300}) bench->Args({size, 1});
  for (const int size : {3, 8, 32, 300, 1000}) bench->Args({size, 2});
}

BENCHMARK(order_equal)->Apply(sizes);
BENCHMARK(order_weighted)->Apply(sizes)->Args({256, 0})->Args({257, 0})->Args({300, 3})->Args({300, 4});
BENCHMARK(sample_equal)->Apply(places);
BENCHMARK(sample_weighted)->Apply(places);
BENCHMARK(sticky_equal)->Args({8, 1})->Args({100, 1})->Args({100, 8});
BENCHMARK(sticky_weighted)->Args({8, 1})->Args({100, 1})->Args({100, 8});

}  // namespace
}  // namespace signpost::policy
