// signpost(8) as text; that it has every command of the real program is shown by tests/deploy.
#include "dns/manual.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace signpost {
namespace {

TEST(Manual, ACommandWithItsArgumentsAndOptions) {
  const auto page = program_manual({{"dump",
                                     "what a zone answers",
                                     {{{"-c", "--config"}, "the file", true, true, "FILE", "/etc/s.yaml"},
                                      {{"-h", "--help"}, "of every command"},
                                      {{"--json"}, "for programs"}},
                                     {},
                                     false,
                                     {{"ZONE", "its name", true}, {"MORE", "or nothing"}}}},
                                   {"2026-01-31", "1.2.3"});
  EXPECT_NE(page.find(".SS signpost dump ZONE [MORE]\nwhat a zone answers.\n.TP\n\\fIZONE\\fR\nits name\n"),
            std::string::npos);
  EXPECT_NE(page.find(".TP\n\\fB\\-c\\fR, \\fB\\-\\-config\\fR \\fIFILE\\fR\nthe file (default: "
                      "\\fB/etc/s.yaml\\fR)\n.TP\n\\fB\\-\\-json\\fR\nfor programs\n"),
            std::string::npos);
  EXPECT_EQ(page.find("of every command"), std::string::npos);
}

TEST(Manual, ItsDateIsTheSourcesWhereTheyHaveOne) {
  ::setenv("SOURCE_DATE_EPOCH", "1000000000", 1);
  EXPECT_EQ(manual_stamp().date, "2001-09-09");
  ::setenv("SOURCE_DATE_EPOCH", "soon", 1);
  EXPECT_EQ(manual_stamp().date.size(), 10U);
  EXPECT_NE(manual_stamp().date, "2001-09-09");
  ::unsetenv("SOURCE_DATE_EPOCH");
}

}  // namespace
}  // namespace signpost
