#include <gtest/gtest.h>

#include "tests/support/dns/in_memory.h"

namespace signpost::test {
namespace {

class Checklist : public testing::TestWithParam<std::tuple<Row, Transport>> {};

TEST_P(Checklist, Reply) {
  const auto& [row, transport] = GetParam();
  InMemory server;
  server.context.transport = transport;
  const auto reply = server.ask(row.message);
  const auto& expected = row.expected_over(transport == Transport::Tcp);
  if (expected == kSilence) {
    EXPECT_TRUE(reply.empty()) << row.id << ": " << describe(reply);
    return;
  }
  EXPECT_EQ(describe(reply), expected) << row.id;
  ASSERT_GE(reply.size(), 12u);
  EXPECT_EQ(Bytes(reply.begin(), reply.begin() + 2), Bytes(row.message.begin(), row.message.begin() + 2))
      << "the id";
  EXPECT_TRUE(ldns_reads(reply));
}

std::string row_name(const testing::TestParamInfo<std::tuple<Row, Transport>>& info) {
  const auto& [row, transport] = info.param;
  return row.id + "_" + row.title + (transport == Transport::Udp ? "_udp" : "_tcp");
}
INSTANTIATE_TEST_SUITE_P(Rows, Checklist,
                         testing::Combine(testing::ValuesIn(checklist()),
                                          testing::Values(Transport::Udp, Transport::Tcp)),
                         row_name);

TEST(Header, H1_less_than_a_header_is_ignored) {
  InMemory server;
  const auto whole = query("a.test.", RRType::A);
  for (std::size_t size = 0; size < 12; ++size)
    EXPECT_EQ(server.tell(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), kSilence);
  EXPECT_EQ(server.counters.dropped[std::size_t(Drop::Short)].load(), 12u);
}

TEST(Lenient, H15_H16_records_and_octets_are_skipped) {
  InMemory server;
  server.rules.parse.lenient = true;
  const auto a = question("a.test.", RRType::A);
  const auto extra = record("x.", RRType::A, {1, 2, 3, 4});
  EXPECT_EQ(server.tell(header({.an = 1, .ns = 1}) + a + extra + extra), "NOERROR aa; a.test. A; 1/0/0");
  EXPECT_EQ(server.tell(query("a.test.", RRType::A) + raw("xyz")), "NOERROR aa; a.test. A; 1/0/0");
  EXPECT_EQ(server.tell(header({.an = 1}) + a + opt()), "FORMERR; -; 0/0/0") << "E2 stays";
  EXPECT_EQ(server.tell(header({.an = 65535}) + a + extra), "FORMERR; -; 0/0/0")
      << "counts beyond the end stay (H12)";
}

TEST(Sweep, every_type_and_opcode_is_answered) {
  InMemory server;
  for (unsigned type = 0; type < 65536; ++type)
    ASSERT_NE(server.tell(query("a.test.", RRType(type))), kSilence) << type;
  for (unsigned flags = 0; flags < 0x8000; flags += 0x10)
    for (unsigned qd = 0; qd <= 2; ++qd) {
      const auto text = server.tell(header({.flags = flags, .qd = qd}) + question("a.test.", RRType::A));
      ASSERT_EQ(text.find("malformed"), std::string::npos) << flags << ": " << text;
      ASSERT_NE(text, kSilence) << flags;
    }
}

TEST(Sweep, E5_every_option_code_is_tolerated) {
  InMemory server;
  for (unsigned code = 0; code < 65536; code += 7)
    ASSERT_EQ(server.tell(edns_query("a.test.", RRType::A, opt(1232, 0, option(code, {})))),
              "NOERROR aa; a.test. A; 1/0/0; opt 1232")
        << code;
}

}  // namespace
}  // namespace signpost::test
