#include "dns/query/response.h"

#include <gtest/gtest.h>

#include "tests/support/dns/in_memory.h"

namespace signpost::test {
namespace {

// Flag day 2020 (facts section 3.2): sizes asked for against answers around every limit.
class Sizes : public testing::TestWithParam<std::tuple<unsigned, unsigned>> {};

TEST_P(Sizes, E8_E10_reply_fits_or_is_truncated_to_nothing) {
  const auto [asked, answer] = GetParam();
  InMemory server;
  const auto reply =
      server.ask(edns_query("size" + std::to_string(answer) + ".test.", RRType::TXT, opt(asked)));
  const auto limit = std::min<std::size_t>(std::max(asked, 512u), 1232);
  const bool fits = answer + 11 <= limit;
  ASSERT_LE(reply.size(), limit);
  EXPECT_EQ(describe(reply).find(" tc") == std::string::npos, fits) << describe(reply);
  if (fits) {
    EXPECT_EQ(reply.size(), answer + 11u);
  }
  EXPECT_NE(describe(reply).find("opt 1232"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(FlagDay2020, Sizes,
                         testing::Combine(testing::Values(0, 511, 512, 513, 1231, 1232, 1233, 4096, 65535),
                                          testing::Values(500, 501, 502, 511, 512, 1220, 1221, 1222, 1231,
                                                          1232, 1233)));

TEST(Response, E9_no_edns_is_512_exactly) {
  InMemory server;
  EXPECT_EQ(server.ask(query("size512.test.", RRType::TXT)).size(), 512u);
  EXPECT_NE(server.tell(query("size513.test.", RRType::TXT)).find(" tc"), std::string::npos);
}

TEST(Response, T8_tcp_takes_65535_octets_and_never_truncates) {
  InMemory server;
  server.context.transport = Transport::Tcp;
  EXPECT_EQ(server.ask(query("size65535.test.", RRType::TXT)).size(), 65535u);
  // 12 + 19 of the question + 16 each: 4,094 addresses are 65,535 octets.
  EXPECT_EQ(server.ask(query("many4094.test.", RRType::A)).size(), 65535u);
}

TEST(Response, T8_larger_than_tcp_is_servfail_with_a_reason) {
  InMemory server;
  server.context.transport = Transport::Tcp;
  EXPECT_EQ(server.tell(edns_query("many4095.test.", RRType::A, opt())),
            "SERVFAIL; many4095.test. A; 0/0/0; opt 1232 ede 0");
}

TEST(Response, E22_the_error_gives_way_text_first) {
  Query query;
  const Name root;
  query.question.name = root.wire();
  query.question.type = RRType::TXT;
  query.question.klass = RRClass::IN;
  query.edns = {.present = true};
  // header 12, question 5, OPT 11; what is left of 512 is filled to leave room for less and less.
  const auto finish_with_room = [&](std::size_t room) {
    Bytes buffer(512);
    Response response;
    response.begin(query, buffer, 512);
    const auto size = response.remaining() - room;
    auto* at = response.reserve(size);
    const auto txt = record(".", RRType::TXT, Bytes(size - 11, 0));
    std::memcpy(at, txt.data(), size);
    response.add(Section::Answer, size, 1);
    response.set_extended_error(ExtendedError::StaleAnswer, "old");
    const auto octets = response.finish();
    return describe(Bytes(octets.begin(), octets.end())) + " " + std::to_string(octets.size());
  };
  EXPECT_EQ(finish_with_room(9), "NOERROR; . TXT; 1/0/0; opt 1232 ede 3 512");
  EXPECT_EQ(finish_with_room(8), "NOERROR; . TXT; 1/0/0; opt 1232 ede 3 510") << "without its text";
  EXPECT_EQ(finish_with_room(6), "NOERROR; . TXT; 1/0/0; opt 1232 ede 3 512");
  EXPECT_EQ(finish_with_room(5), "NOERROR; . TXT; 1/0/0; opt 1232 507") << "not at all";
  EXPECT_EQ(finish_with_room(0), "NOERROR; . TXT; 1/0/0; opt 1232 512");
}

TEST(Response, FirstExtendedErrorStays) {
  Query query;
  const Name root;
  query.question.name = root.wire();
  query.question.type = RRType::TXT;
  query.question.klass = RRClass::IN;
  query.edns = {.present = true};
  Bytes buffer(512);
  Response response;
  response.begin(query, buffer, 512);
  response.set_extended_error(ExtendedError::NotReady);
  response.set_extended_error(ExtendedError::Prohibited);
  const auto octets = response.finish();
  EXPECT_NE(describe(Bytes(octets.begin(), octets.end())).find("ede 14"), std::string::npos);
}

}  // namespace
}  // namespace signpost::test
