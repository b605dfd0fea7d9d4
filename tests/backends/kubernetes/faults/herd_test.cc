// A thousand clients of one apiserver that goes and comes back, on virtual time (K36, K13).
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include <gtest/gtest.h>

#include "backends/kubernetes/reflector.h"
#include "tests/backends/kubernetes/faults/ignoring_sink.h"
#include "tests/backends/kubernetes/faults/objects.h"
#include "tests/support/fake_apiserver/kube_store.h"

namespace signpost::kubernetes {
namespace {

using namespace std::chrono_literals;

constexpr int kClients = 1000;
constexpr auto kTick = 10ms;

/// One replica's reflector and the exchange it is in.
struct Client {
  Client(Words& words, follow::Counts& counts, std::uint64_t seed)
      : reflector(Resource::Services, 135s, sink, words, counts, Random(seed)) {}
  IgnoringSink sink;
  Reflector reflector;
  std::optional<tests::KubeWatch> watch;
};

class Herd : public testing::Test {
 protected:
  Herd() {
    store.serve(tests::kServicesPath);
    store.page_max = 100;
    for (int i = 0; i < 150; ++i) {
      store.put(tests::kServicesPath, "shop", "s" + std::to_string(i), tests::service_rest("10.96.0.1"));
    }
    for (int i = 0; i < kClients; ++i)
      clients.push_back(std::make_unique<Client>(words, counts, 100U + unsigned(i)));
  }

  void run(Duration time) {
    for (const auto end = now + time; now < end; now += kTick) {
      for (auto& client : clients) advance(*client);
    }
  }
  void advance(Client& client) {
    if (client.watch) return feed(client);
    const auto request = client.reflector.next(now);
    if (!request) return;
    ++asked[now];
    if (down) return client.reflector.end("connection refused", now);
    const tests::KubeQuery query(request->target);
    if (query.watch()) {
      auto begun = store.watch(query);
      ASSERT_TRUE(std::holds_alternative<tests::KubeWatch>(begun));
      client.reflector.head({200, "application/json", ""}, now);
      client.watch = std::get<tests::KubeWatch>(std::move(begun));
      return feed(client);
    }
    if (query["continue"].empty()) ++lists[now];
    EXPECT_EQ(query["limit"], "500");
    const auto answer = store.list(query);
    client.reflector.head({answer.status, "application/json", ""}, now);
    client.reflector.body(answer.body, now);
    client.reflector.end("", now);
  }
  void feed(Client& client) {
    const bool more = !client.watch->expired;
    const auto lines = store.read(*client.watch);
    if (!lines.empty() && client.reflector.body(lines, now) == follow::HttpNext::Continue && more) return;
    if (lines.empty() && more && !down) return;
    client.watch.reset();
    client.reflector.end(down ? "connection reset" : "", now);
  }
  bool all_watch() const {
    return std::all_of(clients.begin(), clients.end(),
                       [](const auto& client) { return client->watch.has_value(); });
  }
  /// The most within any tenth of a second.
  static int peak(const std::map<Monotonic, int>& times) {
    int most = 0;
    for (auto from = times.begin(); from != times.end(); ++from) {
      int sum = 0;
      for (auto at = from; at != times.end() && at->first < from->first + 100ms; ++at) sum += at->second;
      most = std::max(most, sum);
    }
    return most;
  }

  Words words;
  follow::Counts counts;
  tests::KubeStore store;
  std::vector<std::unique_ptr<Client>> clients;
  std::map<Monotonic, int> asked;
  std::map<Monotonic, int> lists;
  Monotonic now{1000s};
  bool down = false;
};

TEST_F(Herd, K36_AThousandClientsComeBackSpreadOut) {
  run(1s);
  ASSERT_TRUE(all_watch());
  down = true;
  asked.clear();
  run(20s);
  // Steady: one try each in 0.75 s on average, so 133 in a tenth of a second.
  asked.erase(asked.begin(), asked.lower_bound(now - 10s));
  EXPECT_LE(peak(asked), 133 * 3 / 2);
  store.forget_history();
  store.put(tests::kServicesPath, "shop", "new", tests::service_rest("10.96.0.2"));
  store.forget_history();
  down = false;
  lists.clear();
  run(10s);
  EXPECT_TRUE(all_watch());
  int all = 0;
  for (const auto& [time, count] : lists) all += count;
  EXPECT_EQ(all, kClients) << "one list each";
  // Tries within 1.5 s, and up to 1.5 s more for each to list: most of it in 2 s.
  EXPECT_LE(peak(lists), kClients / 8);
}

}  // namespace
}  // namespace signpost::kubernetes
