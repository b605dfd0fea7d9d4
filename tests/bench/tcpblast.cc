// Many TCP connections at once: some ask one question and then stay silent, others carry a steady stream.
//
//   tcpblast --server 127.0.0.1:5300 [--questions FILE] [--idle 10000] [--busy 100] [--rate 20000] [--seconds
//   5]
//
// Prints "open" when the silent ones are there, and waits for a line on its input, so that whoever started it
// can look at the server's memory. Then the stream: open loop, each query with the time at which it is due,
// from which its latency counts. In the end every silent connection is asked once more. One line of key=value
// pairs says what came of it. Sources are 127.9.0.1 and up, 100 connections each.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "dns/transport/socket.h"
#include "dns/wire/writer.h"
#include "tests/bench/latencies.h"
#include "tests/bench/questions.h"

namespace signpost::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr unsigned kConnectionsPerSource = 100;
constexpr std::size_t kIds = 4096;  // under way on one connection at most

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Options {
  SocketAddress server;
  std::string questions;
  unsigned idle = 10000, busy = 100;
  double rate = 20000, seconds = 5;
};

/// Blocks in every call, five seconds at most.
FileDescriptor connect_from(const SocketAddress& server, unsigned number) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{5, 0};
  const int on = 1;
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  (void)::setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(0x7f090001 + number / kConnectionsPerSource);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) fail("bind");
  const auto to = to_raw(server);
  if (::connect(socket.get(), to.get(), to.size) != 0) fail("connect");
  return socket;
}

std::vector<std::uint8_t> framed(Query query) {
  query.insert(query.begin(),
               {static_cast<std::uint8_t>(query.size() >> 8), static_cast<std::uint8_t>(query.size())});
  return query;
}

bool answers(int socket, const Query& query) {
  const auto message = framed(query);
  if (::send(socket, message.data(), message.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(message.size()))
    return false;
  std::array<std::uint8_t, 65537> reply;
  std::size_t size = 0;
  while (size < 2 || size < 2u + (std::size_t{reply[0]} << 8 | reply[1])) {
    const auto count = ::recv(socket, reply.data() + size, reply.size() - size, 0);
    if (count <= 0) return false;
    size += static_cast<std::size_t>(count);
  }
  return size >= 2 + kHeaderSize && (reply[5] & 0xf) == 0;
}

/// One connection of the stream.
struct Flow {
  FileDescriptor socket;
  std::uint16_t next_id = 0;
  std::vector<Clock::time_point> due = std::vector<Clock::time_point>(kIds);
  std::vector<std::uint8_t> input = std::vector<std::uint8_t>(128 * 1024);
  std::size_t size = 0;
};

class Stream {
 public:
  Stream(const Options& options, const std::vector<Query>& queries)
      : options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)), flows_(options.busy) {
    for (const auto& query : queries) queries_.push_back(framed(query));
    for (unsigned i = 0; i < options.busy; ++i) {
      flows_[i].socket = connect_from(options.server, options.idle + i);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u32 = i;
      if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, flows_[i].socket.get(), &event) != 0) fail("epoll_ctl");
    }
  }

  void run() {
    const auto start = Clock::now();
    const auto count = static_cast<std::uint64_t>(options_.rate * options_.seconds);
    const auto due = [&](std::uint64_t number) {
      return start + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(static_cast<double>(number) / options_.rate));
    };
    while (sent_ < count) {
      while (sent_ < count && due(sent_) <= Clock::now()) send(due(sent_));
      receive();
    }
    const auto end = Clock::now() + std::chrono::seconds(2);
    while (answered_ < sent_ && Clock::now() < end) receive();
  }

  void report(unsigned idle_alive) const {
    const auto micros = [&](double share) {
      return static_cast<double>(latencies_.percentile(share)) / 1000;
    };
    std::printf(
        "idle=%u idle_alive=%u sent=%llu answers=%llu wrong=%llu p50_us=%.1f p99_us=%.1f slowest_ms=%.3f\n",
        options_.idle, idle_alive, static_cast<unsigned long long>(sent_),
        static_cast<unsigned long long>(answered_), static_cast<unsigned long long>(wrong_), micros(0.5),
        micros(0.99), std::chrono::duration<double, std::milli>(slowest_).count());
  }

 private:
  void send(Clock::time_point due) {
    auto& flow = flows_[sent_ % flows_.size()];
    auto& query = queries_[sent_ % queries_.size()];
    put_u16(query.data() + 2, flow.next_id);
    flow.due[flow.next_id++ % kIds] = due;
    // A connection that the server closed, or does not read from: its queries have no answer.
    (void)::send(flow.socket.get(), query.data(), query.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ++sent_;
  }

  void receive() {
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) read(flows_[events[static_cast<std::size_t>(i)].data.u32]);
  }

  void read(Flow& flow) {
    const auto count =
        ::recv(flow.socket.get(), flow.input.data() + flow.size, flow.input.size() - flow.size, MSG_DONTWAIT);
    if (count == 0) (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, flow.socket.get(), nullptr);
    if (count <= 0) return;
    flow.size += static_cast<std::size_t>(count);
    const auto now = Clock::now();
    std::size_t at = 0;
    while (flow.size - at >= 2) {
      const auto* message = flow.input.data() + at + 2;
      const std::size_t length = std::size_t{flow.input[at]} << 8 | flow.input[at + 1];
      if (flow.size - at < 2 + length) break;
      answer(flow, message, length, now);
      at += 2 + length;
    }
    std::memmove(flow.input.data(), flow.input.data() + at, flow.size - at);
    flow.size -= at;
  }

  void answer(const Flow& flow, const std::uint8_t* message, std::size_t length, Clock::time_point now) {
    const bool good = length >= kHeaderSize && (message[3] & 0xf) == 0;
    if (!good) ++wrong_;
    ++answered_;
    if (length < 2) return;
    const auto took = now - flow.due[(std::size_t{message[0]} << 8 | message[1]) % kIds];
    slowest_ = std::max(slowest_, took);
    latencies_.add(static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count()));
  }

  const Options& options_;
  FileDescriptor epoll_;
  std::vector<Flow> flows_;
  std::vector<std::vector<std::uint8_t>> queries_;
  std::uint64_t sent_ = 0, answered_ = 0, wrong_ = 0;
  Clock::duration slowest_{};
  Latencies latencies_;
};

/// Sessions start with 1,024 descriptors; what is missing then shows as a failed connect.
void allow_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Options& options) {
  allow_descriptors();
  const auto queries = load_questions(options.questions, 10000, "test.");
  std::vector<FileDescriptor> idle;
  for (unsigned i = 0; i < options.idle; ++i) {
    idle.push_back(connect_from(options.server, i));
    if (!answers(idle.back().get(), queries[i % queries.size()]))
      fail("first question of a silent connection");
  }
  std::printf("open\n");
  std::fflush(stdout);
  if (std::getchar() == EOF) return 1;
  const auto stream = std::make_unique<Stream>(options, queries);
  stream->run();
  unsigned alive = 0;
  for (unsigned i = 0; i < options.idle; ++i)
    alive += answers(idle[i].get(), queries[i % queries.size()]) ? 1 : 0;
  stream->report(alive);
  return 0;
}

[[noreturn]] void usage() {
  std::fprintf(stderr,
               "usage: tcpblast --server IPV4:PORT [--questions FILE] [--idle N] [--busy N] [--rate QPS] "
               "[--seconds S]\n");
  std::exit(2);
}

Options read_options(int count, char** arguments) {
  Options options;
  if (count % 2 == 0) usage();
  for (int i = 1; i < count; i += 2) {
    const std::string key = arguments[i], value = arguments[i + 1];
    if (key == "--server") {
      if (const auto address = SocketAddress::parse(value)) options.server = *address;
    } else if (key == "--questions") {
      options.questions = value;
    } else if (key == "--idle") {
      options.idle = static_cast<unsigned>(std::stoul(value));
    } else if (key == "--busy") {
      options.busy = static_cast<unsigned>(std::stoul(value));
    } else if (key == "--rate") {
      options.rate = std::stod(value);
    } else if (key == "--seconds") {
      options.seconds = std::stod(value);
    } else {
      usage();
    }
  }
  if (options.server.port == 0 || options.busy == 0) usage();
  return options;
}

}  // namespace
}  // namespace signpost::bench

int main(int count, char** arguments) {
  using namespace signpost::bench;
  return run(read_options(count, arguments));
}
