// What networks, load balancers and servers do to the streams of a real backend, on real sockets.
#include "dns/base/random.h"
#include "tests/backends/kubernetes/faults/shell.h"
#include "tests/support/gate/gate.h"

namespace signpost::kubernetes {
namespace {

using boost::asio::awaitable;
using tests::FakeRequest;
using tests::FakeStream;

class Network : public Shell {
 protected:
  tests::Gate gate{io.get_executor(), api.http.port()};
};

TEST_F(Network, K4_ATimeoutOfTheWatchListsNothing) {
  follow();
  go_live();
  const auto lists = lists_of(tests::kServicesPath);
  for (int i = 2; i < 6; ++i) {
    ASSERT_TRUE(all_watch());
    api.bookmark();  // an end without a word before would look like K5
    io.run_for(30ms);
    api.end_watches();
    put_slice("cart-1", "cart", {"10.0.0." + std::to_string(i)});
    ASSERT_TRUE(sees({cart("10.0.0." + std::to_string(i))}));
    ASSERT_TRUE(sink.live);
  }
  EXPECT_EQ(lists_of(tests::kServicesPath), lists);
}

TEST_F(Network, K5_AFlappingWatchIsAskedForSlowly) {
  follow();
  go_live();
  api.script = [](const FakeRequest& request, FakeStream& out) -> awaitable<bool> {
    if (!tests::KubeQuery(request.target).watch()) co_return false;
    co_await out.reply(200, "");
    co_return true;
  };
  api.kill();
  api.revive();
  const auto before = api.requests.size();
  io.run_for(2s);
  const auto asked = api.requests.size() - before;
  EXPECT_LE(asked, 3U * 25U);  // each of three: steps of at most 0.1 0.2 0.4 0.8 1.5 s, half of it on average
  EXPECT_GE(asked, 4U);
  EXPECT_EQ(sink.services(), Lines{cart("10.0.0.1")});
  api.script = nullptr;
  put_slice("cart-1", "cart", {"10.0.0.2"});
  EXPECT_TRUE(sees({cart("10.0.0.2")}));
}

TEST_F(Network, K7_ABlackHoleBehindAnOpenConnectionIsLeft) {
  options.silence = 1s;
  follow(gate.url());
  go_live();
  ASSERT_TRUE(all_watch());
  io.run_for(50ms);  // their heads are through
  gate.swallow(true);
  put_slice("cart-1", "cart", {"10.0.0.2"});
  const auto before = gate.connections();
  ASSERT_TRUE(until([&] { return gate.connections() > before; })) << "silence was not noticed";
  gate.swallow(false);
  gate.reset();
  EXPECT_TRUE(sees({cart("10.0.0.2")}));
}

TEST_F(Network, K10_BookmarksKeepASilentWatchAlive) {
  options.silence = 1s;
  follow();
  go_live();
  ASSERT_TRUE(all_watch());
  const auto connections = api.http.connections();
  for (int i = 0; i < 8; ++i) {
    io.run_for(300ms);
    api.bookmark();
  }
  EXPECT_EQ(api.http.connections(), connections);
  EXPECT_TRUE(sink.live);
  EXPECT_EQ(sink.services(), Lines{cart("10.0.0.1")});
}

TEST_F(Network, K12_StreamsCutAnywhereLoseNothing) {
  // From the first octet of a connection on: heads, lists, chunk sizes, events.
  for (int i = 0; i < 6; ++i) put_service("s" + std::to_string(i), "10.96.1." + std::to_string(i));
  gate.cut_after(1);
  follow(gate.url());
  io.run_for(50ms);
  EXPECT_EQ(sink.lists, 0);
  EXPECT_EQ(sink.world.size(), 0U);
  Random random(12);
  for (std::size_t cut = 40; cut < 6000; cut = cut * 5 / 4) {
    gate.cut_after(cut + random.below(20));
    gate.reset();
    put_slice("cart-1", "cart", {"10.0.1." + std::to_string(cut % 250)});
    io.run_for(60ms);
    ASSERT_TRUE(sink.world.empty() || sink.world.size() == 7U) << "after " << cut << " octets";
  }
  gate.cut_after(std::size_t(-1));
  gate.reset();
  put_slice("cart-1", "cart", {"10.0.0.2"});
  EXPECT_TRUE(until([&] { return sink.live && sink.services().front() == cart("10.0.0.2"); }));
  EXPECT_EQ(sink.world.size(), 7U);
}

TEST_F(Network, K12_AnErrorPageWithStatus200ChangesNothing) {
  follow();
  go_live();
  int pages = 0;
  api.script = [&](const FakeRequest&, FakeStream& out) -> awaitable<bool> {
    ++pages;
    co_await out.reply(200, "<html>Bad Gateway</html>", "Content-Type: text/html\r\n");
    co_return true;
  };
  api.kill();
  api.revive();
  ASSERT_TRUE(until([&] { return pages > 4; }));
  EXPECT_FALSE(sink.live);
  EXPECT_EQ(sink.services(), Lines{cart("10.0.0.1")});
  api.script = nullptr;
  EXPECT_TRUE(until([&] { return sink.live; }));
}

TEST_F(Network, K11_ABusyServerIsLeftAloneAsLongAsItSays) {
  follow();
  go_live();
  const auto lists = lists_of(tests::kServicesPath) + lists_of(tests::kSlicesPath);
  std::vector<std::chrono::steady_clock::time_point> refused;
  api.script = [&](const FakeRequest& request, FakeStream& out) -> awaitable<bool> {
    if (!request.target.starts_with(tests::kServicesPath) || refused.size() >= 3) co_return false;
    refused.push_back(std::chrono::steady_clock::now());
    co_await out.reply(429, tests::kube_status(429, "TooManyRequests"),
                       "Content-Type: application/json\r\nRetry-After: 1\r\n");
    co_return true;
  };
  api.kill();
  api.revive();
  ASSERT_TRUE(until([&] { return refused.size() == 3 && sink.live; }));
  EXPECT_GE(refused[1] - refused[0], 1s);
  EXPECT_GE(refused[2] - refused[1], 1s);
  EXPECT_EQ(lists_of(tests::kServicesPath) + lists_of(tests::kSlicesPath), lists);
}

TEST_F(Network, K13_AKilledServerIsWatchedAgainFromWhereItWas) {
  follow();
  go_live();
  const auto lists = lists_of(tests::kServicesPath);
  for (int i = 2; i < 5; ++i) {
    api.kill();
    ASSERT_TRUE(until([&] { return !sink.live; }));
    put_slice("cart-1", "cart", {"10.0.0." + std::to_string(i)});
    EXPECT_EQ(sink.services(), Lines{cart("10.0.0." + std::to_string(i - 1))});
    api.revive();
    ASSERT_TRUE(sees({cart("10.0.0." + std::to_string(i))}));
    ASSERT_TRUE(until([&] { return sink.live; }));
  }
  EXPECT_EQ(lists_of(tests::kServicesPath), lists);
  EXPECT_EQ(sink.lists, 1);
}

TEST_F(Network, K20_ALaggingServerIsNotBelieved) {
  const auto before = api.store;
  put_slice("cart-1", "cart", {"10.0.0.2"});
  put_service("web", "10.96.0.2");
  follow();
  go_live();
  const auto world = sink.services();
  auto newest = api.store;
  api.store = before;
  api.store.forget_history();
  api.kill();
  api.revive();
  ASSERT_TRUE(until([&] { return count("older_lists", "rejected") >= 2; }));
  EXPECT_EQ(sink.services(), world);
  api.store = newest;
  api.kill();
  api.revive();
  put_slice("cart-1", "cart", {"10.0.0.3"});
  EXPECT_TRUE(until([&] { return sink.live && sink.services().front() == cart("10.0.0.3"); }));
}

TEST_F(Network, K28_AfterACompactionOneListEachAndEachDeletionOnce) {
  put_service("old", "10.96.0.7");
  follow();
  go_live();
  api.kill();
  ASSERT_TRUE(until([&] { return !sink.live; }));
  const auto services = lists_of(tests::kServicesPath);
  const auto slices = lists_of(tests::kSlicesPath);
  remove_service("old");
  put_service("new", "10.96.0.8");
  put_slice("cart-1", "cart", {"10.0.0.2"});
  api.store.forget_history();
  sink.take();
  api.revive();
  ASSERT_TRUE(sees({cart("10.0.0.2"), "shop/new ip 10.96.0.8 http:80"}));
  ASSERT_TRUE(until([&] { return sink.live; }));
  EXPECT_EQ(lists_of(tests::kServicesPath), services + 1);
  EXPECT_EQ(lists_of(tests::kSlicesPath), slices + 1);
  const auto calls = sink.take();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "erase shop/old"), 0)
      << "a list sweeps; an event would come on top";
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "upsert shop/old ip 10.96.0.7 http:80"), 0);
}

TEST_F(Network, K31_ARedirectIsNeverFollowed) {
  options.token_file = write("token", "secret");
  std::size_t lured = 0;
  tests::FakeHttp elsewhere(io.get_executor(), [&](const FakeRequest&, FakeStream& out) -> awaitable<void> {
    ++lured;
    co_await out.reply(200, "{}");
  });
  int sent_on = 0;
  api.script = [&](const FakeRequest& request, FakeStream& out) -> awaitable<bool> {
    ++sent_on;
    co_await out.reply(sent_on % 2 == 0 ? 302 : 307, "",
                       "Location: " + elsewhere.url() + request.target + "\r\n");
    co_return true;
  };
  follow();
  ASSERT_TRUE(until([&] { return sent_on > 6; }));
  EXPECT_EQ(lured, 0U);
  EXPECT_EQ(sink.lists, 0);
  api.script = nullptr;
  go_live();
}

TEST_F(Network, K32_EachWatchLivesByItself) {
  follow();
  go_live();
  bool dead = true;
  api.script = [&](const FakeRequest& request, FakeStream& out) -> awaitable<bool> {
    if (!dead || !request.target.starts_with(tests::kSlicesPath)) co_return false;
    co_await out.reply(500, tests::kube_status(500, "InternalError"));
    co_return true;
  };
  api.kill();
  api.revive();
  ASSERT_TRUE(until([&] { return count("requests_failed", "500") > 1; }));
  put_slice("cart-1", "cart", {"10.0.0.2"});
  put_service("web", "10.96.0.2");
  EXPECT_TRUE(sees({cart("10.0.0.1"), "shop/web ip 10.96.0.2 http:80"}));
  EXPECT_FALSE(sink.live);
  dead = false;
  EXPECT_TRUE(sees({cart("10.0.0.2"), "shop/web ip 10.96.0.2 http:80"}));
  EXPECT_TRUE(until([&] { return sink.live; }));
}

TEST_F(Network, K34_SingleOctetsAreStreams) {
  gate.piece(1);
  follow(gate.url());
  go_live();
  put_slice("cart-1", "cart", {"10.0.0.2"});
  EXPECT_TRUE(sees({cart("10.0.0.2")}));
}

TEST_F(Network, K34_AHeadWithoutEndIsCutAndTriedAgain) {
  int heads = 0;
  api.script = [&](const FakeRequest&, FakeStream& out) -> awaitable<bool> {
    ++heads;
    co_await out.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
    for (int i = 0; i < 4000 && !out.broken(); ++i)
      co_await out.write("X-Long: " + std::string(50, 'x') + "\r\n");
    out.keep_alive = false;
    co_return true;
  };
  follow();
  ASSERT_TRUE(until([&] { return heads > 2; }));
  EXPECT_EQ(sink.lists, 0);
  api.script = nullptr;
  go_live();
}

}  // namespace
}  // namespace signpost::kubernetes
