// Text that comes out of a manual page as it was written. Whether man and mandoc like the pages:
// tests/deploy.
#include "config/roff.h"

#include <string>

#include <gtest/gtest.h>

#include "config/options.h"
#include "config/reference.h"

namespace signpost::config {
namespace {

TEST(Roff, NothingOfATextIsTakenForAMacro) {
  EXPECT_EQ(roff_text(".TH is text"), "\\&.TH is text");
  EXPECT_EQ(roff_text("'quoted'"), "\\(aqquoted\\(aq");
  EXPECT_EQ(roff_text("a\\nb"), "a\\enb");
}

TEST(Roff, WhatIsTypedIsBoldAndHasHyphensForAShell) {
  EXPECT_EQ(roff_text("a well-known `--no-x` word"), "a well-known \\fB\\-\\-no\\-x\\fR word");
  EXPECT_EQ(roff_word("a-b~c^d"), "a\\-b\\(tic\\(had");
}

TEST(Roff, LongTextIsBrokenIntoLinesThatAreNoMacros) {
  const std::string word(40, 'x');
  EXPECT_EQ(roff_text(word + " " + word + " ." + word + "  end"),
            word + "\n" + word + "\n\\&." + word + " end");
}

TEST(Roff, AnExampleIsKeptLineByLine) {
  EXPECT_EQ(roff_example("a: 1\n\n.b\n"), ".PP\n.in +4n\n.EX\na: 1\n\n\\&.b\n.EE\n.in\n");
}

TEST(Roff, TheManualHasEveryOption) {
  const auto page = reference_man({"2026-01-31", "1.2.3"});
  EXPECT_TRUE(page.starts_with(".TH SIGNPOST.YAML 5 \"2026-01-31\" \"signpost 1.2.3\" \"File formats\"\n"));
  for (const auto& line : all_options())
    EXPECT_NE(page.find(".TP\n" + roff_bold(line.path)), std::string::npos) << line.path;
}

}  // namespace
}  // namespace signpost::config
