#include "dns/tap/taps.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/dns/tap/scratch.h"

namespace signpost::tap {
namespace {

namespace fs = std::filesystem;

const std::vector<std::uint8_t> kQuery{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1};

QueryContext context(unsigned worker) {
  QueryContext made;
  made.worker = worker;
  made.received = system_clock().now();
  return made;
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Taps, SampleByWorkerAndWriteBeforeTheEnd) {
  Folder folder;
  Options options;
  options.query_log.to = folder.path / "queries";
  options.query_log.sample = 10;
  options.dnstap.to = folder.path / "tap";
  options.workers = 2;
  {
    Taps taps(options, system_clock());
    for (int i = 0; i < 95; ++i) taps.note(context(0), kQuery, kQuery);
    for (int i = 0; i < 5; ++i) taps.note(context(1), kQuery, {});
    taps.note(context(2), kQuery, kQuery);  // no lane of its own: not noted
  }
  const auto log = content(folder.path / "queries");
  EXPECT_EQ(lines(log), 11u) << log;  // of 95 and of 5
  EXPECT_NE(log.find("rcode=dropped"), std::string::npos);
  const auto tap = content(folder.path / "tap");
  EXPECT_EQ(tap.substr(0, 12), std::string("\0\0\0\0\0\0\0\x22\0\0\0\x02", 12));            // START
  EXPECT_EQ(tap.substr(tap.size() - 12), std::string("\0\0\0\0\0\0\0\x04\0\0\0\x03", 12));  // STOP
}

TEST(Taps, CountWhatHasNoRoom) {
  Folder folder;
  Options options;
  options.query_log.to = folder.path / "queries";
  options.ring_octets = 4096;
  Taps taps(options, system_clock());
  constexpr std::uint64_t kNotes = 100000;
  for (std::uint64_t i = 0; i < kNotes; ++i) taps.note(context(0), kQuery, kQuery);
  const auto all = [&] {
    const auto counts = taps.query_log_counts();
    return counts.written + counts.dropped + counts.lost;
  };
  const auto end = system_clock().now() + std::chrono::seconds(10);
  while (all() < kNotes && system_clock().now() < end) std::this_thread::yield();
  EXPECT_EQ(all(), kNotes);
  EXPECT_GT(taps.query_log_counts().dropped, 0u);
  EXPECT_EQ(taps.query_log_counts().written, lines(content(folder.path / "queries")));
}

/// A receiver that accepts the connection and then says nothing.
TEST(Taps, SilentReceiverHoldsNobodyUp) {
  Folder folder;
  const std::string path = folder.path / "sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  Options options;
  options.dnstap.to = "unix:" + path;
  const auto began = system_clock().now();
  {
    Taps taps(options, system_clock());
    taps.note(context(0), kQuery, kQuery);
    EXPECT_LT(system_clock().now() - began, std::chrono::seconds(1));
    const auto end = began + std::chrono::seconds(10);
    while (taps.dnstap_counts().lost == 0 && system_clock().now() < end) std::this_thread::yield();
    EXPECT_EQ(taps.dnstap_counts().lost, 1u);
  }
  EXPECT_LT(system_clock().now() - began, std::chrono::seconds(10));
  ::close(listener);
}

}  // namespace
}  // namespace signpost::tap
