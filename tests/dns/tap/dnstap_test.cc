#include "dns/tap/dnstap.h"

#include <chrono>
#include <map>
#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace signpost::tap {
namespace {

using Fields = std::map<unsigned, std::variant<std::uint64_t, std::string>>;

/// Reads protobuf by its description alone.
Fields read_fields(std::string_view text) {
  Fields fields;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto octet = static_cast<unsigned char>(text.at(0));
      text.remove_prefix(1);
      value |= std::uint64_t{octet & 0x7fu} << shift;
      if (octet < 0x80) return value;
    }
  };
  while (!text.empty()) {
    const auto key = varint();
    const auto field = static_cast<unsigned>(key >> 3);
    EXPECT_FALSE(fields.contains(field)) << field;
    if ((key & 7) == 0) {
      fields[field] = varint();
    } else if ((key & 7) == 5) {
      std::uint64_t value = 0;
      for (unsigned i = 0; i < 4; ++i)
        value |= std::uint64_t{static_cast<unsigned char>(text.at(i))} << (8 * i);
      text.remove_prefix(4);
      fields[field] = value;
    } else {
      EXPECT_EQ(key & 7, 2u);
      const auto size = varint();
      EXPECT_LE(size, text.size());
      fields[field] = std::string(text.substr(0, size));
      text.remove_prefix(size);
    }
  }
  return fields;
}

const std::vector<std::uint8_t> kQuery{0x12, 0x34, 1, 2, 3};
const std::vector<std::uint8_t> kResponse(300, 0xab);
const WallTime kTime{std::chrono::nanoseconds(1763632800123456789)};

Fields message(DnstapType type, const NoteHead& head, const DnstapIdentity& identity = {}) {
  std::string out;
  append_dnstap(out, type, Note{head, kQuery, kResponse}, kTime, identity);
  const auto outer = read_fields(out);
  EXPECT_EQ(std::get<std::uint64_t>(outer.at(15)), 1u);
  EXPECT_EQ(outer.contains(1), !identity.identity.empty());
  return read_fields(std::get<std::string>(outer.at(14)));
}

TEST(Dnstap, Query) {
  NoteHead head;
  head.peer = *SocketAddress::parse("192.0.2.1:4711");
  head.local = *SocketAddress::parse("192.0.2.53:53");
  const auto fields = message(DnstapType::AuthQuery, head, {"ns1", "signpost 1"});
  const Fields expected{{1, std::uint64_t{1}},
                        {2, std::uint64_t{1}},
                        {3, std::uint64_t{1}},
                        {4, std::string("\xc0\x00\x02\x01", 4)},
                        {5, std::string("\xc0\x00\x02\x35", 4)},
                        {6, std::uint64_t{4711}},
                        {7, std::uint64_t{53}},
                        {8, std::uint64_t{1763632800}},
                        {9, std::uint64_t{123456789}},
                        {10, std::string(kQuery.begin(), kQuery.end())}};
  EXPECT_EQ(fields, expected);
}

TEST(Dnstap, ResponseOverTcpAndIPv6) {
  NoteHead head;
  head.transport = Transport::Tcp;
  head.peer = *SocketAddress::parse("[2001:db8::1]:4711");
  head.local = *SocketAddress::parse("[2001:db8::53]:53");
  auto fields = message(DnstapType::AuthResponse, head);
  EXPECT_EQ(fields[1], decltype(fields)::mapped_type(std::uint64_t{2}));
  EXPECT_EQ(fields[2], decltype(fields)::mapped_type(std::uint64_t{2}));
  EXPECT_EQ(fields[3], decltype(fields)::mapped_type(std::uint64_t{2}));
  EXPECT_EQ(std::get<std::string>(fields[4]).size(), 16u);
  EXPECT_EQ(fields[12], decltype(fields)::mapped_type(std::uint64_t{1763632800}));
  EXPECT_EQ(std::get<std::string>(fields[14]), std::string(kResponse.begin(), kResponse.end()));
  EXPECT_FALSE(fields.contains(10));
}

}  // namespace
}  // namespace signpost::tap
