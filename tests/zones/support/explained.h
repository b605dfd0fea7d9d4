// What `signpost explain` says of one service that is all there is.
#pragma once

#include <future>
#include <string>

#include "tests/zones/support/test_world.h"
#include "zones/answer/explain.h"
#include "zones/table/builder.h"

namespace signpost::test {

/// What the builder and the newest snapshot know of the addresses of `name`.
inline Explanation explain_now(Builder& builder, SnapshotStore& store, const std::string& name) {
  std::promise<Found> found;
  builder.find(*Name::parse(name), [&](Found what) { found.set_value(std::move(what)); });
  const auto known = found.get_future().get();
  SnapshotReader reader(store);
  return explain(reader.refresh(), known, *Name::parse(name), RRType::A, std::nullopt);
}

/// `name` is asked for; the state's registry lists nothing but the state.
inline std::string explained(const std::string& config, const ServiceState& state, const std::string& name) {
  FakeClock clock;
  SnapshotStore store;
  Builder builder(store, clock);
  builder.start();
  const TestWorld parsed(config);
  std::promise<void> configured;
  builder.configure(parsed.configs.back(), [&] { configured.set_value(); });
  configured.get_future().get();
  auto& sink = builder.sink(state.key.registry);
  sink.begin_list(1);
  sink.upsert(state, 1);
  sink.end_list(1, Complete::Yes);
  std::promise<void> settled;
  builder.status([&](const BuilderStatus&) { settled.set_value(); });
  settled.get_future().get();
  auto result = to_text(explain_now(builder, store, name));
  builder.stop();
  return result;
}

}  // namespace signpost::test
