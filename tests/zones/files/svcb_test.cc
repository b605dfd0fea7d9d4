// The vectors of RFC 9460, appendix D, and rule N18.
#include <gtest/gtest.h>

#include "tests/zones/files/support.h"

namespace signpost {
namespace {

struct Vector {
  const char* written;
  const char* octets;
};

/// Appendix D.1 and D.2; names in them are absolute or relative to example.com there, and absolute here.
const Vector kVectors[] = {
    {"HTTPS 0 foo.example.com.", "0000 03666f6f 076578616d706c65 03636f6d 00"},
    {"SVCB 1 .", "0001 00"},
    {"SVCB 16 foo.example.com. port=53", "0010 03666f6f 076578616d706c65 03636f6d 00 0003 0002 0035"},
    {"SVCB 1 foo.example.com. key667=hello",
     "0001 03666f6f 076578616d706c65 03636f6d 00 029b 0005 68656c6c6f"},
    {"SVCB 1 foo.example.com. key667=\"hello\\210qoo\"",
     "0001 03666f6f 076578616d706c65 03636f6d 00 029b 0009 68656c6c6fd2716f6f"},
    {"SVCB 1 foo.example.com. ( ipv6hint=\"2001:db8::1,2001:db8::53:1\" )",
     "0001 03666f6f 076578616d706c65 03636f6d 00 0006 0020 20010db8000000000000000000000001 "
     "20010db8000000000000000000530001"},
    {"SVCB 1 example.com. ( ipv6hint=\"2001:db8:122:344::192.0.2.33\" )",
     "0001 076578616d706c65 03636f6d 00 0006 0010 20010db80122034400000000c0000221"},
    {"SVCB 16 foo.example.org. ( alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1 )",
     "0010 03666f6f 076578616d706c65 036f7267 00 0000 0004 0001 0004 0001 0009 02 6832 05 68332d3139 0004 "
     "0004 "
     "c0000201"},
    {"SVCB 16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
     "0010 03666f6f 076578616d706c65 036f7267 00 0001 000c 08 665c6f6f2c626172 02 6832"},
    {"SVCB 16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
     "0010 03666f6f 076578616d706c65 036f7267 00 0001 000c 08 665c6f6f2c626172 02 6832"},
    {"SVCB 1 . ech=AQIDBA== dohpath=/q{?dns} ohttp",
     "0001 00 0005 0004 01020304 0007 0008 2f717b3f646e737d 0008 0000"},
    {"SVCB 1 . no-default-alpn alpn=h3", "0001 00 0001 0003 026833 0002 0000"},
};

std::string hex_of(const StaticReading& reading) {
  if (!reading.zone) return told(reading);
  std::string out;
  for (const auto octet : reading.zone->nodes[0].rrsets[0].rdata[0]) {
    out += "0123456789abcdef"[octet >> 4];
    out += "0123456789abcdef"[octet & 15];
  }
  return out;
}

TEST(Svcb, VectorsOfTheRfc) {
  for (const auto& vector : kVectors) {
    std::string octets;
    for (const char c : std::string(vector.octets)) octets += c == ' ' ? "" : std::string(1, c);
    const auto reading = read_zone_text(std::string("a ") + vector.written, Name::parse("example").value());
    EXPECT_EQ(hex_of(reading), octets) << vector.written;
  }
}

struct Case {
  const char* name;
  const char* written;
  const char* said;  // behind "E z:1:N: "
};

/// Appendix D.3, and what section 2 and 8 ask for besides.
const Case kMistakes[] = {
    {"key_twice", "1 . key123=abc key123=def", "key123 is written twice; keep one"},
    {"mandatory_empty", "1 . mandatory", "mandatory: it needs a value"},
    {"alpn_empty", "1 . alpn", "alpn: it needs a value"},
    {"port_empty", "1 . port", "port: it needs a value"},
    {"ipv4hint_empty", "1 . ipv4hint", "ipv4hint: it needs a value"},
    {"no_default_alpn_with_a_value", "1 . alpn=h2 no-default-alpn=abc", "no-default-alpn: it takes no value"},
    {"mandatory_key_missing", "1 . mandatory=key123", "mandatory names key123, which is not here; add it"},
    {"mandatory_names_itself", "1 . mandatory=mandatory", "mandatory must not name itself"},
    {"mandatory_twice", "1 . mandatory=key123,key123 key123=abc",
     "mandatory names key123 twice or out of order"},
    {"alias_with_parameters", "0 foo port=1",
     "priority 0 (an alias) has no parameters; leave them out or use another priority"},
    {"port_too_large", "1 . port=65536", "port: a port is 0 to 65535"},
    {"hint_of_the_other_family", "1 . ipv4hint=::1", "ipv4hint: `::1` is not an IPv4 address"},
    {"alpn_item_empty", "1 . alpn=h2,,h3", "alpn: an item is empty"},
    {"default_alpn_alone", "1 . no-default-alpn", "no-default-alpn needs alpn (RFC 9460, section 7.1.1)"},
    {"unknown_word", "1 . colour=red",
     "`colour=red` is not a parameter; write key=value, an unknown key as key12345=value"},
    {"key_with_zeros", "1 . key0001=h2",
     "`key0001=h2` is not a parameter; write key=value, an unknown key as key12345=value"},
    {"invalid_key", "1 . key65535=x",
     "`key65535=x` is not a parameter; write key=value, an unknown key as key12345=value"},
    {"ech_no_base64", "1 . ech=AB", "ech: base64 has a multiple of four digits"},
};

TEST(Svcb, MistakesAreReported) {
  for (const auto& c : kMistakes) {
    for (const std::string type : {"SVCB", "HTTPS"}) {
      const auto line = told("a " + type + " " + c.written + "\n");
      EXPECT_NE(line.find(c.said), std::string::npos) << c.name << ": " << line;
      EXPECT_EQ(line.substr(0, 6), "E z:1:") << c.name;
    }
  }
}

TEST(Svcb, OctetsKeepTheOrderOfKeys) {
  EXPECT_NE(told("a SVCB \\# 15 000100 0003 0002 0035 0003 0002 0036\n").find("port is out of order"),
            std::string::npos)
      << told("a SVCB \\# 15 000100 0003 0002 0035 0003 0002 0036\n");
}

}  // namespace
}  // namespace signpost
