// The time from a change of endpoints to the answers with it, as a cluster's controllers tell its beginning
// (operations.md 5.1): from a fake apiserver to the snapshot.
#include <future>
#include <numeric>

#include <fmt/chrono.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "tests/backends/kubernetes/faults/shell.h"
#include "zones/snapshot/store.h"
#include "zones/table/builder.h"

namespace signpost::kubernetes {
namespace {

using std::chrono::seconds;

class Programming : public Shell {
 protected:
  Programming() {
    builder.start();
    auto loaded = config::load_text(
        "registries: {kube: {type: kubernetes, url: \"http://192.0.2.1\"}}\n"
        "zones: [{name: cluster.local, registry: kube}]\n",
        "test");
    builder.configure(std::make_shared<const config::Config>(std::move(loaded->config)));
  }
  ~Programming() override { stop_following(); }

  /// A slice whose controller says that its cause was so long ago.
  void put_slice_of(const std::string& service, const std::string& address, seconds ago) {
    const auto cause = std::chrono::floor<seconds>(system_clock().wall()) - ago;
    api.store.put(
        tests::kSlicesPath, "shop", service + "-1", tests::slice_rest({tests::endpoint(address)}),
        {{"kubernetes.io/service-name", service}}, tests::KubeStore::Told::Yes,
        {{"endpoints.kubernetes.io/last-change-trigger-time",
          fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(cause)))}});
    api.wake();
  }
  RegistryStatus status() {
    std::promise<RegistryStatus> told;
    builder.status([&](BuilderStatus all) { told.set_value(all.registries.at(0)); });
    return told.get_future().get();
  }
  static std::uint64_t count(const ProgrammingTimes& times) {
    return std::accumulate(times.buckets.begin(), times.buckets.end(), std::uint64_t{0});
  }

  SnapshotStore store;
  Builder builder{store, system_clock()};
};

TEST_F(Programming, IsCountedForEachChangeByTheKindOfItsService) {
  put_service("head", "None");
  put_slice_of("cart", "10.0.0.1", seconds(4000));
  follow_into(builder.sink("kube"));
  ASSERT_TRUE(until([&] { return status().synced; }));
  ASSERT_TRUE(all_watch());
  auto now = status();
  EXPECT_EQ(count(now.programmed_cluster_ip) + count(now.programmed_headless), 0u)
      << "what a list tells may have happened long ago";

  put_slice_of("cart", "10.0.0.2", seconds(20));
  ASSERT_TRUE(until([&] { return count(status().programmed_cluster_ip) == 1; }));
  now = status();
  EXPECT_EQ(count(now.programmed_headless), 0u);
  EXPECT_GE(now.programmed_cluster_ip.seconds, 20);
  EXPECT_LT(now.programmed_cluster_ip.seconds, 60);
  EXPECT_EQ(now.programmed_cluster_ip.buckets[15], 1u) << "16.4 s to 32.8 s";

  put_slice_of("head", "10.0.1.1", seconds(-5));  // their clock is ahead of ours
  ASSERT_TRUE(until([&] { return count(status().programmed_headless) == 1; }));
  EXPECT_EQ(status().programmed_headless.buckets[0], 1u);

  put_slice_of("head", "10.0.1.1", seconds(300));  // written again, and nothing differs
  put_slice_of("cart", "10.0.0.3", seconds(1));
  ASSERT_TRUE(until([&] { return count(status().programmed_cluster_ip) == 2; }));
  EXPECT_EQ(count(status().programmed_headless), 1u);

  const auto events = status().events;
  put_slice("cart-1", "cart", {"10.0.0.4"});  // by hand, without the annotation
  ASSERT_TRUE(until([&] { return status().events > events; }));
  EXPECT_EQ(count(status().programmed_cluster_ip), 2u);
}

}  // namespace
}  // namespace signpost::kubernetes
