// What master-file text means (RFC 1035, section 5; RFC 2308, section 4): the rule is the name of the case.
#include <gtest/gtest.h>

#include "tests/zones/files/cases.h"
#include "tests/zones/files/support.h"

namespace signpost {
namespace {

const Case kOwners[] = {
    {"relative_names_continue_with_the_origin", "a A 192.0.2.1\n", "a.example. 7 IN A 192.0.2.1\n"},
    {"absolute_names_do_not", "a.example. A 192.0.2.1\n", "a.example. 7 IN A 192.0.2.1\n"},
    {"at_is_the_origin", "@ A 192.0.2.1\n", "example. 7 IN A 192.0.2.1\n"},
    {"a_blank_repeats_the_owner", "a A 192.0.2.1\n\tA 192.0.2.2\n",
     "a.example. 7 IN A 192.0.2.1\na.example. 7 IN A 192.0.2.2\n"},
    {"a_comment_between_keeps_the_owner", "a A 192.0.2.1\n; x\n\n  ; y\n A 192.0.2.2\n",
     "a.example. 7 IN A 192.0.2.1\na.example. 7 IN A 192.0.2.2\n"},
    {"names_are_folded", "AbC A 192.0.2.1\naBc A 192.0.2.2\n",
     "abc.example. 7 IN A 192.0.2.1\nabc.example. 7 IN A 192.0.2.2\n"},
    {"names_in_data_are_not", "a CNAME TarGet\n", "a.example. 7 IN CNAME TarGet.example.\n"},
    {"escapes_make_octets", "a\\.b\\032c A 192.0.2.1\n", "a\\.b\\032c.example. 7 IN A 192.0.2.1\n"},
    {"an_escaped_last_dot_is_no_end", "a\\. A 192.0.2.1\n", "a\\..example. 7 IN A 192.0.2.1\n"},
    {"a_wildcard_is_a_name", "*.a A 192.0.2.1\n", "*.a.example. 7 IN A 192.0.2.1\n"},
    {"the_last_line_needs_no_end", "a A 192.0.2.1", "a.example. 7 IN A 192.0.2.1\n"},
    {"lines_may_end_as_in_windows", "a A 192.0.2.1\r\n  A 192.0.2.2\r\n",
     "a.example. 7 IN A 192.0.2.1\na.example. 7 IN A 192.0.2.2\n"},
    {"a_byte_order_mark_is_skipped",
     "\xef\xbb\xbf"
     "a A 192.0.2.1\n",
     "a.example. 7 IN A 192.0.2.1\n"},
    {"nothing_is_nothing", "; only words\n\n", ""},
};

const Case kDirectives[] = {
    {"origin_changes_what_follows", "a A 192.0.2.1\n$ORIGIN b.example.\na A 192.0.2.2\n",
     "a.b.example. 7 IN A 192.0.2.2\na.example. 7 IN A 192.0.2.1\n"},
    {"origin_may_be_relative", "$ORIGIN b\n$ORIGIN c\na A 192.0.2.2\n", "a.c.b.example. 7 IN A 192.0.2.2\n"},
    {"ttl_counts_from_there", "a A 192.0.2.1\n$TTL 60\nb A 192.0.2.1\n",
     "a.example. 7 IN A 192.0.2.1\nb.example. 60 IN A 192.0.2.1\n"},
    {"words_of_directives_have_any_case", "$ttl 1m\n$Origin b\na A 192.0.2.2\n",
     "a.b.example. 60 IN A 192.0.2.2\n"},
};

const Case kTtls[] = {
    {"before_the_class", "a 60 IN A 192.0.2.1\n", "a.example. 60 IN A 192.0.2.1\n"},
    {"behind_the_class", "a IN 60 A 192.0.2.1\n", "a.example. 60 IN A 192.0.2.1\n"},
    {"with_units", "a 1w2d3h4m5s A 192.0.2.1\n", "a.example. 788645 IN A 192.0.2.1\n"},
    {"zero", "a 0 A 192.0.2.1\n", "a.example. 0 IN A 192.0.2.1\n"},
    {"the_largest", "a 2147483647 A 192.0.2.1\n", "a.example. 2147483647 IN A 192.0.2.1\n"},
    {"missing_is_that_of_the_record_before", "a 60 A 192.0.2.1\nb A 192.0.2.1\n",
     "a.example. 60 IN A 192.0.2.1\nb.example. 60 IN A 192.0.2.1\n"},
    {"missing_is_the_directive_first", "$TTL 9\na 60 A 192.0.2.1\nb A 192.0.2.1\n",
     "a.example. 60 IN A 192.0.2.1\nb.example. 9 IN A 192.0.2.1\n"},
    {"missing_at_the_soa_is_its_minimum", "@ SOA a b 1 2 3 4 99\na A 192.0.2.1\n",
     "example. 99 IN SOA a.example. b.example. 1 2 3 4 99\na.example. 99 IN A 192.0.2.1\n"},
    {"class_by_number", "a CLASS1 A 192.0.2.1\n", "a.example. 7 IN A 192.0.2.1\n"},
    {"the_lowest_of_one_rrset_counts", "a 60 A 192.0.2.1\na 30 A 192.0.2.2\n",
     "a.example. 30 IN A 192.0.2.1\na.example. 30 IN A 192.0.2.2\n"
     "W z:1:1: the TTLs of a.example. A differ; all get the lowest, 30\n"},
};

const Case kLines[] = {
    {"parentheses_join_lines", "@ SOA a b ( 1 ; serial\n 2 3\n 1h 1m )\n",
     "example. 60 IN SOA a.example. b.example. 1 2 3 3600 60\n"},
    {"they_may_stand_anywhere", "( a\nA ) 192.0.2.1\n", "a.example. 7 IN A 192.0.2.1\n"},
    {"they_need_no_blanks", "a A(192.0.2.1)\n", "a.example. 7 IN A 192.0.2.1\n"},
    {"a_semicolon_ends_the_words", "a A 192.0.2.1;60\n", "a.example. 7 IN A 192.0.2.1\n"},
    {"inside_quotes_all_is_text", "a TXT \"x;(y) z\"\n", "a.example. 7 IN TXT \"x;(y) z\"\n"},
    {"quotes_are_escaped_inside", "a TXT \"x\\\"y\\\\\"\n", "a.example. 7 IN TXT \"x\\\"y\\\\\"\n"},
    {"a_string_may_be_empty", "a TXT \"\" x \"\"\n", "a.example. 7 IN TXT \"\" \"x\" \"\"\n"},
    {"strings_keep_their_order", "a TXT b a \"c d\"\n", "a.example. 7 IN TXT \"b\" \"a\" \"c d\"\n"},
    {"digits_make_octets_in_strings", "a TXT \\097\\000\\255\n", "a.example. 7 IN TXT \"a\\000\\255\"\n"},
    {"other_octets_are_kept", "a TXT \"\xc3\xa9\"\n", "a.example. 7 IN TXT \"\\195\\169\"\n"},
};

class MasterFileSyntax : public ::testing::TestWithParam<Case> {};
TEST_P(MasterFileSyntax, Means) { EXPECT_EQ(told(GetParam().text), GetParam().told); }

INSTANTIATE_TEST_SUITE_P(Owners, MasterFileSyntax, ::testing::ValuesIn(kOwners), name_of);
INSTANTIATE_TEST_SUITE_P(Directives, MasterFileSyntax, ::testing::ValuesIn(kDirectives), name_of);
INSTANTIATE_TEST_SUITE_P(Ttls, MasterFileSyntax, ::testing::ValuesIn(kTtls), name_of);
INSTANTIATE_TEST_SUITE_P(Lines, MasterFileSyntax, ::testing::ValuesIn(kLines), name_of);

}  // namespace
}  // namespace signpost
