// The road of one query from octets to octets, many times over, for callgrind to count:
// tests/bench/instructions runs it. handle() with the real responder over a published world; no sockets.
//
//   count_instructions QUESTION COUNT [LOOK]   QUESTION: a, aaaa, srv, plain, nxdomain, edns
//                                              LOOK: top, query_log or dnstap, which then look at every query
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/load.h"
#include "dns/base/clock.h"
#include "dns/base/log.h"
#include "dns/query/process.h"
#include "dns/tap/taps.h"
#include "dns/wire/writer.h"
#include "zones/answer/responder_factory.h"
#include "zones/snapshot/store.h"
#include "zones/table/world.h"

namespace signpost::bench {

namespace {

constexpr unsigned kServices = 1000;
constexpr unsigned kAhead = 16;  // as a worker does

std::string service_name(unsigned number) { return "service-" + std::to_string(number % kServices); }

/// Three addresses of different weights behind one port, of both families for every service; fill() adds the
/// same with IPv4 alone, as a headless Service has it.
ServiceState service(unsigned number) {
  ServiceState state;
  state.key = {"local", "", "", service_name(number)};
  for (unsigned i = 0; i < 3; ++i) {
    const auto high = static_cast<std::uint8_t>(number >> 8), low = static_cast<std::uint8_t>(number);
    Instance one;
    one.v4 = IpAddress::v4({10, high, low, static_cast<std::uint8_t>(i)});
    one.v6 =
        IpAddress::v6({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, high, low, 0, static_cast<std::uint8_t>(i)});
    one.ports = {{"http", 8080, Protocol::Tcp}};
    one.id = one.v4->to_string();
    one.weight = 1 + i;
    state.instances.push_back(std::move(one));
  }
  return state;
}

void fill(World& world) {
  auto loaded = config::load_text(
      "registries: {local: {type: file, path: none.yaml}}\nzones: [{name: n.test, registry: local}]\n",
      "bench");
  world.configure(std::make_shared<const config::Config>(std::move(loaded->config)));
  world.begin_list("local", 1);
  for (unsigned i = 0; i < kServices; ++i) world.take(service(i));
  for (unsigned i = 0; i < kServices; ++i) {
    auto plain = service(i);
    plain.key.name = "plain-" + plain.key.name;
    for (auto& instance : plain.instances) instance.v6.reset();
    world.take(std::move(plain));
  }
  world.end_list("local", 1, Complete::Yes);
  while (world.flush(128)) world.publish();
  world.publish();
}

struct Question {
  const char* prefix;
  RRType type;
  bool edns;
  Rcode rcode;
};

const std::map<std::string, Question> kQuestions = {
    {"a", {"", RRType::A, false, Rcode::NoError}},
    {"aaaa", {"", RRType::AAAA, false, Rcode::NoError}},
    {"srv", {"_http._tcp.", RRType::SRV, false, Rcode::NoError}},
    {"nxdomain", {"no-", RRType::A, false, Rcode::NxDomain}},
    {"plain", {"_http._tcp.plain-", RRType::SRV, false, Rcode::NoError}},
    {"edns", {"", RRType::A, true, Rcode::NoError}},
};

std::vector<std::uint8_t> message(const Question& question, unsigned number) {
  std::vector<std::uint8_t> octets(256);
  Writer writer(octets);
  writer.u32(0x12340100);
  writer.u32(0x00010000);
  writer.u32(question.edns ? 1 : 0);
  writer.name(Name::parse(question.prefix + service_name(number) + ".n.test.")->wire());
  writer.u16(static_cast<std::uint16_t>(question.type));
  writer.u16(1);
  if (question.edns) {
    writer.u8(0);
    writer.u32(41u << 16 | 1232);
    writer.u32(0);
    writer.u16(0);
  }
  octets.resize(writer.size());
  return octets;
}

struct Road {
  Responder& responder;
  QueryContext context;
  Rules rules;
  WorkerCounters counters;
  std::array<std::uint8_t, 4096> buffer;
  std::array<Asked, kAhead> asked;
};

}  // namespace

/// What is counted: every query once. Returns the number of those with the expected rcode.
extern "C" __attribute__((noinline)) unsigned signpost_bench_ask(
    Road& road, const std::vector<std::vector<std::uint8_t>>& messages, unsigned count, unsigned rcode) {
  unsigned good = 0;
  for (unsigned first = 0; first < count; first += kAhead) {
    const std::span asked(road.asked.data(), std::min(kAhead, count - first));
    const auto message = [&](std::size_t i) -> const auto& {
      return messages[(first + i) % messages.size()];
    };
    for (std::size_t i = 0; i < asked.size(); ++i) parse(message(i), road.rules, asked[i]);
    road.responder.look_ahead(asked);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const std::span<const std::uint8_t> query = message(i);
      const auto handled =
          answer(road.context, query, asked[i], road.responder, road.buffer, road.rules, road.counters);
      tell_tap(road.rules, road.context, query, handled);
      good += handled.outcome == Outcome::Answered && (handled.response[3] & 0xfu) == rcode ? 1 : 0;
    }
  }
  return good;
}

/// Both are written where nothing is kept.
std::unique_ptr<tap::Taps> make_tap(const std::string& look) {
  tap::Options options;
  if (look == "query_log") options.query_log.to = "/dev/null";
  if (look == "dnstap") options.dnstap.to = "/dev/null";
  return options.is_on() ? std::make_unique<tap::Taps>(options, system_clock()) : nullptr;
}

int run(const Question& question, unsigned count, const std::string& look) {
  SnapshotStore store;
  World world(store, system_clock());
  fill(world);
  const auto factory = make_responder_factory(store, 1);
  const auto responder = factory->make_responder(0);
  responder->begin_batch();
  Road road{*responder, {}, {}, {}, {}, {}};
  road.context.peer = *SocketAddress::parse("192.0.2.1:4242");
  const auto tap = make_tap(look);
  road.rules.tap = tap.get();
  road.counters.names.watch(look == "top");
  std::vector<std::vector<std::uint8_t>> messages;
  for (unsigned i = 0; i < kServices; i += 7) messages.push_back(message(question, i));
  const auto rcode = static_cast<unsigned>(question.rcode);
  signpost_bench_ask(road, messages, 0, rcode);
  const auto good = signpost_bench_ask(road, messages, count, rcode);
  std::printf("%u of %u as expected\n", good, count);
  return good == count ? 0 : 1;
}

}  // namespace signpost::bench

int main(int count, char** arguments) {
  using namespace signpost::bench;
  signpost::log::set_level(signpost::log::Level::Error);
  const auto known = count == 3 || count == 4 ? kQuestions.find(arguments[1]) : kQuestions.end();
  const std::string look = count == 4 ? arguments[3] : "";
  if (known == kQuestions.end() ||
      !(look.empty() || look == "top" || look == "query_log" || look == "dnstap")) {
    std::fprintf(stderr,
                 "usage: count_instructions a|aaaa|srv|plain|nxdomain|edns COUNT [top|query_log|dnstap]\n");
    return 2;
  }
  return run(known->second, static_cast<unsigned>(std::atoi(arguments[2])), look);
}
