// Nanoseconds for one query through handle(), without any socket; and of its parts.
#include <cstring>

#include <benchmark/benchmark.h>

#include "dns/query/process.h"
#include "dns/wire/writer.h"
#include "tests/bench/one_address.h"

namespace signpost {
namespace {

std::vector<std::uint8_t> question(bool edns) {
  std::vector<std::uint8_t> octets(128);
  Writer writer(octets);
  writer.u32(0x12340100);
  writer.u32(0x00010000);
  writer.u32(edns ? 1 : 0);
  writer.name(Name::parse("cart.shop.svc.cluster.local.")->wire());
  writer.u32(0x00010001);
  if (edns) {
    writer.u8(0);
    writer.u32(41u << 16 | 1232);
    writer.u32(0);
    writer.u16(0);
  }
  octets.resize(writer.size());
  return octets;
}

void handle_question(benchmark::State& state) {
  const auto message = question(state.range(0) != 0);
  OneAddress responder;
  WorkerCounters counters;
  const Rules rules;
  QueryContext context;
  context.peer = *SocketAddress::parse("127.0.0.1:4242");
  std::array<std::uint8_t, 1232> buffer;
  for (auto _ : state) benchmark::DoNotOptimize(handle(context, message, responder, buffer, rules, counters));
}
BENCHMARK(handle_question)->ArgName("edns")->Arg(0)->Arg(1);

void parse_question(benchmark::State& state) {
  const auto message = question(state.range(0) != 0);
  Query query;
  for (auto _ : state) benchmark::DoNotOptimize(parse(message, {}, query));
}
BENCHMARK(parse_question)->ArgName("edns")->Arg(0)->Arg(1);

}  // namespace
}  // namespace signpost

BENCHMARK_MAIN();
