// What an address server says, and when it is asked: tables, and virtual time. Rules: Nacos facts 4.8.
#include "backends/nacos/server_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/nacos/server_ring.h"

namespace signpost::nacos {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string text(const std::vector<Server>& servers) {
  std::string out;
  for (const auto& server : servers) {
    out += (out.empty() ? "" : " ") + server.host + ":" + std::to_string(server.port);
  }
  return out;
}

TEST(ServerLines, AreReadOneByOne) {
  const struct {
    std::string body;
    const char* servers;
    std::size_t bad;
  } kRows[] = {
      {"10.0.0.1:8848\n10.0.0.2:8849\n", "10.0.0.1:8848 10.0.0.2:8849", 0},
      {"10.0.0.1", "10.0.0.1:8848", 0},
      {"b.example:80\r\n\r\n  A.example  \r\n", "b.example:80 a.example:8848", 0},
      {"# members\n10.0.0.1 # the first\n", "10.0.0.1:8848", 0},
      {"10.0.0.1\n10.0.0.1:8848\n", "10.0.0.1:8848", 0},
      {"[::1]:8848\n[2001:db8::1]\n", "::1:8848 2001:db8::1:8848", 0},
      {"10.0.0.1:0\n10.0.0.1:65536\n::1\nhttp://a\n10.0.0.9\n", "10.0.0.9:8848", 4},
      {"<html><body>not here</body></html>", "", 1},
      {std::string("10.0.0.1\0:80\n", 13), "", 1},
      {"", "", 0},
      {"\n\n#\n", "", 0},
  };
  for (const auto& row : kRows) {
    const auto lines = read_server_lines(row.body);
    EXPECT_EQ(text(lines.servers), row.servers) << row.body;
    EXPECT_EQ(lines.bad_count, row.bad) << row.body;
    EXPECT_EQ(lines.bad.size(), row.bad) << row.body;
  }
}

TEST(ServerLines, NameOnlySomeOfManyBadOnes) {
  std::string body;
  for (int i = 0; i < 1000; ++i) body += std::string(1000, '/') + "\n";
  const auto lines = read_server_lines(body);
  EXPECT_EQ(lines.bad_count, 1000U);
  EXPECT_EQ(lines.bad.size(), 5U);
  for (const auto& bad : lines.bad) EXPECT_LT(bad.size(), 200U);
}

struct Asked : testing::Test {
  follow::Counts counts;
  ServerList list{Random(1), counts};
  Monotonic now{1h};
  Duration wait() const { return list.due() - now; }
};

TEST_F(Asked, EveryThirtySeconds) {
  EXPECT_LE(list.due(), now) << "at once";
  EXPECT_TRUE(list.answered(200, "b\na\n", now));
  EXPECT_EQ(text(list.servers()), "a:8848 b:8848");
  for (int i = 0; i < 100; ++i) {
    EXPECT_GE(wait(), 27s);
    EXPECT_LE(wait(), 33s);
    now = list.due();
    EXPECT_FALSE(list.answered(200, i % 2 == 0 ? "a\nb\n" : "b\na\n", now)) << "the order says nothing";
  }
  EXPECT_TRUE(list.answered(200, "a\n", now));
  EXPECT_EQ(text(list.servers()), "a:8848");
}

TEST_F(Asked, MoreOftenAtFirstWhereItFails) {
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 7; ++i) {
    list.failed("refused", now);
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(wait()).count());
    now = list.due();
  }
  EXPECT_THAT(waits,
              ElementsAre(100, 200, 300, 400, 500, testing::AllOf(testing::Ge(4500), testing::Le(5500)),
                          testing::AllOf(testing::Ge(4500), testing::Le(5500))));
  EXPECT_EQ(counts.value("server_lists_failed"), 7U);
  EXPECT_EQ(list.trouble(), "refused");
  EXPECT_TRUE(list.answered(200, "a", now));
  EXPECT_THAT(list.trouble(), IsEmpty());
}

TEST_F(Asked, NothingTakesTheClusterAway) {
  ASSERT_TRUE(list.answered(200, "a\nb", now));
  const struct {
    int status;
    const char* body;
    const char* trouble;
  } kRows[] = {{200, "", "no server in its list"},
               {200, "\n", "no server in its list"},
               {200, "<html>", "no server in its list, but `<html>`"},
               {404, "a", "HTTP 404"},
               {500, "", "HTTP 500"},
               {302, "", "HTTP 302"}};
  for (const auto& row : kRows) {
    EXPECT_FALSE(list.answered(row.status, row.body, now));
    EXPECT_THAT(list.trouble(), HasSubstr(row.trouble));
    EXPECT_EQ(text(list.servers()), "a:8848 b:8848");
  }
}

TEST_F(Asked, ABadLineAmongGoodOnesIsNamedAndCounted) {
  EXPECT_TRUE(list.answered(200, "a\n10.0.0.1:99999\n", now));
  EXPECT_EQ(text(list.servers()), "a:8848");
  EXPECT_THAT(list.trouble(), HasSubstr("`10.0.0.1:99999`: the port is 1 to 65535"));
  EXPECT_EQ(counts.value("skipped", "server-line"), 1U);
}

TEST(ServerRing, KeepsTheServerOfTheMomentWhereItStays) {
  Random random(3);
  ServerRing ring({{"a", 1}, {"b", 1}, {"c", 1}}, random);
  const auto before = ring.current();
  ring.replace({{"x", 1}, before, {"y", 1}}, random);
  EXPECT_EQ(ring.current(), before);
  ring.replace({{"x", 1}, {"y", 1}}, random);
  EXPECT_TRUE(ring.contains(ring.current()));
  ring.advance();
  ring.advance();
  EXPECT_TRUE(ring.contains(ring.current()));
  ServerRing none({}, random);
  none.advance();
  EXPECT_TRUE(none.empty());
  none.replace({{"a", 1}}, random);
  EXPECT_EQ(none.current().host, "a");
}

}  // namespace
}  // namespace signpost::nacos
