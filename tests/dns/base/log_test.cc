#include "dns/base/log.h"

#include <array>
#include <chrono>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns/base/log_limit.h"
#include "dns/base/log_line.h"
#include "dns/base/log_sink.h"

namespace signpost::log {
namespace {

using namespace std::chrono_literals;

const WallTime kTime{std::chrono::milliseconds(1763632800123)};

std::string line(Format format, Fields fields) {
  return format_line(format, kTime, Level::Warning, "zone.held", fields);
}

TEST(LogLine, TextAndJson) {
  const Fields fields{
      {"zone", "cart.local."}, {"reason", "a b"}, {"count", 3}, {"part", 0.5}, {"well", true}};
  EXPECT_EQ(line(Format::Text, fields),
            "2025-11-20T10:00:00.123Z warning zone.held zone=cart.local. reason=\"a b\" count=3 part=0.5 "
            "well=true\n");
  EXPECT_EQ(line(Format::Json, fields),
            "{\"time\":\"2025-11-20T10:00:00.123Z\",\"level\":\"warning\",\"event\":\"zone.held\","
            "\"zone\":\"cart.local.\",\"reason\":\"a b\",\"count\":3,\"part\":0.5,\"well\":true}\n");
}

TEST(LogLine, HostileValuesStayInTheirLine) {
  const struct {
    std::string value, text, json;
  } kCases[] = {
      {"a\nb", R"("a\u000ab")", R"("a\u000ab")"},
      {"\x1b[2J", R"(\u001b[2J)", R"("\u001b[2J")"},
      {"say \"x\"\\", R"("say \"x\"\\")", R"("say \"x\"\\")"},
      {"\xff\xc3\xa9", "\\xff\xc3\xa9", "\"\\\\xff\xc3\xa9\""},
      {"\xc2\x9b", R"(\u009b)", R"("\u009b")"},
      {"\xe2\x80\xae", R"(\u202e)", R"("\u202e")"},
      {"\xe2\x80\xa8", R"(\u2028)", R"("\u2028")"},
      {"\xed\xa0\x80", R"(\xed\xa0\x80)", R"("\\xed\\xa0\\x80")"},
      {std::string(1, '\0'), R"(\u0000)", R"("\u0000")"},
      {"", R"("")", R"("")"},
  };
  for (const auto& each : kCases) {
    EXPECT_EQ(line(Format::Text, {{"v", each.value}}),
              "2025-11-20T10:00:00.123Z warning zone.held v=" + each.text + "\n");
    EXPECT_NE(line(Format::Json, {{"v", each.value}}).find("\"v\":" + each.json + "}\n"), std::string::npos);
  }
}

TEST(LogLine, LongValuesAreCutToOneWrite) {
  for (const auto format : {Format::Text, Format::Json}) {
    for (const char octet : {'x', '\n', '\xff', '"'}) {
      const std::string long_value(65536, octet);
      const auto made = line(format, {{"a", long_value}, {"b", long_value}, {"c", long_value}, {"d", 1}});
      EXPECT_LE(made.size(), kLineOctetsMax);
      EXPECT_GT(made.size(), 3500u);
      EXPECT_NE(made.find("..."), std::string::npos);
      EXPECT_EQ(made.find('\n'), made.size() - 1);
    }
  }
}

TEST(KindLimit, LeavesOutByKindAndTellsHowMany) {
  KindLimit limit;
  Monotonic now{};
  unsigned written = 0;
  for (int i = 0; i < 1000; ++i) written += limit.admits("registry.lost", now) ? 1 : 0;
  EXPECT_EQ(written, 200u);
  EXPECT_TRUE(limit.admits("other", now));
  EXPECT_TRUE(limit.settle(now).empty());  // no room yet for a line that says so
  now += 500ms;
  const auto told = limit.settle(now);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], std::pair(std::string("registry.lost"), std::uint64_t{800}));
  EXPECT_TRUE(limit.settle(now).empty());
  written = 0;
  for (int i = 0; i < 1000; ++i) written += limit.admits("registry.lost", now) ? 1 : 0;
  EXPECT_EQ(written, 5u);
  EXPECT_EQ(limit.left_out(), 800u + 995u);
}

/// What stderr may be, and its other end.
struct Ends {
  int read = -1, write = -1;
  ~Ends() {
    ::close(read);
    ::close(write);
  }
};

void write_until_lost_and_again(Ends& ends) {
  Sink sink(ends.write);
  const std::string line = std::string(999, 'x') + "\n";
  std::size_t written = 0;
  while (sink.write(line) && written < 100'000) ++written;  // a sink that waits would stay here for ever
  EXPECT_GT(written, 10u);
  EXPECT_LT(written, 100'000u);
  EXPECT_FALSE(sink.write(line));
  EXPECT_EQ(::fcntl(ends.write, F_GETFL) & O_NONBLOCK, 0);  // others share it
  std::array<char, 1000> octets{};
  for (std::size_t i = 0; i < written; ++i) {  // whole lines, in their order
    ASSERT_EQ(::recv(ends.read, octets.data(), octets.size(), MSG_WAITALL) < 0
                  ? ::read(ends.read, octets.data(), octets.size())
                  : 1000,
              1000);
    ASSERT_EQ(octets[999], '\n');
  }
  EXPECT_TRUE(sink.write(line));
}

TEST(Sink, FullPipeLosesLines) {
  int descriptors[2];
  ASSERT_EQ(::pipe2(descriptors, O_CLOEXEC), 0);
  Ends ends{descriptors[0], descriptors[1]};
  write_until_lost_and_again(ends);
}

TEST(Sink, FullSocketLosesLines) {
  int descriptors[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, descriptors), 0);
  Ends ends{descriptors[0], descriptors[1]};
  write_until_lost_and_again(ends);
}

TEST(Sink, FollowsItsDescriptor) {
  int first[2], second[2];
  ASSERT_EQ(::pipe2(first, O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(second, O_CLOEXEC), 0);
  Ends one{first[0], first[1]}, other{second[0], second[1]};
  Sink sink(one.write);
  EXPECT_TRUE(sink.write("a\n"));
  ASSERT_GE(::dup2(other.write, one.write), 0);
  EXPECT_TRUE(sink.write("b\n"));
  char octets[8];
  ASSERT_EQ(::read(other.read, octets, sizeof octets), 2);
  EXPECT_EQ(octets[0], 'b');
}

TEST(Sink, NobodyReadsAnyMore) {
  int descriptors[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, descriptors), 0);
  Sink sink(descriptors[1]);
  ::close(descriptors[0]);
  EXPECT_FALSE(sink.write("a\n"));
  ::close(descriptors[1]);
  EXPECT_FALSE(sink.write("a\n"));
}

}  // namespace
}  // namespace signpost::log
