// Properties over many seeds: whatever a server does for a while, afterwards we know exactly what it knows.
#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "tests/backends/nacos/meaning_support.h"
#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

constexpr std::uint64_t kSeeds = 150;

ServiceName some_service(Random& random) { return {"DEFAULT_GROUP", "s" + std::to_string(random.below(12))}; }

std::string some_hosts(Random& random) {
  std::string text = "[";
  for (auto left = random.below(4); left > 0; --left) {
    text += host("10.0.0." + std::to_string(1 + left), 80) + (left > 1 ? "," : "");
  }
  return text + "]";
}

/// What the server holds, as a sink that has seen all of it would know it.
std::map<std::string, std::string> truth(const Desk& desk) {
  std::map<std::string, std::string> world;
  for (const auto& [service, text] : desk.hosts) {
    auto line = service.group + "/" + service.name;
    follow::Counts counts;
    const auto info = read_subscribed(
        {"SubscribeServiceResponse", R"({"serviceInfo":)" + desk.service_info(service, text, 1) + "}", {}});
    std::vector<std::string> hosts;
    for (const auto& each : info->hosts) hosts.push_back(" " + each.ip + ":" + std::to_string(each.port));
    std::sort(hosts.begin(), hosts.end());
    for (const auto& each : hosts) line += each;
    world[service.group + "/" + service.name] = line;
  }
  return world;
}

void change_something(Desk& desk, Random& random) {
  const auto service = some_service(random);
  ++desk.ref_time;
  if (random.below(4) == 0) {
    desk.hosts.erase(service);
    return;
  }
  desk.hosts[service] = some_hosts(random);
  if (desk.connected) desk.push(service, desk.hosts[service], desk.ref_time);
}

void hurt(Desk& desk, Random& random) {
  switch (random.below(9)) {
    case 0:
      return desk.break_connection();
    case 1:
      desk.reachable = random.below(2) == 0;
      return;
    case 2:
      desk.answers = random.below(2) == 0;
      return;
    case 3:
      desk.acknowledges = random.below(2) == 0;
      return;
    case 4:
      desk.negotiates = random.below(2) == 0;
      return;
    case 5:
      desk.say("ConnectResetRequest",
               random.below(2) == 0 ? "{}" : R"({"serverIp":"10.1.1.1","serverPort":1})");
      return;
    case 6: {
      const int codes[] = {300, 301, 302, 403, 500, 503, -401, 50310};
      const auto code = codes[random.below(8)];
      auto left = std::make_shared<std::uint64_t>(random.below(20));
      desk.instead = [code, left](const Payload&) {
        if (*left == 0) return std::string();
        --*left;
        return R"({"resultCode":500,"success":false,"errorCode":)" + std::to_string(code) + "}";
      };
      return;
    }
    case 7:
      desk.ref_time -= 1000;
      return desk.break_connection();  // a server whose clock is behind
    default:
      desk.fuzzy_watch = random.below(2) == 0;
      return;
  }
}

void heal(Desk& desk) {
  desk.reachable = desk.answers = desk.acknowledges = true;
  desk.instead = nullptr;
}

TEST(NacosRobustness, AfterAnyTroubleWeKnowWhatTheServerKnows) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 1 + random.below(3)), seed);
    desk.start();
    for (int i = 0; i < 200; ++i) {
      if (random.below(3) == 0) hurt(desk, random);
      if (random.below(2) == 0) change_something(desk, random);
      desk.pass(std::chrono::milliseconds(random.below(4000)));
    }
    heal(desk);
    desk.pass(150s);
    EXPECT_EQ(desk.session.state(), Session::State::Ready);
    EXPECT_EQ(desk.world, truth(desk));
    if (HasFailure()) return;
  }
}

/// Octets turned, cut and doubled.
std::string damaged(std::string octets, Random& random) {
  for (auto left = 1 + random.below(6); left > 0 && !octets.empty(); --left) {
    const auto at = random.below(octets.size());
    switch (random.below(3)) {
      case 0:
        octets[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        octets.erase(at, 1 + random.below(8));
        break;
      default:
        octets.insert(at, octets.substr(random.below(octets.size()), random.below(16)));
    }
  }
  return octets;
}

TEST(NacosRobustness, DamagedOctetsNeverBreakUs_A17) {
  const std::string info =
      R"({"name":"s1","groupName":"DEFAULT_GROUP","lastRefTime":1,"hosts":[{"ip":"10.0.0.1","port":80,)"
      R"("weight":1.5,"metadata":{"a":"b"}}]})";
  const Payload kinds[] = {
      {"NotifySubscriberRequest", R"({"requestId":"1","serviceInfo":)" + info + "}", {}},
      {"NamingFuzzyWatchSyncRequest",
       R"({"contexts":[{"serviceKey":"public@@g@@s","changedType":"ADD_SERVICE"}]})",
       {}},
      {"NamingFuzzyWatchChangeNotifyRequest",
       R"({"serviceKey":"public@@g@@s","changedType":"DELETE_SERVICE"})",
       {}},
      {"ConnectResetRequest", R"({"serverIp":"10.0.0.9","serverPort":"8848"})", {}},
      {"SubscribeServiceResponse", R"({"resultCode":200,"serviceInfo":)" + info + "}", {{"k", "v"}}},
      {"ServiceListResponse", R"({"resultCode":200,"count":2,"serviceNames":["s1","s2"]})", {}}};
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Desk desk;
    desk.hosts[{"DEFAULT_GROUP", "s1"}] = "[" + host("10.0.0.1", 80) + "]";
    desk.start();
    for (int i = 0; i < 100; ++i) {
      auto octets = damaged(encode(kinds[random.below(std::size(kinds))]), random);
      if (random.below(2) == 0) {
        desk.feed(event::Received{std::move(octets)});
      } else {
        desk.feed(event::Reply{1 + random.below(desk.sent.size() + 2), std::move(octets)});
      }
      desk.pass(std::chrono::milliseconds(random.below(500)));
    }
    desk.pass(150s);
    EXPECT_EQ(desk.session.state(), Session::State::Ready);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace signpost::nacos::test
