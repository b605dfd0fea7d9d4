// The shell on real sockets: a scripted apiserver that keeps objects and history, streams watches, dies and
// returns.
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "backends/kubernetes/kubernetes_backend.h"
#include "tests/backends/kubernetes/objects.h"
#include "tests/backends/kubernetes/recording_sink.h"
#include "tests/support/fake_http/fake_http.h"

namespace signpost::kubernetes {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tests::endpoint;
using tests::FakeHttp;
using tests::FakeRequest;
using tests::FakeStream;
using Lines = std::vector<std::string>;

/// Lists, watches and their history, as far as this backend can tell. One version counter for all.
class FakeApiserver {
 public:
  explicit FakeApiserver(asio::any_io_executor io)
      : changed(io), http(io, [this](const FakeRequest& r, FakeStream& s) { return serve(r, s); }) {
    changed.expires_at(asio::steady_timer::time_point::max());
  }

  void put(const std::string& path, const std::string& name, std::function<std::string(int)> object) {
    auto& resource = resources[path];
    const bool known = resource.objects.contains(name);
    const auto text = object(++version);
    resource.objects[name] = text;
    resource.history.emplace_back(version, tests::event(known ? "MODIFIED" : "ADDED", text));
    changed.cancel();
  }
  void remove(const std::string& path, const std::string& name, const std::string& last) {
    resources[path].objects.erase(name);
    resources[path].history.emplace_back(++version, tests::event("DELETED", last));
    changed.cancel();
  }
  void forget_history() { oldest = version; }

  struct Resource {
    std::map<std::string, std::string> objects;
    std::vector<std::pair<int, std::string>> history;
  };
  int version = 1;
  int oldest = 0;
  std::size_t page_size = 100;
  std::string token;  // what must be presented; empty: nothing
  std::map<std::string, Resource> resources;
  std::vector<std::string> requests;
  asio::steady_timer changed;
  FakeHttp http;

 private:
  asio::awaitable<void> serve(const FakeRequest& request, FakeStream& out) {
    requests.push_back(request.target);
    const auto sent = request.headers.find("authorization");
    if (!token.empty() && (sent == request.headers.end() || sent->second != "Bearer " + token)) {
      co_return co_await out.reply(401, tests::status(401, "Unauthorized"));
    }
    if (!resources.contains(request.path())) {
      co_return co_await out.reply(404, "404 page not found", "Content-Type: text/plain\r\n");
    }
    if (request.parameter("watch") == "1") {
      co_await watch(request, out);
    } else {
      co_await list(request, out);
    }
  }

  asio::awaitable<void> list(const FakeRequest& request, FakeStream& out) {
    const auto& objects = resources[request.path()].objects;
    const auto from = request.parameter("continue");
    Lines items;
    std::string next;
    for (auto at = objects.upper_bound(from); at != objects.end(); ++at) {
      items.push_back(at->second);
      if (items.size() == page_size && std::next(at) != objects.end()) {
        next = at->first;
        break;
      }
    }
    co_await out.reply(200, tests::list(version, items, next));
  }

  asio::awaitable<void> watch(const FakeRequest& request, FakeStream& out) {
    int seen = std::stoi(request.parameter("resourceVersion"));
    co_await out.begin(200);
    if (seen < oldest) {
      co_await out.chunk(tests::event("ERROR", tests::status(410, "Expired")));
      co_return co_await out.end();
    }
    const auto generation = killed;
    const auto path = request.path();
    while (generation == killed) {
      const auto history = resources[path].history;
      for (const auto& [at, text] : history) {
        if (at <= seen) continue;
        seen = at;
        co_await out.chunk(text);
      }
      boost::system::error_code woken;
      co_await changed.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    out.keep_alive = false;
  }

 public:
  void kill() {
    ++killed;
    http.kill();
    changed.cancel();
  }
  int killed = 0;
};

const std::string kServices = "/api/v1/services";
const std::string kSlices = "/apis/discovery.k8s.io/v1/endpointslices";

class BackendTest : public testing::Test {
 protected:
  BackendTest() {
    api.resources[kServices];
    api.resources[kSlices];
    put_service("cart");
    put_slice("cart-1", "cart", "10.0.0.1");
  }
  ~BackendTest() override {
    stop.emit(asio::cancellation_type::terminal);
    until([&] { return ended; });
    api.kill();
    io.run_for(1s);  // the fake's coroutines end
    if (!token_file.empty()) std::filesystem::remove(token_file);
  }
  void put_service(const std::string& name, const std::string& ip = "10.96.0.1") {
    api.put(kServices, name, [=](int version) { return tests::service(name, version, ip); });
  }
  void put_slice(const std::string& name, const std::string& of, const std::string& address) {
    api.put(kSlices, name, [=](int version) { return tests::slice(name, of, version, {endpoint(address)}); });
  }
  void follow() {
    config::KubernetesRegistry options;
    options.url = api.http.url();
    options.token_file = token_file;
    options.watch_nodes = watch_nodes;
    auto made = make_kubernetes_backend("kube", options, io.get_executor(), system_clock());
    ASSERT_TRUE(made) << made.error().message;
    backend = std::move(*made);
    ended = false;
    asio::co_spawn(io, backend->follow(sink),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr error) {
                     EXPECT_FALSE(error);
                     ended = true;
                   }));
  }
  template <class Condition>
  bool until(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < give_up) io.run_one_for(100ms);
    return condition();
  }
  std::uint64_t count(std::string_view name, std::string_view reason) const {
    for (const auto& one : backend->counts()) {
      if (one.name == name && one.reason == reason) return one.value;
    }
    return 0;
  }

  asio::io_context io;
  asio::cancellation_signal stop;
  FakeApiserver api{io.get_executor()};
  tests::RecordingSink sink;
  std::unique_ptr<Backend> backend;
  std::string token_file;
  bool watch_nodes = false;
  bool ended = true;
};

const std::string kCart = "shop/cart ip 10.96.0.1 http:80 | 10.0.0.1 up http:8080";

TEST_F(BackendTest, ListsAndFollows) {
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  EXPECT_EQ(sink.services(), Lines{kCart});
  EXPECT_EQ(sink.lists, 1);
  put_slice("cart-1", "cart", "10.0.0.2");
  EXPECT_TRUE(until(
      [&] { return sink.services() == Lines{"shop/cart ip 10.96.0.1 http:80 | 10.0.0.2 up http:8080"}; }));
  put_service("web", "10.96.0.2");
  EXPECT_TRUE(until([&] { return sink.world.size() == 2; }));
  api.remove(kServices, "cart", tests::service("cart", api.version + 1));
  EXPECT_TRUE(until([&] { return sink.services() == Lines{"shop/web ip 10.96.0.2 http:80"}; }));
}

/// One with this zone and network.
std::function<std::string(int)> node(const std::string& zone, const std::string& network) {
  return [=](int version) {
    return R"({"metadata":{"name":"n","resourceVersion":")" + std::to_string(version) +
           R"(","labels":{"topology.kubernetes.io/zone":")" + zone + R"("}},"spec":{"podCIDRs":[")" +
           network + R"("]}})";
  };
}
const std::string kNodes = "/api/v1/nodes";

TEST_F(BackendTest, NodesSayWhereClientsAre) {
  watch_nodes = true;
  api.put(kNodes, "n1", node("a", "10.244.1.0/24"));
  follow();
  ASSERT_TRUE(until([&] { return sink.live && sink.placements == 1; }));
  EXPECT_EQ(sink.clients, Lines{"10.244.1.0/24 a"});
  api.put(kNodes, "n1", node("b", "10.244.1.0/24"));
  EXPECT_TRUE(until([&] { return sink.clients == Lines{"10.244.1.0/24 b"}; }));
  const auto asked = api.requests.size();
  api.put(kNodes, "n1", node("b", "10.244.1.0/24"));
  put_service("web", "10.96.0.2");
  EXPECT_TRUE(until([&] { return sink.world.size() == 2; }));
  EXPECT_EQ(sink.placements, 2) << "a heartbeat is no news";
  EXPECT_EQ(api.requests.size(), asked) << "watched, not listed again";
}

TEST_F(BackendTest, NodesThatWeMayNotSeeAreNotWaitedFor) {
  watch_nodes = true;  // and the server has none: 404
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  EXPECT_EQ(sink.services(), Lines{kCart});
  EXPECT_TRUE(until([&] { return count("excused", "nodes") == 1; }));
}

TEST_F(BackendTest, NodesThatFailLaterDoNotMakeTheServicesStale) {  // K32
  watch_nodes = true;
  api.put(kNodes, "n1", node("a", "10.244.1.0/24"));
  follow();
  ASSERT_TRUE(until([&] { return sink.live && sink.placements == 1; }));
  auto nodes = api.resources.extract(kNodes);
  api.kill();
  api.http.revive();
  ASSERT_TRUE(until([&] { return count("requests_failed", "404") > 0; }));
  put_service("web", "10.96.0.2");
  ASSERT_TRUE(until([&] { return sink.world.size() == 2; }));
  EXPECT_TRUE(until([&] { return sink.live; }));
  EXPECT_EQ(sink.clients, Lines{"10.244.1.0/24 a"}) << "known last";
  api.resources.insert(std::move(nodes));
}

TEST_F(BackendTest, ListsInPages) {
  api.page_size = 3;
  for (int i = 0; i < 20; ++i) put_service("s" + std::to_string(i));
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  EXPECT_EQ(sink.world.size(), 21U);
  EXPECT_EQ(std::count_if(api.requests.begin(), api.requests.end(),
                          [](const auto& target) { return target.starts_with(kServices + "?limit=500"); }),
            7);
}

TEST_F(BackendTest, KillAndReturnLosesNothing) {  // K13
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  api.kill();
  ASSERT_TRUE(until([&] { return !sink.live; }));
  EXPECT_EQ(sink.services(), Lines{kCart});
  put_slice("cart-1", "cart", "10.0.0.3");
  api.http.revive();
  ASSERT_TRUE(until([&] { return sink.live; }));
  EXPECT_TRUE(until(
      [&] { return sink.services() == Lines{"shop/cart ip 10.96.0.1 http:80 | 10.0.0.3 up http:8080"}; }));
  EXPECT_EQ(sink.lists, 1);  // watched again, not listed again
}

TEST_F(BackendTest, KillAndReturnWithoutHistoryListsAgain) {  // K1, K28
  put_service("old", "10.96.0.7");
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  api.kill();
  ASSERT_TRUE(until([&] { return !sink.live; }));
  api.remove(kServices, "old", "{}");
  put_service("new", "10.96.0.8");
  api.forget_history();
  api.http.revive();
  EXPECT_TRUE(until([&] {
    return sink.live && sink.services() == Lines{kCart, "shop/new ip 10.96.0.8 http:80"};
  }));
  EXPECT_GE(sink.lists, 2);
  EXPECT_GE(count("relists", "expired"), 1U);
}

// A guard wants a second read: every resource again, though nothing differs and no watch has ended.
TEST_F(BackendTest, G1_IsReadAgainWhenItsListIsDoubted) {
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  const auto asked = api.requests.size();
  const auto lists = sink.lists;
  backend->list_again();
  ASSERT_TRUE(until([&] { return sink.lists > lists && !sink.listing; }));
  EXPECT_TRUE(sink.calls.back().ends_with(" complete again")) << sink.calls.back();
  EXPECT_NE(std::find(sink.calls.begin(), sink.calls.end(), "mention shop/cart"), sink.calls.end());
  EXPECT_EQ(sink.services(), Lines{kCart});
  for (const auto& path : {kServices, kSlices}) {
    EXPECT_TRUE(std::any_of(api.requests.begin() + static_cast<std::ptrdiff_t>(asked), api.requests.end(),
                            [&](const auto& target) { return target.starts_with(path + "?"); }))
        << path;
  }
}

TEST_F(BackendTest, ADeadServerAtTheStartIsWaitedFor) {
  api.kill();
  follow();
  ASSERT_TRUE(until([&] { return !sink.calls.empty(); }));
  EXPECT_TRUE(sink.calls.front().starts_with("lost " + api.http.url() + ": ")) << sink.calls.front();
  EXPECT_EQ(sink.lists, 0);
  api.http.revive();
  EXPECT_TRUE(until([&] { return sink.live; }));
  EXPECT_EQ(sink.services(), Lines{kCart});
}

TEST_F(BackendTest, ARotatedTokenIsPickedUp) {  // K15
  token_file = (std::filesystem::temp_directory_path() / ("token." + std::to_string(getpid()))).string();
  std::ofstream(token_file) << "one";
  api.token = "one";
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  api.token = "two";
  std::ofstream(token_file) << "two";
  put_service("web", "10.96.0.2");
  api.kill();
  api.http.revive();
  EXPECT_TRUE(until([&] { return sink.live && sink.world.size() == 2; }));
}

TEST_F(BackendTest, WithoutSlicesEndpointsServe) {  // K30
  api.resources.erase(kSlices);
  api.put("/api/v1/endpoints", "cart", [](int version) {
    return "{" + tests::meta("cart", version) +
           R"(,"subsets":[{"addresses":[{"ip":"10.0.0.7"}],"ports":[{"name":"http","port":8080}]}]})";
  });
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  EXPECT_EQ(sink.services(), Lines{"shop/cart ip 10.96.0.1 http:80 | 10.0.0.7 up http:8080"});
}

TEST_F(BackendTest, OneWatchDeadTheOtherGoesOn) {  // K32
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  auto slices = api.resources.extract(kSlices);
  api.kill();
  api.http.revive();
  ASSERT_TRUE(until([&] { return count("requests_failed", "404") > 0; }));
  put_service("web", "10.96.0.2");
  EXPECT_TRUE(until([&] { return sink.world.size() == 2; }));
  EXPECT_EQ(sink.services().front(), kCart);  // the slices known last
  EXPECT_FALSE(sink.live);
  api.resources.insert(std::move(slices));
}

TEST_F(BackendTest, ManyServicesAndALateListAreWalkedInSteps) {
  for (int i = 0; i < 3000; ++i) put_service("s" + std::to_string(i));
  api.page_size = 500;
  follow();
  ASSERT_TRUE(until([&] { return sink.live; }));
  EXPECT_EQ(sink.world.size(), 3001U);
  api.forget_history();
  api.kill();
  api.forget_history();
  put_service("last", "10.96.0.9");
  api.forget_history();
  api.http.revive();
  EXPECT_TRUE(until([&] { return sink.live && sink.world.size() == 3002; }));
}

TEST(MakeKubernetesBackend, SetUpThatCanNotWorkIsAnError) {
  asio::io_context io;
  config::KubernetesRegistry options;
  options.url = "ftp://h";
  const auto made = make_kubernetes_backend("kube", options, io.get_executor(), system_clock());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "registry kube: server ftp://h: takes an https:// or http:// URL");
}

}  // namespace
}  // namespace signpost::kubernetes
