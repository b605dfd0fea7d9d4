// One record of every type that ldns can write, and what it reads back as.
#include <gtest/gtest.h>

#include "tests/zones/files/support.h"

namespace signpost {
namespace {

struct Case {
  const char* type;
  const char* written;
  const char* read;  // null: the same
};

const Case kTypes[] = {
    {"A", "192.0.2.1", nullptr},
    {"NS", "b.other.", nullptr},
    {"CNAME", "b", "b.example."},
    {"HINFO", "cpu \"an os\"", "\"cpu\" \"an os\""},
    {"MB", "b", "b.example."},
    {"MG", "b", "b.example."},
    {"MR", "b", "b.example."},
    {"MINFO", "b @", "b.example. example."},
    {"PTR", "b", "b.example."},
    {"MX", "10 b", "10 b.example."},
    {"TXT", "\"x y\"", nullptr},
    {"RP", "b c.other.", "b.example. c.other."},
    {"AFSDB", "1 b", "1 b.example."},
    {"X25", "311061700956", "\"311061700956\""},
    {"ISDN", "150862028003217 004", "\"150862028003217\" \"004\""},
    {"RT", "1 b", "1 b.example."},
    {"KEY", "256 3 5 AQID", "256 3 5 AQID"},
    {"PX", "1 b c", "1 b.example. c.example."},
    {"GPOS", "-32.6882 116.8652 10.0", "\"-32.6882\" \"116.8652\" \"10.0\""},
    {"AAAA", "2001:db8::1", nullptr},
    {"LOC", "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",
     "52 22 23.000 N 04 53 32.000 E -2m 0.00m 10000m 10m"},
    {"SRV", "1 2 3 b", "1 2 3 b.example."},
    {"NAPTR", "100 10 u sip+E2U \"!^.*$!sip:i@a.b!\" .", "100 10 \"u\" \"sip+E2U\" \"!^.*$!sip:i@a.b!\" ."},
    {"KX", "1 b", "1 b.example."},
    {"CERT", "PKIX 1 RSASHA1 AQID", "PKIX 1 5 AQID"},
    {"DNAME", "other.", nullptr},
    {"APL", "1:192.0.2.0/24 !2:2001:db8::/32",
     "1:192.0.2.0/24 !2:2001:0db8:0000:0000:0000:0000:0000:0000/32"},
    {"DS", "1 13 2 AA BB", "1 13 2 aabb"},
    {"SSHFP", "4 2 aabb", nullptr},
    {"IPSECKEY", "10 1 2 192.0.2.1 AQID", "10 1 2 192.0.2.1 AQID"},
    {"IPSECKEY", "10 3 2 gw AQID", "10 3 2 gw.example. AQID"},
    {"DNSKEY", "256 3 13 AQIDBA==", "256 3 13 AQIDBA=="},
    {"DHCID", "AQID BAUG", "AQIDBAUG"},
    {"NSEC3PARAM", "1 0 5 aabb", nullptr},
    {"TLSA", "3 1 1 aabb", nullptr},
    {"SMIMEA", "3 1 1 aa bb", "3 1 1 aabb"},
    {"HIP", "2 200100107b1a74df365639cc39f1d578 AQID rvs",
     "2 200100107b1a74df365639cc39f1d578 AQID rvs.example."},
    {"CDS", "1 13 2 aabb", nullptr},
    {"CDNSKEY", "256 3 13 AQIDBA==", "256 3 13 AQIDBA=="},
    {"OPENPGPKEY", "AQID", nullptr},
    {"CSYNC", "66 3 A NS AAAA", nullptr},
    {"SVCB", "1 b port=53", "1 b.example. port=53"},
    {"HTTPS", "0 b", "0 b.example."},
    {"SPF", "\"v=spf1 -all\"", nullptr},
    {"NID", "10 0014:4fff:ff20:ee64", nullptr},
    {"L32", "10 10.1.2.0", nullptr},
    {"L64", "10 2001:0db8:1140:1000", nullptr},
    {"LP", "10 b", "10 b.example."},
    {"EUI48", "00-00-5e-00-53-2a", nullptr},
    {"EUI64", "00-00-5e-ef-10-00-00-2a", nullptr},
    {"URI", "10 1 \"ftp://ftp.example.com/\"", nullptr},
    {"CAA", "0 issue \"ca.example; a=b\"", nullptr},
    {"CAA", "128 iodef word", "128 iodef \"word\""},
    {"TYPE65280", "\\# 3 0a 0b0c", "\\# 3 0a0b0c"},
    {"TYPE65280", "\\# 0", "\\# 0"},
    {"TYPE1", "\\# 4 c0000201", nullptr},
    {"NULL", "\\# 2 0102", nullptr},
};

TEST(Types, AreReadAsTheyAreWritten) {
  for (const auto& c : kTypes) {
    const std::string type = c.type == std::string("TYPE1") ? "A" : c.type;
    const std::string read = c.type == std::string("TYPE1") ? "192.0.2.1"
                             : c.read == nullptr            ? c.written
                                                            : c.read;
    const auto lines = told(std::string("a ") + c.type + " " + c.written + "\n");
    EXPECT_EQ(lines, "a.example. 7 IN " + type + " " + read + "\n") << c.type << " " << c.written;
  }
}

/// Any type may be written as octets, and octets say the same as words (RFC 3597, section 5).
TEST(Types, WordsAndOctetsAreTheSame) {
  for (const auto& c : kTypes) {
    const auto words =
        read_zone_text(std::string("a ") + c.type + " " + c.written, Name::parse("example").value());
    ASSERT_TRUE(words.zone) << c.type;
    const auto& rrset = words.zone->nodes[0].rrsets[0];
    std::string generic = "a TYPE" + std::to_string(static_cast<unsigned>(rrset.type)) + " \\# " +
                          std::to_string(rrset.rdata[0].size()) + " ";
    for (const auto octet : rrset.rdata[0]) {
      generic += "0123456789abcdef"[octet >> 4];
      generic += "0123456789abcdef"[octet & 15];
    }
    const auto octets = read_zone_text(generic, Name::parse("example").value());
    ASSERT_TRUE(octets.zone) << generic << "\n" << told(octets);
    EXPECT_EQ(octets.zone->nodes[0].rrsets, words.zone->nodes[0].rrsets) << c.type;
  }
}

}  // namespace
}  // namespace signpost
