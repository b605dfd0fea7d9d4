// Every mistake has its file, line and column, and says what would be right.
#include <gtest/gtest.h>

#include "tests/zones/files/cases.h"
#include "tests/zones/files/support.h"

namespace signpost {
namespace {

const Case kWords[] = {
    {"unclosed_parenthesis", "a A 192.0.2.1\nb A (\n 192.0.2.1\n", "E z:2:5: this `(` is never closed\n"},
    {"stray_parenthesis", "a A 192.0.2.1 )\nb X\n",
     "E z:1:15: there is no `(` that this `)` closes\n"
     "E z:2:3: `X` is not a type; one that is not known by name is written TYPE12345\n"},
    {"unclosed_quote", "a TXT \"b\n", "E z:1:7: this quote is not closed on its line\n"},
    {"quote_inside_a_word", "a TXT b\"c\"\n",
     "E z:1:8: put a blank before this quote, or write \\\" for the octet\n"},
    {"control_character", "a TXT b\x01\n",
     "E z:1:8: the control character \\001 is written as a backslash and its three digits\n"},
    {"last_backslash", "a TXT b\\\n", "E z:1:8: nothing follows this backslash\n"},
    {"bad_escape_in_a_string", "a TXT \\256\n",
     "E z:1:7: string `\\256`: a backslash and digits are \\000 to \\255\n"},
    {"no_owner", "\n A 192.0.2.1\n",
     "E z:2:2: this line begins with a blank, but no record before it names an owner\n"},
    {"owner_in_quotes", "\"a\" A 192.0.2.1\n", "E z:1:1: an owner has no quotes\n"},
    {"empty_label", "a..b A 192.0.2.1\n", "E z:1:1: name 'a..b': has an empty label\n"},
    {"only_an_owner", "a\n", "E z:1:1: a record needs a type here, such as A\n"},
    {"only_an_owner_and_a_ttl", "a 60 IN\n", "E z:1:6: a record needs a type here, such as A\n"},
    {"ttl_too_large", "a 2147483648 A 192.0.2.1\n",
     "E z:1:3: `2147483648` is not a TTL; 3600 and 1h are, up to 2147483647\n"},
    {"ttl_without_its_last_unit", "a 1h30 A 192.0.2.1\n",
     "E z:1:3: `1h30` is not a TTL; 3600 and 1h are, up to 2147483647\n"},
    {"another_class", "a CH A 192.0.2.1\n", "E z:1:3: the class `CH` is not served, only IN\n"},
    {"unknown_type", "a FROB x\n",
     "E z:1:3: `FROB` is not a type; one that is not known by name is written TYPE12345\n"},
    {"type_of_questions", "a ANY\nb AXFR x\nc TYPE41 \\# 0\nd TYPE0 \\# 0\ne TYPE128 \\# 0\n",
     "E z:1:3: `ANY` is no data that a zone can hold\n"
     "E z:2:3: `AXFR` is no data that a zone can hold\n"
     "E z:3:3: `TYPE41` is no data that a zone can hold\n"
     "E z:4:3: `TYPE0` is no data that a zone can hold\n"
     "E z:5:3: `TYPE128` is no data that a zone can hold\n"},
    {"outside_of_the_zone", "a.example.org. A 192.0.2.1\n",
     "E z:1:1: a.example.org. lies outside of the zone example.\n"},
};

const Case kDirectives[] = {
    {"unknown_directive", "$FOO x\n", "E z:1:1: `$FOO` is not known; there are $ORIGIN, $TTL and $INCLUDE\n"},
    {"generate", "$GENERATE 1-9 a$ A 192.0.2.$\n",
     "E z:1:1: $GENERATE is BIND's own; write its records out\n"},
    {"origin_without_a_name", "$ORIGIN\n", "E z:1:1: $ORIGIN takes one name\n"},
    {"origin_that_is_no_name", "$ORIGIN a..b\n", "E z:1:9: name 'a..b': has an empty label\n"},
    {"ttl_that_is_none", "$TTL soon\n", "E z:1:6: `soon` is not a TTL; 3600 and 1h are, up to 2147483647\n"},
    {"include_without_files", "$INCLUDE x\n",
     "E z:1:1: $INCLUDE works in zone files only; name the file with `file:`\n"},
};

const Case kData[] = {
    {"address_too_short", "a A 192.0.2\n",
     "E z:1:5: expected an IPv4 address such as 192.0.2.1, not `192.0.2`\n"},
    {"address_of_the_other_family", "a AAAA 192.0.2.1\n",
     "E z:1:8: expected an IPv6 address such as 2001:db8::1, not `192.0.2.1`\n"},
    {"nothing", "a A\n", "E z:1:3: something is missing: A has 0 fields here, and 1 at least\n"},
    {"too_little", "a MX 10\n", "E z:1:6: something is missing: MX has 1 field here, and 2 at least\n"},
    {"too_much", "a A 192.0.2.1 192.0.2.2\n", "E z:1:15: A has no field for `192.0.2.2`\n"},
    {"number_too_large", "a SRV 0 0 65536 b\n", "E z:1:11: expected a number from 0 to 65535, not `65536`\n"},
    {"number_with_a_sign", "a MX -1 b\n", "E z:1:6: expected a number from 0 to 65535, not `-1`\n"},
    {"name_in_quotes", "a CNAME \"b\"\n", "E z:1:9: a name has no quotes\n"},
    {"odd_hexadecimal", "a DS 1 13 2 abc\n", "E z:1:13: expected pairs of hexadecimal digits, not `abc`\n"},
    {"no_base64", "a DNSKEY 256 3 13 !!!!\n", "E z:1:19: `!!!!` is not what DNSKEY takes here\n"},
    {"generic_too_short", "a TYPE65280 \\# 3 0a0b\n", "E z:1:18: 3 octets were promised and 2 are written\n"},
    {"generic_without_length", "a TYPE65280 \\#\n",
     "E z:1:13: `\\#` is followed by the number of octets, 0 to 65535\n"},
    {"generic_of_a_known_type_too_long", "a A \\# 5 0102030405\n",
     "E z:1:10: these octets are not whole RDATA of the type A\n"},
    {"generic_with_a_pointer", "a CNAME \\# 2 c000\n",
     "E z:1:14: these octets are not whole RDATA of the type CNAME\n"},
    {"unknown_type_with_words", "a TYPE65280 abc\n",
     "E z:1:13: TYPE65280 is written as `\\# length hexadecimal` (RFC 3597)\n"},
};

class MasterFileMistake : public ::testing::TestWithParam<Case> {};
TEST_P(MasterFileMistake, IsReported) { EXPECT_EQ(told(GetParam().text), GetParam().told); }

INSTANTIATE_TEST_SUITE_P(Words, MasterFileMistake, ::testing::ValuesIn(kWords), name_of);
INSTANTIATE_TEST_SUITE_P(Directives, MasterFileMistake, ::testing::ValuesIn(kDirectives), name_of);
INSTANTIATE_TEST_SUITE_P(Data, MasterFileMistake, ::testing::ValuesIn(kData), name_of);

TEST(MasterFileLimits, OnlySoManyMistakesAreListed) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "a A x\n";
  const auto reading = read_zone_text(text, Name::parse("example").value());
  EXPECT_EQ(reading.findings.errors.size(), 100U);
}

TEST(MasterFileLimits, StringsAndNamesHaveTheirs) {
  EXPECT_NE(told("a TXT " + std::string(256, 'x') + "\n")
                .find("a string has at most 255 octets, this one 256; split it"),
            std::string::npos);
  EXPECT_EQ(told("a TXT " + std::string(255, 'x') + "\n").substr(0, 12), "a.example. 7");
  const std::string label = std::string(63, 'a') + ".";
  EXPECT_EQ(told(label + label + label + std::string(53, 'b') + " A 192.0.2.1\n").find("E "),
            std::string::npos);
  EXPECT_NE(
      told(label + label + label + std::string(54, 'b') + " A 192.0.2.1\n").find("longer than 255 octets"),
      std::string::npos);
}

}  // namespace
}  // namespace signpost
