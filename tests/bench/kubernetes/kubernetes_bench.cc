// What a cluster's objects weigh, and what listing them again costs: kubernetes_bench [services] [endpoints
// each]
//
// Feeds lists as the apiserver writes them, in chunks as they come off a socket, through splitter, decoder
// and Cluster into a sink that drops everything. Prints resident octets over the empty program, and during
// ten lists of the same world: the peak, the longest step, the CPU time of all.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

#include <malloc.h>
#include <unistd.h>

#include "backends/kubernetes/cluster.h"
#include "backends/kubernetes/decode.h"
#include "backends/kubernetes/splitters.h"

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kChunk = 16384;
constexpr std::size_t kStepWork = 1500;  // as the backend does
constexpr unsigned kPage = 500;

std::size_t resident_octets() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Of this thread: what others do on the machine is not counted.
double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class DroppingSink final : public RegistrySink {
 public:
  void begin_list(Epoch) override {}
  void upsert(ServiceState state, Revision) override { instances += state.instances.size(); }
  void mention(const ServiceKey&) override { ++mentions; }
  void erase(const ServiceKey&, Revision) override {}
  void end_list(Epoch, Complete) override {}
  void caught_up(Revision) override {}
  void lost_contact(std::string_view) override {}
  std::size_t instances = 0;
  std::size_t mentions = 0;
};

std::string metadata(const std::string& name, unsigned revision, const std::string& more = {}) {
  return R"("metadata":{"name":")" + name +
         R"(","namespace":"shop","uid":"0d5f8a52-2f5c-4f0e-9a43-3a3c5a1f2b1c","resourceVersion":")" +
         std::to_string(revision) + R"(","creationTimestamp":"2026-11-21T09:00:00Z")" + more + "}";
}

std::string service(unsigned number) {
  return "{" + metadata("service-" + std::to_string(number), 1) +
         R"(,"spec":{"ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":8080}],"clusterIP":"None",)"
         R"("clusterIPs":["None"],"type":"ClusterIP","sessionAffinity":"None","ipFamilies":["IPv4"],)"
         R"("ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{}}})";
}

/// Pods of a Deployment over 500 nodes in three zones.
std::string slice(unsigned number, unsigned endpoints) {
  const auto name = "service-" + std::to_string(number);
  std::string text =
      "{" +
      metadata(name + "-x7k2p", 2,
               R"(,"generateName":")" + name + R"(-","labels":{"kubernetes.io/service-name":")" + name +
                   R"(","endpointslice.kubernetes.io/managed-by":)"
                   R"("endpointslice-controller.k8s.io"})") +
      R"(,"addressType":"IPv4","endpoints":[)";
  for (unsigned i = 0; i < endpoints; ++i) {
    const auto host = number * endpoints + i;
    const auto octet = [&](unsigned shift) { return std::to_string(host >> shift & 255); };
    if (i > 0) text += ",";
    text += R"({"addresses":["10.)" + octet(16) + "." + octet(8) + "." + octet(0) +
            R"("],"conditions":{"ready":true,"serving":true,"terminating":false},"targetRef":{"kind":"Pod",)"
            R"("namespace":"shop","name":")" +
            name + "-6d4cf56db6-" + std::to_string(10000 + i) +
            R"(","uid":"aa5f8a52-2f5c-4f0e-9a43-3a3c5a1f2b1c"},"nodeName":"node-)" +
            std::to_string(host % 500) + R"(","zone":"zone-)" + std::to_string(host % 500 % 3) + R"("})";
  }
  return text + R"(],"ports":[{"name":"http","port":8080,"protocol":"TCP"}]})";
}

class Bench {
 public:
  Bench(unsigned services, unsigned endpoints) : services_(services), endpoints_(endpoints) {}

  void list_all() {
    list(Resource::Services, services_decoder_, [](unsigned i) { return service(i); });
    list(Resource::Endpoints, slices_decoder_, [this](unsigned i) { return slice(i, endpoints_); });
  }
  std::size_t peak() const { return peak_; }
  void reset_peak() { peak_ = 0; }
  double longest_ms() const { return longest_ms_; }
  double busy_ms() const { return busy_ms_; }
  const DroppingSink& sink() const { return sink_; }
  std::size_t words() { return cluster_.words().size(); }

 private:
  template <class Make>
  void list(Resource resource, const Decoder& decoder, Make make) {
    cluster_.begin_list(resource);
    for (unsigned first = 0; first < services_; first += kPage) {
      ListSplitter splitter([&](auto piece, auto json) {
        if (piece == ListSplitter::Piece::Item) cluster_.listed(resource, *decoder.item(json));
      });
      feed(splitter, R"({"kind":"List","metadata":{"resourceVersion":"10"},"items":[)");
      for (unsigned i = first; i < std::min(services_, first + kPage); ++i) {
        feed(splitter, (i == first ? "" : ",") + make(i));
      }
      feed(splitter, "]}");
      peak_ = std::max(peak_, resident_octets());
    }
    cluster_.end_list(resource);
    bool more = true;
    do timed([&] { more = cluster_.step(sink_, kStepWork); });
    while (more);
    peak_ = std::max(peak_, resident_octets());
  }

  void feed(ListSplitter& splitter, std::string_view text) {
    for (; !text.empty(); text.remove_prefix(std::min(kChunk, text.size()))) {
      timed([&] {
        if (!splitter.feed(text.substr(0, kChunk))) std::abort();
      });
    }
  }

  template <class Work>
  void timed(Work work) {
    const auto began = cpu_ms();
    work();
    const auto took = cpu_ms() - began;
    longest_ms_ = std::max(longest_ms_, took);
    busy_ms_ += took;
  }

  unsigned services_;
  unsigned endpoints_;
  follow::Counts counts_;
  DroppingSink sink_;
  Cluster cluster_{"bench"};
  Decoder services_decoder_{Kind::Service, cluster_.words(), counts_};
  Decoder slices_decoder_{Kind::EndpointSlice, cluster_.words(), counts_};
  std::size_t peak_ = 0;
  double longest_ms_ = 0;
  double busy_ms_ = 0;
};

int run(unsigned services, unsigned endpoints) {
  const auto empty = resident_octets();
  Bench bench(services, endpoints);
  bench.list_all();
  const auto untrimmed = resident_octets();
  const auto began = cpu_ms();
  malloc_trim(0);
  std::printf("malloc_trim after the first lists: %.2f ms, gave back %.1f MB\n", cpu_ms() - began,
              static_cast<double>(untrimmed - resident_octets()) / 1e6);
  const auto full = resident_octets();
  const auto all = static_cast<double>(services) * endpoints;
  std::printf("%u services of %u endpoints, %zu words\n", services, endpoints, bench.words());
  std::printf(
      "resident over empty: %.1f octets an endpoint (%.2f MB); first lists %.0f ms, longest step %.2f ms\n",
      static_cast<double>(full - empty) / all, static_cast<double>(full - empty) / 1e6, bench.busy_ms(),
      bench.longest_ms());
  bench.reset_peak();
  const auto before = bench.busy_ms();
  for (int round = 0; round < 10; ++round) bench.list_all();
  std::printf("ten re-lists: peak %.3f x steady, %.0f ms each, longest step %.2f ms\n",
              static_cast<double>(bench.peak()) / static_cast<double>(full), (bench.busy_ms() - before) / 10,
              bench.longest_ms());
  malloc_trim(0);
  std::printf("after them: %.1f octets an endpoint; told %zu instances, mentioned %zu services\n",
              static_cast<double>(resident_octets() - empty) / all, bench.sink().instances,
              bench.sink().mentions);
  return 0;
}

}  // namespace
}  // namespace signpost::kubernetes

int main(int argc, char** argv) {
  const auto number = [&](int at, unsigned fallback) {
    return argc > at ? static_cast<unsigned>(std::atoi(argv[at])) : fallback;
  };
  return signpost::kubernetes::run(number(1, 5000), number(2, 20));
}
