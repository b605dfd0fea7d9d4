// The way of a query allocates nothing: every kind of answer, and while snapshots change underneath.
#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "dns/query/process.h"
#include "dns/wire/writer.h"
#include "tests/zones/support/test_world.h"
#include "zones/answer/responder_factory.h"

namespace {

std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t octets) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(octets);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t octets) { return counted(octets); }
void* operator new[](std::size_t octets) { return counted(octets); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace signpost::test {
namespace {

std::vector<std::uint8_t> query_message(const std::string& question, bool edns) {
  const auto [name, type] = parse_question(question);
  std::vector<std::uint8_t> message(512);
  Writer out(message);
  for (const int field : {0x1234, 0x0100, 1, 0, 0, edns ? 1 : 0}) out.u16(static_cast<std::uint16_t>(field));
  out.name(name.wire());
  out.u16(static_cast<std::uint16_t>(type));
  out.u16(static_cast<std::uint16_t>(RRClass::IN));
  if (edns) {
    out.u8(0);
    for (const int field : {41, 1232, 0, 0, 0}) out.u16(static_cast<std::uint16_t>(field));
  }
  message.resize(out.size());
  return message;
}

TEST(NoAllocation, ForAnyQuestionWhileSnapshotsChange) {
  TestWorld world(R"(
registries: {local: {type: file, path: x.yaml}, cold: {type: file, path: y.yaml}}
zones:
  - {name: order.test, registry: local}
  - {name: sample.test, registry: local, answer: sample 2}
  - {name: cold.test, registry: cold}
  - {name: 10.in-addr.arpa, registry: local}
)");
  std::vector<Instance> many;
  for (int i = 0; i < 200; ++i)
    many.push_back(At("10.0.1." + std::to_string(i), 80, "http").with_weight(1 + i % 3));
  const auto cart = [](double weight) {
    return TestWorld::service("local///cart",
                              {At("10.0.0.1", 80, "http").with_weight(weight),
                               At("10.0.0.2", 80, "http").also("fd00::2"), At("10.0.0.3", 81)});
  };
  world.list("local", {cart(1), TestWorld::service("local///many", many)});
  const auto factory = make_responder_factory(world.store, 7);
  const auto responder = factory->make_responder(0);
  WorkerCounters counters;
  std::vector<std::uint8_t> buffer(kMessageOctetsMax);
  std::vector<std::vector<std::uint8_t>> messages;
  for (const char* zone : {"order.test", "sample.test", "cold.test", "elsewhere.test"}) {
    for (const char* name : {"cart", "_http._tcp.cart", "_tcp.cart", "10-0-0-1.cart", "10-0-0-1-p80.cart",
                             "many", "nope", "a.b.c.d.e.f"}) {
      for (const char* type : {"A", "AAAA", "SRV", "TXT", "ANY", "MX", "SOA"}) {
        for (const bool edns : {false, true})
          messages.push_back(query_message(std::string(name) + "." + zone + " " + type, edns));
      }
    }
    messages.push_back(query_message(std::string(zone) + " NS", true));
  }
  messages.push_back(query_message("1.0.0.10.in-addr.arpa PTR", true));
  messages.push_back(query_message("0.10.in-addr.arpa PTR", true));
  QueryContext context;
  std::uint64_t answered = 0;
  const Rules rules;
  for (int round = 0; round < 20; ++round) {
    world.upsert(cart(2 + round));
    for (const auto transport : {Transport::Udp, Transport::Tcp}) {
      context.transport = transport;
      const auto before = allocations.load();
      responder->begin_batch();
      for (const auto& message : messages) {
        answered += handle(context, message, *responder, buffer, rules, counters).response.empty() ? 0 : 1;
      }
      responder->idle();
      ASSERT_EQ(allocations.load() - before, 0u) << "round " << round;
    }
  }
  EXPECT_EQ(answered, messages.size() * 40);
}

}  // namespace
}  // namespace signpost::test
