#include "dns/tap/query_line.h"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signpost::tap {
namespace {

using Octets = std::vector<std::uint8_t>;

void put(Octets& to, std::initializer_list<unsigned> octets) {
  for (const auto octet : octets) to.push_back(static_cast<std::uint8_t>(octet));
}

/// `name` on the wire, a header before it.
Octets query(const std::string& name, unsigned type) {
  Octets made;
  put(made, {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
  made.insert(made.end(), name.begin(), name.end());
  put(made, {0, type >> 8, type & 255, 0, 1});
  return made;
}

std::string line(const Octets& query, const Octets& response, log::Format format = log::Format::Text) {
  NoteHead head;
  head.peer = *SocketAddress::parse("10.0.0.1:4711");
  head.local = *SocketAddress::parse("10.0.0.53:53");
  const WallTime time{std::chrono::milliseconds(1763632800123)};
  const auto made = query_line(Note{head, query, response}, time, format);
  const auto at = made.find(format == log::Format::Text ? " proto=" : "\"proto\"");
  return at == std::string::npos ? made : made.substr(at);
}

TEST(QueryLine, SaysWhatWasAskedAndAnswered) {
  auto asked = query(std::string("\x04") + "cart" + "\x08" + "internal", 1);
  Octets response = asked;
  response[3] = 3;   // NXDOMAIN
  response[7] = 1;   // an answer
  response[11] = 1;  // and an OPT
  put(response, {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 1, 2, 3, 4});
  put(response, {0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(line(asked, response), " proto=udp name=cart.internal. type=A rcode=NXDOMAIN answers=1 octets=" +
                                       std::to_string(response.size()) + "\n");
  response[response.size() - 6] = 1;  // the upper bits: 16 + 3
  EXPECT_NE(line(asked, response).find("rcode=19 "), std::string::npos);
  EXPECT_EQ(line(asked, {}), " proto=udp name=cart.internal. type=A rcode=dropped answers=0 octets=0\n");
  EXPECT_EQ(
      line(asked, {}, log::Format::Json),
      "\"proto\":\"udp\",\"name\":\"cart.internal.\",\"type\":\"A\",\"rcode\":\"dropped\",\"answers\":0,"
      "\"octets\":0}\n");
}

TEST(QueryLine, HostileNamesAndMessages) {
  const auto hostile = line(query(std::string("\x06") + "a\"\n\x1b b", 65280), {});
  EXPECT_EQ(hostile.find('\n'), hostile.size() - 1);
  EXPECT_EQ(hostile.find('\x1b'), std::string::npos);
  EXPECT_NE(hostile.find("type=TYPE65280"), std::string::npos);
  EXPECT_NE(line({1, 2, 3}, {}).find("name=- type=- rcode=dropped"), std::string::npos);
  EXPECT_NE(line({}, Octets(7, 0xc0)).find("octets=7"), std::string::npos);  // whatever it says, it ends
}

}  // namespace
}  // namespace signpost::tap
