// What one draw costs a query: zones/policy/draw.h by members, places and road.
#include <algorithm>
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "zones/policy/draw.h"

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

void order_equal(benchmark::State& state) { run(state, permute, true); }
void order_weighted(benchmark::State& state) { run(state, permute, false); }
void sample_equal(benchmark::State& state) { run(state, sample, true); }
void sample_weighted(benchmark::State& state) { run(state, sample, false); }

void sizes(benchmark::internal::Benchmark* bench) {
  for (const int size : {1, 2, 3, 8, 32, 300}) bench->Args({size, 0});
}
void places(benchmark::internal::Benchmark* bench) {
  for (const int size : {1, 2, 3, 8, 32, 300}) bench->Args({size, 1});
  for (const int size : {3, 8, 32, 300}) bench->Args({size, 2});
}

BENCHMARK(order_equal)->Apply(sizes);
BENCHMARK(order_weighted)->Apply(sizes)->Args({256, 0})->Args({257, 0})->Args({300, 3})->Args({300, 4});
BENCHMARK(sample_equal)->Apply(places);
BENCHMARK(sample_weighted)->Apply(places);

}  // namespace
}  // namespace signpost::policy
