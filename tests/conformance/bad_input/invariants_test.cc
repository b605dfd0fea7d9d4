// The judge is judged: a good reply with one thing wrong is found out.
#include "tests/support/dns/invariants.h"

#include <gtest/gtest.h>

namespace signpost::test {
namespace {

const Bytes kAsked = edns_query("a.test.", RRType::A, opt(1232, 0x8000), 0x0100);
const Bytes kQuestion = question("a.test.", RRType::A);
const Bytes kAddress = record("a.test.", RRType::A, {192, 0, 2, 1});
const Bytes kSoa = record("test.", RRType::SOA, Bytes(22, 0));
const Bytes kOpt = opt(1232, 0x8000);

struct Case {
  const char* title;
  Bytes reply;
  const char* found;
};

std::string judged(const Bytes& asked, const Bytes& reply, Transport transport = Transport::Udp) {
  return broken_invariant(asked, {reply.empty() ? Outcome::Dropped : Outcome::Answered, reply}, transport);
}

TEST(Invariants, GoodRepliesAreGood) {
  EXPECT_EQ(judged(kAsked, header({.flags = 0x8500, .an = 1, .ar = 1}) + kQuestion + kAddress + kOpt), "");
  EXPECT_EQ(judged(kAsked, header({.flags = 0x8503, .ns = 1, .ar = 1}) + kQuestion + kSoa + kOpt), "");
  EXPECT_EQ(judged(kAsked, header({.flags = 0x8700, .ar = 1}) + kQuestion + kOpt), "");
  EXPECT_EQ(judged(query("a.test.", RRType::A, 0x8000), {}), "");
  EXPECT_EQ(judged(Bytes(11, 0), {}), "");
}

TEST(Invariants, EachMistakeIsFound) {
  const auto good = [](unsigned flags, const Bytes& rest, unsigned an = 0, unsigned ns = 0, unsigned ar = 1) {
    return header({.flags = flags, .an = an, .ns = ns, .ar = ar}) + kQuestion + rest;
  };
  const std::vector<Case> cases = {
      {"silence", {}, "silence"},
      {"id", header({.id = 1, .flags = 0x8500, .an = 1, .ar = 1}) + kQuestion + kAddress + kOpt,
       "H4: the id"},
      {"not a response", good(0x0500, kAddress + kOpt, 1), "H4: QR is 0"},
      {"opcode", good(0x8d00, kOpt), "H4: the opcode"},
      {"ra", good(0x8580, kAddress + kOpt, 1), "H4, H5: RA, Z, AD or CD"},
      {"rd", good(0x8400, kAddress + kOpt, 1), "H4: RD"},
      {"rcode", good(0x8507, kOpt), "rcode 7"},
      {"question",
       header({.flags = 0x8500, .an = 1, .ar = 1}) + question("A.test.", RRType::A) + kAddress + kOpt,
       "N1: the question is not the one that was asked"},
      {"trailing", good(0x8500, kAddress + kOpt + Bytes{0}, 1), "counts and octets do not agree"},
      {"cut", good(0x8500, kOpt, 1), "counts and octets do not agree"},
      {"truncated with records", good(0x8700, kAddress + kOpt, 1), "E10: TC with records"},
      {"records with an error", good(0x8105, kAddress + kOpt, 1), "records with an error"},
      {"nxdomain without soa", good(0x8503, kOpt), "N3: NXDOMAIN without one SOA"},
      {"nodata without soa", good(0x8500, kOpt), "N2: NODATA without one SOA"},
      {"two soa", good(0x8500, kAddress + kSoa + kSoa + kOpt, 1, 2), "two SOA"},
      {"no opt", good(0x8500, kAddress, 1, 0, 0), "E1: no OPT for a query with one"},
      {"no do", good(0x8500, kAddress + opt(1232), 1), "E7: DO"},
      {"flags", good(0x8500, kAddress + opt(1232, 0xc000), 1), "E7: flags"},
      {"version", good(0x8500, kAddress + opt(1232, 0x8000, {}, 1), 1), "E4: the version"},
      {"offered size", good(0x8500, kAddress + opt(4096, 0x8000), 1), "E8: the size that OPT offers"},
      {"option twice", good(0x8500, kAddress + opt(1232, 0x8000, option(3, {}) + option(3, {})), 1),
       "E6: option 3 twice"},
      {"option overruns", good(0x8500, kAddress + opt(1232, 0x8000, u16(3) + u16(1)), 1),
       "E6: an option overruns OPT"},
      {"echoed option", good(0x8500, kAddress + opt(1232, 0x8000, option(65001, {})), 1),
       "E5: option 65001 nobody asked for"},
      {"too large", good(0x8500, record("a.test.", RRType::TXT, Bytes(1300, 0)) + kOpt, 1),
       "E8, E9: 1353 octets of 1232"},
  };
  for (const auto& row : cases) EXPECT_EQ(judged(kAsked, row.reply), row.found) << row.title;
  EXPECT_EQ(judged(query("a.test.", RRType::A),
                   header({.flags = 0x8400, .an = 1, .ar = 1}) + kQuestion + kAddress + opt()),
            "E1: OPT for a query without one");
  EXPECT_EQ(judged(query("a.test.", RRType::A), header({.flags = 0x8600}) + kQuestion, Transport::Tcp),
            "T8: TC over TCP");
  EXPECT_EQ(judged(query("a.test.", RRType::A, 0x8000), header({.flags = 0x8000})), "H1: an answer");
  EXPECT_EQ(judged(edns_query("a.test.", RRType::A, opt(1232, 0, {}, 1)),
                   header({.flags = 0x8400, .an = 1, .ar = 1}) + kQuestion + kAddress + opt()),
            "E4: a version above 0 is BADVERS");
}

}  // namespace
}  // namespace signpost::test
