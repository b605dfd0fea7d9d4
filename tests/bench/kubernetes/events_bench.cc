// From an apiserver's event to Signpost's answer: kubernetes_events_bench SIGNPOST [services] [endpoints
// each] [changes a second] [seconds]
//
// A fake apiserver with that many EndpointSlices, and the real program in front of it. Then, at an even rate,
// one address after the other changes; each change is asked for over UDP until it answers. A latency counts
// from the moment the event is handed to the socket until the first right response has been received, so it
// includes both programs' system calls and one query.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fake_apiserver/fake_apiserver.h"

extern char** environ;

namespace signpost {
namespace {

using Time = std::chrono::steady_clock::time_point;
using namespace std::chrono_literals;

const std::string kServices = "/api/v1/services";
const std::string kSlices = "/apis/discovery.k8s.io/v1/endpointslices";

struct Plan {
  unsigned services = 5000;
  unsigned endpoints = 20;
  unsigned rate = 1000;
  unsigned seconds = 20;
};

struct Change {
  unsigned service = 0;
  std::uint32_t address = 0;  // host order; in 172.0.0.0/8, never used twice
  Time due;
};

std::string text_of(std::uint32_t address) {
  return std::to_string(address >> 24) + "." + std::to_string(address >> 16 & 255) + "." +
         std::to_string(address >> 8 & 255) + "." + std::to_string(address & 255);
}

/// The apiserver on its own thread: the changes fall due there.
class Apiserver {
 public:
  explicit Apiserver(Plan plan) : plan_(plan), api_(io_.get_executor()), timer_(io_) {
    api_.store.serve("/api/v1/namespaces");
    api_.store.put("/api/v1/namespaces", "", "shop", "");
    for (unsigned i = 0; i < plan_.services; ++i) {
      api_.store.put(kServices, "shop", "s" + std::to_string(i),
                     R"("spec":{"clusterIP":"None","clusterIPs":["None"]})");
      put_slice(i, 0);
    }
    thread_ = std::thread([this] {
      const auto work = boost::asio::make_work_guard(io_);
      io_.run();
    });
  }
  ~Apiserver() {
    io_.stop();
    thread_.join();
  }

  std::string url() const { return api_.url(); }
  void start() {
    boost::asio::post(io_, [this] {
      begun_ = std::chrono::steady_clock::now();
      next();
    });
  }
  std::deque<Change> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(made_, {});
  }
  bool done() const { return done_; }

 private:
  void put_slice(unsigned service, std::uint32_t first) {
    std::string endpoints;
    for (unsigned i = 0; i < plan_.endpoints; ++i) {
      const auto address = i == 0 && first != 0 ? first : (10U << 24 | (service * plan_.endpoints + i));
      endpoints += std::string(i == 0 ? "" : ",") + R"({"addresses":[")" + text_of(address) +
                   R"("],"conditions":{"ready":true,"serving":true,"terminating":false},"nodeName":"node-)" +
                   std::to_string(i) + R"(","zone":"a"})";
    }
    const auto name = "s" + std::to_string(service);
    api_.store.put(kSlices, "shop", name + "-x",
                   R"("addressType":"IPv4","endpoints":[)" + endpoints +
                       R"(],"ports":[{"name":"http","port":8080,"protocol":"TCP"}])",
                   {{"kubernetes.io/service-name", name}});
  }
  /// All that is due now; so a late timer delays no change but itself.
  void next() {
    const auto period = std::chrono::nanoseconds(1'000'000'000 / plan_.rate);
    for (auto now = std::chrono::steady_clock::now(); begun_ + count_ * period <= now; ++count_) {
      if (count_ == plan_.rate * plan_.seconds) {
        done_ = true;
        return;
      }
      const Change change{count_ * 7919 % plan_.services, 172U << 24 | (count_ + 1), now};
      put_slice(change.service, change.address);
      {
        const std::lock_guard lock(mutex_);
        made_.push_back(change);
        made_.back().due = std::chrono::steady_clock::now();
      }
      api_.wake();
    }
    timer_.expires_at(begun_ + count_ * period);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) next();
    });
  }

  Plan plan_;
  boost::asio::io_context io_;
  tests::FakeApiserver api_;
  boost::asio::steady_timer timer_;
  std::thread thread_;
  Time begun_{};
  unsigned count_ = 0;
  std::mutex mutex_;
  std::deque<Change> made_;
  std::atomic<bool> done_ = false;
};

/// One UDP socket towards the server.
class Asker {
 public:
  explicit Asker(std::uint16_t port) : socket_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval most{0, 100000};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server);
  }
  ~Asker() { close(socket_); }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  /// Whether this address is among the answers now.
  bool has(unsigned service, std::uint32_t address) {
    const std::string label = "s" + std::to_string(service);
    std::string query("\0\0\1\0\0\1\0\0\0\0\0\0", 12);
    query[0] = static_cast<char>(++id_ >> 8);
    query[1] = static_cast<char>(id_);
    for (const std::string& part :
         {label, std::string("shop"), std::string("svc"), std::string("cluster"), std::string("local")}) {
      query += static_cast<char>(part.size()) + part;
    }
    query += std::string("\0\0\1\0\1", 5);
    if (send(socket_, query.data(), query.size(), 0) < 0) return false;
    char response[4096];
    ssize_t size = 0;
    do {
      size = recv(socket_, response, sizeof response, 0);
    } while (size > 2 && std::memcmp(response, query.data(), 2) != 0);
    if (size <= 0) return false;
    const auto wanted = htonl(address);
    const std::string octets(reinterpret_cast<const char*>(&wanted), 4);
    return std::string_view(response, static_cast<std::size_t>(size)).find(octets) != std::string_view::npos;
  }

 private:
  int socket_;
  std::uint16_t id_ = 0;
};

std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(probe, reinterpret_cast<const sockaddr*>(&any), sizeof any);
  socklen_t size = sizeof any;
  getsockname(probe, reinterpret_cast<sockaddr*>(&any), &size);
  close(probe);
  return ntohs(any.sin_port);
}

/// The real program on its own configuration; its log stays in the folder.
class Program {
 public:
  Program(const std::string& binary, const std::string& url, std::uint16_t port) {
    auto pattern = (std::filesystem::temp_directory_path() / "events.XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    const auto config = (folder_ / "signpost.yaml").string();
    std::ofstream(config) << "listen: {dns: [\"127.0.0.1:" << port
                          << "\"]}\nworkers: 1\nlog: {level: warning}\n"
                          << "registries: {kube: {type: kubernetes, url: \"" << url << "\"}}\n"
                          << "zones: [{name: cluster.local, registry: kube}]\n";
    const char* arguments[] = {binary.c_str(), "run", "--config", config.c_str(), nullptr};
    if (posix_spawn(&pid_, binary.c_str(), nullptr, nullptr, const_cast<char**>(arguments), environ) != 0)
      pid_ = 0;
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGTERM);
      waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  bool runs() const { return pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == 0; }

 private:
  pid_t pid_ = 0;
  std::filesystem::path folder_;
};

void print(std::vector<double> milliseconds, std::size_t lost) {
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](double part) {
    return milliseconds[static_cast<std::size_t>(part * static_cast<double>(milliseconds.size() - 1))];
  };
  double loads[1] = {0};
  getloadavg(loads, 1);
  std::printf("event to answer, milliseconds: p50 %.3f  p90 %.3f  p99 %.3f  p99.9 %.3f  max %.3f\n", at(0.5),
              at(0.9), at(0.99), at(0.999), at(1));
  std::printf("%zu changes seen, %zu replaced before they were looked at; load of the machine %.1f\n",
              milliseconds.size(), lost, loads[0]);
}

int run(const std::string& binary, Plan plan) {
  Apiserver apiserver(plan);
  const auto port = free_port();
  const auto begun = std::chrono::steady_clock::now();
  Program program(binary, apiserver.url(), port);
  Asker asker(port);
  const auto last = 10U << 24 | (plan.services * plan.endpoints - 1);
  while (!asker.has(plan.services - 1, last)) {
    if (!program.runs() || std::chrono::steady_clock::now() - begun > 60s) {
      std::fprintf(stderr, "signpost does not answer\n");
      return 1;
    }
    timespec pause{0, 5'000'000};
    nanosleep(&pause, nullptr);
  }
  std::printf("%u services of %u endpoints, %u changes a second for %u s; complete after %.2f s\n",
              plan.services, plan.endpoints, plan.rate, plan.seconds,
              std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  apiserver.start();
  std::deque<Change> open;
  std::vector<double> milliseconds;
  std::size_t lost = 0;
  while (!apiserver.done() || !open.empty()) {
    for (auto& change : apiserver.take()) open.push_back(change);
    if (open.empty()) {
      const timespec pause{0, 20'000};
      nanosleep(&pause, nullptr);
    }
    for (auto change = open.begin(); change != open.end();) {
      const bool seen = asker.has(change->service, change->address);
      const auto waited =
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - change->due).count();
      if (seen) milliseconds.push_back(waited);
      lost += !seen && waited > 4000 ? 1 : 0;  // the service has changed again by now
      change = seen || waited > 4000 ? open.erase(change) : change + 1;
    }
  }
  if (milliseconds.empty()) return 1;
  print(std::move(milliseconds), lost);
  return lost == 0 ? 0 : 1;
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(
        stderr,
        "kubernetes_events_bench SIGNPOST [services] [endpoints each] [changes a second] [seconds]\n");
    return 2;
  }
  const auto number = [&](int at, unsigned fallback) {
    return argc > at ? static_cast<unsigned>(std::atoi(argv[at])) : fallback;
  };
  return signpost::run(argv[1], {number(2, 5000), number(3, 20), number(4, 1000), number(5, 20)});
}
