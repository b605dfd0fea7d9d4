// A load generator: asks a fixed set of questions over UDP from many sockets, one thread, batches of 64.
//
//   dnsblast --server 127.0.0.1:5300 [--questions FILE] [--names 10000 --suffix test.] [--seconds 5]
//            [--sockets 32] [--source 127.1.2.1 --step 1] [--window 64] [--rate QPS] [--skip S]
//            [--echo] [--no-gso]
//
// Closed loop (default): `window` queries under way on each socket. Open loop (--rate): so many a second,
// whatever comes back, each with a time at which it is due; latency counts from that time, so that queries
// which this side sends late are not left out (coordinated omission). FILE has "name type" lines; without it
// names are generated. --skip leaves the latencies of the first seconds out. Prints one line of key=value
// pairs; percentiles are those of the answers, `lost` the queries without one. Queries of one length are sent
// with UDP segmentation offload: the kernel cuts one send into many datagrams, so that this side costs less
// than the server and does not become what is measured.
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
#include <netinet/udp.h>
#include <sys/socket.h>

#include "dns/transport/socket.h"
#include "dns/wire/writer.h"
#include "tests/bench/blast_options.h"
#include "tests/bench/latencies.h"
#include "tests/bench/questions.h"

namespace signpost::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr unsigned kBatch = 64;

/// One socket and the queries that are under way on it.
struct Flow {
  FileDescriptor socket;
  std::uint16_t next_id = 0;
  std::size_t next_question = 0;
  unsigned under_way = 0;
  Clock::time_point last_reply;
  std::vector<std::uint32_t> sent_at;  // microseconds since start, by id; when it was due in an open loop
};

class Blaster {
 public:
  Blaster(BlastOptions options, std::vector<Query> queries)
      : options_(std::move(options)), queries_(std::move(queries)) {
    for (unsigned i = 0; i < options_.sockets; ++i) open_flow(i);
    for (unsigned i = 0; i < kBatch; ++i) {
      reply_slices_[i] = {reply_octets_.data() + i * kReplyStride, kReplyStride};
      replies_[i].msg_hdr.msg_iov = &reply_slices_[i];
      replies_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  void run() {
    start_ = Clock::now();
    auto now = start_;
    std::size_t round = 0;
    const auto end =
        start_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
    while (now < end) {
      // Each round begins with another one: in an open loop the first takes what is due.
      for (std::size_t i = 0; i < flows_.size(); ++i) {
        auto& flow = flows_[(round + i) % flows_.size()];
        receive(flow, now);
        send(flow, now, allowance(flow, now));
      }
      ++round;
      now = Clock::now();
    }
    elapsed_ = std::chrono::duration<double>(now - start_).count();
    const auto grace = now + std::chrono::milliseconds(200);
    const auto counted = answers_;
    while (Clock::now() < grace)
      for (auto& flow : flows_) receive(flow, Clock::now());
    late_ = answers_ - counted;
    answers_ = counted;
  }

  void report() const {
    std::printf(
        "qps=%.0f sent=%llu answers=%llu lost=%llu wrong=%llu p50_us=%.1f p90_us=%.1f p99_us=%.1f "
        "p999_us=%.1f",
        static_cast<double>(answers_) / elapsed_, static_cast<unsigned long long>(sent_),
        static_cast<unsigned long long>(answers_),
        static_cast<unsigned long long>(sent_ - std::min(sent_, answers_ + late_)),
        static_cast<unsigned long long>(wrong_), at(0.5), at(0.9), at(0.99), at(0.999));
    for (std::size_t rcode = 0; rcode < rcodes_.size(); ++rcode)
      if (rcodes_[rcode] != 0)
        std::printf(" rcode%zu=%llu", rcode, static_cast<unsigned long long>(rcodes_[rcode]));
    std::printf("\n");
  }

 private:
  static constexpr std::size_t kReplyStride = 2048;

  double at(double share) const { return static_cast<double>(latencies_.percentile(share)) / 1000; }

  void open_flow(unsigned index) {
    Flow flow;
    flow.socket = FileDescriptor(
        ::socket(options_.server.ip.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int buffer = 4 << 20;
    if (::setsockopt(flow.socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0)
      ::setsockopt(flow.socket.get(), SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    ::setsockopt(flow.socket.get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    if (options_.source) bind_source(flow, index);
    const auto to = to_raw(options_.server);
    if (::connect(flow.socket.get(), to.get(), to.size) != 0) {
      std::perror("connect");
      std::exit(1);
    }
    flow.sent_at.resize(65536);
    flow.last_reply = Clock::now();
    flow.next_question = queries_.size() * index / options_.sockets;
    flows_.push_back(std::move(flow));
  }

  void bind_source(const Flow& flow, unsigned index) const {
    auto raw = to_raw({*options_.source, 0});
    auto* own = reinterpret_cast<sockaddr_in*>(&raw.storage);
    own->sin_addr.s_addr = htonl(ntohl(own->sin_addr.s_addr) + index * options_.step);
    if (own->sin_family != AF_INET || ::bind(flow.socket.get(), raw.get(), raw.size) != 0) {
      std::perror("bind --source (an IPv4 address of this machine, and those after it)");
      std::exit(1);
    }
  }

  std::uint32_t micros(Clock::time_point now) const {
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - start_).count());
  }

  /// How many queries may be sent on this flow now.
  unsigned allowance(Flow& flow, Clock::time_point now) {
    if (options_.rate > 0) {
      const auto due = options_.rate * std::chrono::duration<double>(now - start_).count();
      return static_cast<unsigned>(std::clamp(due - static_cast<double>(sent_), 0.0, double{kBatch}));
    }
    // What is lost would fill the window for good.
    if (flow.under_way > 0 && now - flow.last_reply > std::chrono::milliseconds(300)) {
      flow.under_way = 0;
      flow.last_reply = now;
    }
    return std::min(kBatch, options_.window - std::min(options_.window, flow.under_way));
  }

  void send(Flow& flow, Clock::time_point now, unsigned count) {
    // Half windows at a time: full batches on both sides, where single replies would beget single queries.
    if (count == 0 ||
        (options_.rate == 0 && count < std::min(options_.window, kBatch) / 2 && flow.under_way > 0))
      return;
    while (count > 0) {
      const unsigned segment_count = gather(flow, now, count);
      send_segments(flow, segment_count);
      count -= segment_count;
    }
  }

  /// When query number `index` of an open loop is due.
  std::uint32_t due_micros(std::uint64_t index) const {
    return static_cast<std::uint32_t>(static_cast<double>(index) / options_.rate * 1e6);
  }

  /// Puts up to `count` queries of one length behind each other.
  unsigned gather(Flow& flow, Clock::time_point now, unsigned count) {
    const std::size_t size = queries_[flow.next_question].size();
    const auto sent_now = micros(now);
    unsigned gathered = 0;
    for (; gathered < count && queries_[flow.next_question].size() == size; ++gathered) {
      auto* at = outgoing_.data() + gathered * size;
      std::memcpy(at, queries_[flow.next_question].data(), size);
      put_u16(at, flow.next_id);
      flow.sent_at[flow.next_id++] = options_.rate > 0 ? due_micros(sent_ + gathered) : sent_now;
      if (++flow.next_question == queries_.size()) flow.next_question = 0;
    }
    segment_size_ = size;
    return gathered;
  }

  void send_segments(Flow& flow, unsigned count) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint16_t))> control{};
    iovec slice{outgoing_.data(), count * segment_size_};
    msghdr header{};
    header.msg_iov = &slice;
    header.msg_iovlen = 1;
    if (options_.gso && count > 1) {
      header.msg_control = control.data();
      header.msg_controllen = control.size();
      auto* message = CMSG_FIRSTHDR(&header);
      message->cmsg_level = SOL_UDP;
      message->cmsg_type = UDP_SEGMENT;
      message->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
      const auto size = static_cast<std::uint16_t>(segment_size_);
      std::memcpy(CMSG_DATA(message), &size, sizeof size);
      if (::sendmsg(flow.socket.get(), &header, 0) >= 0) account(flow, count);
      return;
    }
    std::array<mmsghdr, kBatch> messages{};
    std::array<iovec, kBatch> slices{};
    for (unsigned i = 0; i < count; ++i) {
      slices[i] = {outgoing_.data() + i * segment_size_, segment_size_};
      messages[i].msg_hdr.msg_iov = &slices[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int sent = ::sendmmsg(flow.socket.get(), messages.data(), count, 0);
    if (sent > 0) account(flow, static_cast<unsigned>(sent));
  }

  void account(Flow& flow, unsigned count) {
    if (flow.under_way == 0) flow.last_reply = Clock::now();
    flow.under_way += count;
    sent_ += count;
  }

  void receive(Flow& flow, Clock::time_point now) {
    const int count = ::recvmmsg(flow.socket.get(), replies_.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return;
    const auto arrived = micros(Clock::now());
    flow.last_reply = now;
    for (unsigned i = 0; i < static_cast<unsigned>(count); ++i) {
      const auto* reply = reply_octets_.data() + i * kReplyStride;
      const auto size = replies_[i].msg_len;
      if (size < kHeaderSize || (!options_.echo && (reply[2] & 0x80) == 0)) {
        ++wrong_;
        continue;
      }
      ++answers_;
      ++rcodes_[reply[3] & 0xf];
      const auto id = static_cast<std::uint16_t>(reply[0] << 8 | reply[1]);
      if (flow.sent_at[id] >= options_.skip * 1e6)
        latencies_.add((arrived - flow.sent_at[id]) * std::uint64_t{1000});
    }
    flow.under_way -= std::min(flow.under_way, static_cast<unsigned>(count));
  }

  BlastOptions options_;
  std::vector<Query> queries_;
  std::vector<Flow> flows_;
  Clock::time_point start_;
  double elapsed_ = 1;
  std::uint64_t sent_ = 0, answers_ = 0, late_ = 0, wrong_ = 0;
  std::array<std::uint64_t, 16> rcodes_{};
  Latencies latencies_;
  std::size_t segment_size_ = 0;
  std::array<std::uint8_t, kBatch * 512> outgoing_;
  std::array<std::uint8_t, kBatch * kReplyStride> reply_octets_;
  std::array<mmsghdr, kBatch> replies_{};
  std::array<iovec, kBatch> reply_slices_;
};

}  // namespace
}  // namespace signpost::bench

int main(int count, char** arguments) {
  using namespace signpost::bench;
  const auto options = read_blast_options(count, arguments);
  auto blaster =
      std::make_unique<Blaster>(options, load_questions(options.questions, options.names, options.suffix));
  blaster->run();
  blaster->report();
  return 0;
}
