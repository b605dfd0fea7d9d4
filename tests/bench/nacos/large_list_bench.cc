// What one very long instance list costs the strand: large_list_bench [megabytes] [times]
//
// A service whose list is so long comes as the answer to a subscription and as a push. Prints the CPU time of
// the parts of the step that reads it, the longest over all times: nothing else runs on the strand meanwhile.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "backends/nacos/meaning.h"
#include "backends/nacos/messages.h"

namespace signpost::nacos {
namespace {

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// As the Java server writes them (facts: Nacos 3.2), with the metadata of a Spring service.
std::string hosts_of(std::size_t octets) {
  std::string hosts;
  for (std::size_t i = 0; hosts.size() < octets; ++i) {
    const auto ip = "10." + std::to_string(i / 65536 % 256) + "." + std::to_string(i / 256 % 256) + "." +
                    std::to_string(i % 256);
    hosts +=
        std::string(i == 0 ? "" : ",") + R"({"instanceId":")" + ip +
        R"(#8080#DEFAULT#DEFAULT_GROUP@@cart","ip":")" + ip +
        R"(","port":8080,"weight":1.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":"DEFAULT",)" +
        R"("serviceName":"DEFAULT_GROUP@@cart","metadata":{"preserved.register.source":"SPRING_CLOUD","version":)" +
        R"("v1","zone":"a"},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,)" +
        R"("ipDeleteTimeout":30000,"instanceIdGenerator":"simple"})";
  }
  return hosts;
}

struct Longest {
  const char* what;
  double ms = 0;
};

template <class Work>
auto timed(Longest& longest, Work work) {
  const auto before = cpu_ms();
  auto result = work();
  longest.ms = std::max(longest.ms, cpu_ms() - before);
  return result;
}

int run(std::size_t megabytes, int times) {
  const auto info = R"({"name":"cart","groupName":"DEFAULT_GROUP","cacheMillis":10000,"hosts":[)" +
                    hosts_of(megabytes << 20U) + R"(],"lastRefTime":1,"reachProtectionThreshold":false})";
  const auto octets = encode({"SubscribeServiceResponse",
                              R"({"resultCode":200,"errorCode":0,"success":true,"serviceInfo":)" + info + "}",
                              {}});
  const auto pushed =
      encode({"NotifySubscriberRequest", R"({"requestId":"1","serviceInfo":)" + info + "}", {}});
  Longest envelope{"the envelope"}, answer{"the JSON of an answer"}, push{"the JSON of a push"},
      meaning{"the meaning"};
  follow::Counts counts;
  std::size_t instances = 0;
  for (int i = 0; i < times; ++i) {
    const auto payload = timed(envelope, [&] { return decode_payload(octets); });
    if (!payload) return 1;
    Result<ServiceInfo> service = Error{};
    const auto head = timed(answer, [&] { return read_service_answer(*payload, service); });
    if (!head || !head->ok || !service) return 1;
    const auto on_stream = decode_payload(pushed);
    const auto request = timed(push, [&] { return read_server_request(*on_stream); });
    if (!request) return 1;
    Meaning reader({}, counts);
    const auto state = timed(meaning, [&] {
      return reader.state_of({"nacos", "public", "DEFAULT_GROUP", "cart"}, *service);
    });
    instances = state.instances.size();
  }
  std::printf("%zu octets, %zu instances; the longest of %d times:\n", octets.size(), instances, times);
  for (const auto& one : {envelope, answer, push, meaning})
    std::printf("%-24s %8.2f ms CPU\n", one.what, one.ms);
  return 0;
}

}  // namespace
}  // namespace signpost::nacos

int main(int argc, char** argv) {
  const auto number = [&](int i, std::size_t fallback) {
    return argc > i ? static_cast<std::size_t>(std::strtoul(argv[i], nullptr, 10)) : fallback;
  };
  return signpost::nacos::run(number(1, 5), static_cast<int>(number(2, 10)));
}
