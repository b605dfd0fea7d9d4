// What a large namespace costs the session: nacos_bench [services] [instances each]
//
// A server of prepared answers on virtual time: nothing is measured but Session::input(). Prints how much
// virtual time the subscribe storm takes, the CPU time of it, the memory the session keeps for a service, the
// longest single step, and the CPU time of a minute in which nothing happens but lists and health checks.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <string>

#include <malloc.h>

#include "backends/nacos/session.h"

namespace signpost::nacos {
namespace {

using namespace std::chrono_literals;

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::size_t heap_octets() {
  malloc_trim(0);
  return mallinfo2().uordblks + mallinfo2().hblkhd;
}

std::string name_of(std::size_t i) { return "com.acme.shop.service-" + std::to_string(i); }

class Bench {
 public:
  Bench(std::size_t services, std::size_t instances)
      : services_(services),
        session_({"nacos", "public", {"DEFAULT_GROUP"}, {{"n", 8848}}}, Random(1), counts_) {
    for (std::size_t i = 0; i < instances; ++i) {
      hosts_ +=
          std::string(i == 0 ? "" : ",") + R"({"instanceId":"10.0.0.)" + std::to_string(i) +
          R"(#8080#DEFAULT#DEFAULT_GROUP@@service","ip":"10.0.0.)" + std::to_string(i + 1) +
          R"(","port":8080,"weight":1.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":)" +
          R"("DEFAULT","metadata":{"version":"v1","zone":"a"}})";
    }
    std::string names;
    for (std::size_t i = 0; i < services; ++i) names += (i == 0 ? "\"" : ",\"") + name_of(i) + "\"";
    list_ = encode({"ServiceListResponse",
                    R"({"resultCode":200,"errorCode":0,"success":true,"count":)" + std::to_string(services) +
                        R"(,"serviceNames":[)" + names + "]}",
                    {}});
  }

  void feed(Event first) {
    std::deque<Event> events;
    events.push_back(std::move(first));
    while (!events.empty()) {
      Actions actions;
      const auto octets = octets_of(events.front());
      const auto before = cpu_ms();
      session_.input(std::move(events.front()), now_, actions);
      const auto took = cpu_ms() - before;
      events.pop_front();
      total_ms_ += took;
      over_2_ms_ += took > 2 ? 1 : 0;
      if (took > longest_ms_) longest_ms_ = took, longest_octets_ = octets;
      for (auto& action : actions) answer(action, events);
    }
  }
  void pass(Duration duration) {
    const auto end = now_ + duration;
    while (session_.deadline() <= end) {
      now_ = std::max(now_, session_.deadline());
      feed(event::Tick{});
    }
    now_ = end;
  }
  /// What an event brings along: the lists are the large ones.
  static std::size_t octets_of(const Event& event) {
    const auto* reply = std::get_if<event::Reply>(&event);
    return reply == nullptr ? 0 : reply->octets.size();
  }
  void phase(const char* what) {
    std::printf("%-34s %8.1f ms CPU, longest step %5.2f ms (of %zu octets), %d over 2 ms\n", what, total_ms_,
                longest_ms_, longest_octets_, over_2_ms_);
    total_ms_ = longest_ms_ = 0;
    over_2_ms_ = 0;
  }

  int run() {
    const auto empty = heap_octets();
    feed(event::Start{});
    phase("connect and first list");
    while (read_ < services_ && now_ < Monotonic{1h}) pass(100ms);
    std::printf("all %zu services read after %.1f s of virtual time\n", services_,
                std::chrono::duration<double>(now_.time_since_epoch()).count());
    phase("subscribe storm");
    pass(10s);
    phase("10 s after it");
    std::printf("memory %.0f octets a service\n",
                static_cast<double>(heap_octets() - empty) / static_cast<double>(services_));
    pass(60s);
    phase("60 s of lists and health checks");
    feed(event::Disconnected{"cut"});
    pass(60s);
    phase("a reconnect");
    return read_ >= 2 * services_ ? 0 : 1;
  }

 private:
  void answer(Action& action, std::deque<Event>& events) {
    if (std::holds_alternative<action::Connect>(action)) events.emplace_back(event::Connected{});
    if (auto* upsert = std::get_if<action::Upsert>(&action)) read_ += upsert->state.pending ? 0 : 1;
    const auto* request = std::get_if<action::Request>(&action);
    if (request == nullptr) return;
    const auto payload = decode_payload(request->octets);
    const std::string head = R"({"resultCode":200,"errorCode":0,"success":true)";
    auto octets = payload->type == "ServiceListRequest" ? list_ : encode({"Response", head + "}", {}});
    if (payload->type == "SubscribeServiceRequest" || payload->type == "ServiceQueryRequest") {
      const auto at = payload->body.find(R"("serviceName":")") + 15;
      const auto name = payload->body.substr(at, payload->body.find('"', at) - at);
      octets = encode({"SubscribeServiceResponse",
                       head + R"(,"serviceInfo":{"name":")" + name +
                           R"(","groupName":"DEFAULT_GROUP","lastRefTime":1,"hosts":[)" + hosts_ + "]}}",
                       {}});
    }
    events.emplace_back(event::Reply{request->id, std::move(octets)});
  }

  std::size_t services_;
  std::size_t read_ = 0;
  std::string hosts_;
  std::string list_;
  follow::Counts counts_;
  Session session_;
  Monotonic now_{};
  double total_ms_ = 0;
  double longest_ms_ = 0;
  std::size_t longest_octets_ = 0;
  int over_2_ms_ = 0;
};

}  // namespace
}  // namespace signpost::nacos

int main(int argc, char** argv) {
  const auto number = [&](int i, std::size_t fallback) {
    return argc > i ? static_cast<std::size_t>(std::strtoul(argv[i], nullptr, 10)) : fallback;
  };
  return signpost::nacos::Bench(number(1, 20000), number(2, 5)).run();
}
