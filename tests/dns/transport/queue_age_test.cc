// A busy socket does without receive stamps; what is said of its age then is never too little.
#include "dns/transport/queue_age.h"

#include <array>
#include <deque>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns/base/random.h"
#include "dns/transport/socket.h"

namespace signpost {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// A real socket, whose queue the kernel books, on a clock of ours.
class QueueAgeTest : public testing::Test {
 protected:
  QueueAgeTest() : udp_(listen()), age_(udp()) {
    const auto to = to_raw(bound_address(udp()));
    if (::connect(sender_.get(), to.get(), to.size) != 0) std::abort();
  }
  static FileDescriptor listen() {
    auto udp = open_udp(*SocketAddress::parse("127.0.0.1:0"), Bind::Alone, {});
    return std::move(*udp);
  }
  int udp() const { return udp_.get(); }
  bool stamps() const {
    std::array<int, 2> value{};  // struct so_timestamping: flags and binding
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(udp(), SOL_SOCKET, SO_TIMESTAMPING, value.data(), &size), 0);
    return value[0] != 0;
  }
  void send(unsigned count) {
    for (; count > 0; --count) {
      ASSERT_EQ(::send(sender_.get(), "0123456789abcdef", 16, 0), 16);
      arrived_.push_back(now_);
    }
  }
  /// The age of the head that is said, after that of a batch of at most `most` was true.
  std::optional<Duration> receive(unsigned most) {
    unsigned count = 0;
    const auto head = arrived_.front();
    std::array<char, 64> octets;
    while (count < most && !arrived_.empty()) {
      EXPECT_EQ(::recv(udp(), octets.data(), octets.size(), MSG_DONTWAIT), 16);
      arrived_.pop_front();
      ++count;
    }
    true_age_ = now_ - head;
    return age_.observe(age_.stamping() ? std::optional(true_age_) : std::nullopt, count, now_);
  }
  void grow_busy() {
    for (const auto end = now_ + QueueAge::kBusy; now_ <= end; now_ += milliseconds(1)) {
      ASSERT_TRUE(age_.stamping());
      send(2);
      receive(1);
      receive(1);
    }
  }

  FileDescriptor udp_;
  FileDescriptor sender_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  QueueAge age_;
  Monotonic now_{std::chrono::hours(1)};
  std::deque<Monotonic> arrived_;
  Duration true_age_{};
};

TEST_F(QueueAgeTest, EveryDatagramIsStampedAtFirstAndWhenTheSocketRanEmpty) {
  EXPECT_TRUE(stamps());
  grow_busy();
  send(1);
  receive(1);
  EXPECT_FALSE(stamps()) << "busy and never late for a tenth of a second";
  age_.empty();
  EXPECT_TRUE(stamps());
}

TEST_F(QueueAgeTest, StampsStayWhileTheQueueIsOld) {
  for (int round = 0; round < 500; ++round) {
    send(1);
    now_ += milliseconds(6);
    EXPECT_EQ(receive(1), milliseconds(6));
    EXPECT_TRUE(age_.stamping()) << round;
  }
}

TEST_F(QueueAgeTest, WithoutStampsTheAgeSaidIsNeverBelowTheTrueOne) {
  Random random(7);
  grow_busy();
  unsigned without = 0, told_all = 0;
  for (int round = 0; round < 20000; ++round) {
    const auto wave = 40 + round / 100 % 60;  // the queue grows and shrinks, and runs almost empty
    send(static_cast<unsigned>(random.below(static_cast<std::uint64_t>(wave))) + 1);
    now_ += microseconds(random.below(200));
    const bool stamping = age_.stamping();
    const auto said = receive(64);
    ASSERT_TRUE(said.has_value());
    ASSERT_GE(*said, true_age_) << round;
    if (stamping) continue;
    ++without;
    told_all += *said <= QueueAge::kWorried;
  }
  EXPECT_GT(without, 5000u) << "nothing was shown";
  EXPECT_GT(told_all, without * 9 / 10) << "a bound that is no use";
}

TEST_F(QueueAgeTest, AWorriedBoundBringsTheStampsBack) {
  grow_busy();
  send(200);
  receive(64);
  ASSERT_FALSE(age_.stamping());
  now_ += QueueAge::kWorried + milliseconds(1);
  EXPECT_GE(*receive(64), QueueAge::kWorried);
  EXPECT_TRUE(stamps());
}

TEST(QueueAge, AKernelThatStampsNothingSaysNothing) {
  QueueAge age(-1);
  const Monotonic start{std::chrono::hours(1)};
  for (int round = 0; round < 300; ++round) {
    EXPECT_EQ(age.observe(std::nullopt, 1, start + milliseconds(round)), std::nullopt) << round;
    if (round % 50 == 0) age.empty();
  }
}

TEST_F(QueueAgeTest, AStampFromAnotherTimeIsNotBelieved) {
  EXPECT_FALSE(age_.observe(-milliseconds(1), 1, now_).has_value());
  EXPECT_FALSE(age_.observe(std::chrono::hours(1), 1, now_).has_value());
  EXPECT_FALSE(age_.observe(std::nullopt, 1, now_).has_value());
  EXPECT_TRUE(age_.stamping());
}

}  // namespace
}  // namespace signpost
