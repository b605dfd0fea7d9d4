#include "dns/admin/admin.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dns/admin/admin_client.h"
#include "dns/base/log.h"
#include "tests/dns/admin/exposition_parser.h"
#include "tests/dns/admin/raw_http.h"

namespace signpost::admin {
namespace {

using Json = nlohmann::json;

/// A dump of little.
class OneLine final : public LongBody {
 public:
  std::size_t read(std::span<char> room) override {
    constexpr std::string_view kLine = "demo.internal. 5 IN SOA ...\n";
    return std::exchange(told_, true) ? 0 : kLine.copy(room.data(), room.size());
  }

 private:
  bool told_ = false;
};

/// A whole admin room over sources that answer at once, or never, as the test wants.
struct House {
  House() {
    status.registries.push_back({});
    status.registries[0].name = "cluster";
    status.registries[0].required = true;
    Sources sources;
    sources.builder = [this](auto reply) {
      if (builder_answers) reply(status);
    };
    sources.program = [this] { return program; };
    sources.dns = [] { return CounterTotals{}; };
    sources.explain = [](const Name& name, RRType type, const auto&, auto reply) {
      Explanation explanation;
      explanation.question = name.to_string() + " " + std::to_string(static_cast<int>(type));
      if (name.to_string() == "alias.internal.")
        explanation.records = {"alias.internal. 5 IN CNAME refused.internal.",
                               "refused.internal. 5 IN A 10.0.0.1"};
      reply([explanation] { return explanation; });
    };
    sources.admit = [] {
      return [](const Name& name, const IpAddress&) {
        const auto text = name.to_string();
        return text.starts_with("refused")   ? Admission::Refuse
               : text.starts_with("dropped") ? Admission::Drop
                                             : Admission::Allow;
      };
    };
    sources.dump = [](const std::string& zone) {
      return [zone]() -> Result<std::shared_ptr<LongBody>> {
        if (zone != "demo.internal") return Error{"no zone " + zone + "; known here: demo.internal"};
        return std::shared_ptr<LongBody>(std::make_shared<OneLine>());
      };
    };
    sources.reload = [this](auto reply) { reply(outcome); };
    sources.release = [](const std::string& registry, const std::string& service, auto reply) {
      ReleaseOutcome released;
      if (registry == "nope") released.error = "there is no registry nope; there are: cluster";
      if (registry.empty() || registry == "cluster") released.released = {"cluster/" + service};
      reply(released);
    };
    sources.drain = [](const DrainOrder& order, auto reply) {
      DrainOutcome drained;
      drained.service = order.registry + "/" + order.service;
      drained.instances = {order.instance};
      drained.drained = order.begin;
      if (order.length) drained.seconds = order.length->count();
      if (order.instance == "nope")
        drained.error = drained.service + " has no instance nope; there are: a, b";
      reply(drained);
    };
    sources.watch_names = [this](bool on) { names_watched = on; };
    sources.busy_names = [] {
      return std::vector<BusyName>{{*Name::parse("cart.demo.internal"), RRType::A, 7}};
    };
    sources.ask_workers = [] {};
    sources.oldest_sign = [this] { return worker_answers ? system_clock().now() : Monotonic(); };
    admin = std::make_unique<Admin>(std::move(sources), system_clock());
    const SocketAddress any{IpAddress::v4({127, 0, 0, 1}), 0};
    for (const auto door : {Door::Health, Door::Ready, Door::Metrics}) {
      auto opened = admin->listen(door, any);
      EXPECT_TRUE(opened);
      addresses[opened->kind] = opened->address;
    }
    socket_path = directory.path() + "/admin.sock";
    const auto opened = admin->listen_admin(socket_path);
    EXPECT_TRUE(opened);
    EXPECT_EQ(opened->address, "unix:" + socket_path);
    admin->start();
  }
  ~House() { admin->stop(); }

  std::string get(const std::string& door, const std::string& path) {
    auto client = RawHttp::tcp(addresses[door]);
    client.send_get(path);
    return client.response();
  }
  AdminReply asked(const std::string& method, const std::string& target) {
    const auto reply = ask(socket_path, method, target);
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? *reply : AdminReply{};
  }

  TemporaryDirectory directory;
  std::string socket_path;
  std::map<std::string, std::string> addresses;
  BuilderStatus status;
  ProgramReport program;
  ReloadOutcome outcome;
  std::atomic<bool> builder_answers{true};
  std::atomic<bool> worker_answers{true};
  std::atomic<bool> names_watched{false};
  std::unique_ptr<Admin> admin;
};

TEST(Admin, TopCountsNamesWhileSomebodyAsks) {
  House house;
  EXPECT_FALSE(house.names_watched);
  const auto reply = house.asked("GET", "/top?format=text");
  EXPECT_EQ(reply.status, 200u);
  EXPECT_NE(reply.body.find("cart.demo.internal."), std::string::npos);
  EXPECT_TRUE(house.names_watched);
  EXPECT_EQ(house.asked("GET", "/top").body[0], '{');
}

TEST(Admin, AStatusIsWholeHoweverLong) {
  House house;
  for (const std::size_t zones : {1u, 2000u}) {  // the long one comes from another thread
    house.status.zones.assign(zones, {});
    const auto reply = house.asked("GET", "/status");
    EXPECT_EQ(reply.status, 200u);
    EXPECT_EQ(Json::parse(reply.body)["zones"].size(), zones);
  }
}

TEST(Admin, LogLevelIsChangedByPostAlone) {
  House house;
  const auto before = log::level();
  EXPECT_EQ(house.asked("POST", "/log-level?level=error").status, 200u);
  EXPECT_EQ(log::level(), log::Level::Error);
  EXPECT_EQ(house.asked("POST", "/log-level?level=loud").status, 400u);
  EXPECT_EQ(house.asked("GET", "/log-level?level=debug").status, 405u);
  EXPECT_EQ(log::level(), log::Level::Error);
  log::set_level(before);
}

TEST(Admin, HealthDoesNotDependOnRegistriesOrBuilder) {
  House house;
  house.builder_answers = false;
  EXPECT_EQ(status_of(house.get("health", "/health")), 200);
  house.worker_answers = false;
  const auto response = house.get("health", "/health");
  EXPECT_EQ(status_of(response), 503);
  EXPECT_EQ(body_of(response), "a worker did not answer a query of its own within 2 s\n");
}

TEST(Admin, ReadyFollowsTheRequiredRegistriesOnce) {
  House house;
  EXPECT_EQ(status_of(house.get("ready", "/ready")), 503);
  house.admin->readiness().listening();
  EXPECT_EQ(body_of(house.get("ready", "/ready")), "registry cluster: not listed completely yet\n");
  house.status.registries[0].synced = true;
  EXPECT_EQ(status_of(house.get("ready", "/ready")), 200);
  house.status.registries[0].synced = false;
  house.builder_answers = false;
  EXPECT_EQ(status_of(house.get("ready", "/ready")), 200);
  house.admin->readiness().stopping();
  EXPECT_EQ(status_of(house.get("ready", "/ready")), 503);
}

TEST(Admin, MetricsComeEvenWhenTheBuilderIsStuck) {
  House house;
  auto page = parse_exposition(body_of(house.get("metrics", "/metrics")));
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->value("signpost_builder_answered"), 1);
  house.builder_answers = false;
  page = parse_exposition(body_of(house.get("metrics", "/metrics")));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->value("signpost_builder_answered"), 0);
  EXPECT_EQ(page->count("signpost_registry_connected"), 1u);  // as it said before
}

TEST(Admin, DoorsDoNotServeEachOthersPaths) {
  House house;
  for (const auto* door : {"health", "ready", "metrics"}) {
    EXPECT_EQ(status_of(house.get(door, "/status")), 404) << door;
    EXPECT_EQ(status_of(house.get(door, "/explain?name=a")), 404) << door;
  }
  EXPECT_EQ(status_of(house.get("health", "/ready")), 404);
}

TEST(Admin, StatusAsJsonAndText) {
  House house;
  const auto json = house.asked("GET", "/status");
  EXPECT_EQ(json.status, 200u);
  EXPECT_EQ(Json::parse(json.body)["registries"][0]["name"], "cluster");
  EXPECT_NE(house.asked("GET", "/status?format=text").body.find("cluster (required)"), std::string::npos);
}

TEST(Admin, ExplainChecksItsParameters) {
  House house;
  EXPECT_EQ(house.asked("GET", "/explain").status, 400u);
  EXPECT_EQ(house.asked("GET", "/explain?name=a..b").status, 400u);
  EXPECT_EQ(house.asked("GET", "/explain?name=a&type=NOPE").status, 400u);
  EXPECT_EQ(house.asked("GET", "/explain?name=a&client=here").status, 400u);
  const auto json = Json::parse(
      house.asked("GET", "/explain?name=cart.demo.internal&type=srv&client=10.0.0.1&format=json").body);
  EXPECT_EQ(json["question"], "cart.demo.internal. 33");
  EXPECT_EQ(json["notes"].size(), 1u);
  const auto question = [&](const std::string& of) {
    return std::string(Json::parse(house.asked("GET", "/explain?format=json&name=" + of).body)["question"]);
  };
  EXPECT_EQ(question("cart.demo.internal"), "cart.demo.internal. 1");
  EXPECT_EQ(question("10.0.0.1"), "1.0.0.10.in-addr.arpa. 12");
  EXPECT_EQ(question("10.0.0.1&type=TXT"), "1.0.0.10.in-addr.arpa. 16");
  EXPECT_TRUE(question("fd00::1").ends_with(".0.0.d.f.ip6.arpa. 12"));
}

TEST(Admin, ExplainSaysWhatAccessMakesOfTheClient) {
  House house;
  const auto note = [&](const std::string& name) {
    return std::string(Json::parse(
        house.asked("GET", "/explain?format=json&client=192.0.2.1&name=" + name).body)["notes"][0]);
  };
  EXPECT_EQ(note("open.internal"), "192.0.2.1 may ask, and is answered as everybody is");
  EXPECT_EQ(note("refused.internal"),
            "192.0.2.1 gets REFUSED (EDE 18) in its place: `access` keeps it from refused.internal.");
  EXPECT_EQ(note("dropped.internal"),
            "192.0.2.1 gets no answer at all: `access` drops what it asks about dropped.internal.");
  EXPECT_EQ(note("alias.internal"),
            "192.0.2.1 gets REFUSED (EDE 18) in its place: `access` keeps it from refused.internal.");
}

TEST(Admin, DumpSaysWhichZonesThereAre) {
  House house;
  EXPECT_EQ(house.asked("GET", "/dump?zone=demo.internal").body, "demo.internal. 5 IN SOA ...\n");
  const auto wrong = house.asked("GET", "/dump?zone=nope");
  EXPECT_EQ(wrong.status, 404u);
  EXPECT_EQ(wrong.body, "no zone nope; known here: demo.internal\n");
  EXPECT_EQ(house.asked("GET", "/dump").status, 400u);
}

TEST(Admin, ReloadIsAPostAndTellsTheOutcome) {
  House house;
  EXPECT_EQ(house.asked("GET", "/reload").status, 405u);
  house.outcome = {false, {"signpost.yaml:1:1: no"}, {}};
  const auto refused = house.asked("POST", "/reload");
  EXPECT_EQ(refused.status, 422u);
  EXPECT_EQ(Json::parse(refused.body)["errors"][0], "signpost.yaml:1:1: no");
  house.outcome = {true, {}, {}};
  EXPECT_EQ(house.asked("POST", "/reload").status, 200u);
}

TEST(Admin, ReleaseIsAPostAndNamesWhatIsThere) {
  House house;
  EXPECT_EQ(house.asked("GET", "/release").status, 405u);
  EXPECT_EQ(house.asked("POST", "/release?service=shop/cart").status, 400u);
  const auto done = house.asked("POST", "/release?registry=cluster&service=shop%2Fcart");
  EXPECT_EQ(done.status, 200u);
  EXPECT_EQ(Json::parse(done.body)["released"][0], "cluster/shop/cart");
  EXPECT_EQ(house.asked("POST", "/release?format=text").body, "released 1 service\n  cluster/\n");
  EXPECT_EQ(house.asked("POST", "/release?registry=idle&format=text").body, "nothing was held\n");
  const auto wrong = house.asked("POST", "/release?registry=nope&format=text");
  EXPECT_EQ(wrong.status, 404u);
  EXPECT_EQ(wrong.body, "there is no registry nope; there are: cluster\n");
}

TEST(Admin, DrainIsAPostWithThreeNamesAndATime) {
  House house;
  EXPECT_EQ(house.asked("GET", "/drain").status, 405u);
  const std::string well = "registry=cluster&service=shop%2Fcart&instance=a";
  for (const auto* bad : {"", "registry=cluster&service=shop%2Fcart", "registry=cluster&instance=a",
                          "service=shop%2Fcart&instance=a"})
    EXPECT_EQ(house.asked("POST", "/drain?" + std::string(bad)).status, 400u) << bad;
  for (const auto* bad : {"0", "-1", "10m", "1e3", "99999999999999999999"})
    EXPECT_EQ(house.asked("POST", "/drain?" + well + "&for=" + bad).status, 400u) << bad;
  const auto done = house.asked("POST", "/drain?" + well + "&for=600");
  EXPECT_EQ(done.status, 200u);
  EXPECT_EQ(Json::parse(done.body)["seconds"], 600);
  EXPECT_EQ(Json::parse(done.body)["instances"][0], "a");
  EXPECT_EQ(house.asked("POST", "/drain?format=text&" + well).body, "cluster/shop/cart a: drained\n");
  EXPECT_EQ(house.asked("POST", "/undrain?format=text&" + well).body, "cluster/shop/cart a: answers again\n");
  const auto wrong = house.asked("POST", "/drain?format=text&registry=c&service=s&instance=nope");
  EXPECT_EQ(wrong.status, 404u);
  EXPECT_EQ(wrong.body, "c/s has no instance nope; there are: a, b\n");
}

TEST(AdminClient, SaysWhichSocketAndWhy) {
  const auto nobody = ask("/nonexistent/admin.sock", "GET", "/status");
  ASSERT_FALSE(nobody);
  EXPECT_NE(nobody.error().message.find("unix:/nonexistent/admin.sock"), std::string::npos);
  EXPECT_NE(nobody.error().message.find("is signpost running"), std::string::npos);
  EXPECT_FALSE(ask("/" + std::string(200, 'x'), "GET", "/status"));
}

}  // namespace
}  // namespace signpost::admin
