// What the option tables print. Whether the schema fits real configurations is tested by tests/program.
#include "config/reference.h"

#include <string>

#include <gtest/gtest.h>

#include "config/options.h"
#include "config/read_file.h"

namespace signpost::config {
namespace {

TEST(Reference, ThePageInTheRepositoryIsWhatIsPrinted) {
  const auto page = read_file(std::string(SIGNPOST_SOURCE_DIR) + "/config/REFERENCE.md");
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(*page, reference_markdown())
      << "write it anew: signpost reference --markdown > config/REFERENCE.md";
}

TEST(Reference, OneOption) {
  EXPECT_EQ(reference_text("tcp.idle").value(),
            "tcp.idle\n"
            "    a duration from 100ms to 1h; default: 10s; acts at: reload\n"
            "    A connection without a question for so long is closed (RFC 7766 section 6.2.3).\n");
}

TEST(Reference, APathHasAllThatIsBelowIt) {
  const auto text = reference_text("zones[].soa").value();
  EXPECT_NE(text.find("zones[].soa\n"), std::string::npos);
  EXPECT_NE(text.find("zones[].soa.mname\n"), std::string::npos);
  EXPECT_EQ(text.find("zones[].ttl"), std::string::npos);
  EXPECT_EQ(reference_text("log").value().find("lameduck"), std::string::npos);
}

TEST(Reference, AllHasEveryOption) {
  const auto text = reference_text().value();
  for (const auto& line : all_options())
    EXPECT_NE(text.find(line.path + (line.type.empty() ? "\n" : "  (type: ")), std::string::npos)
        << line.path;
}

TEST(Reference, ASlipOfThePenIsNamed) {
  EXPECT_EQ(reference_text("zones[].tll").error().message,
            "there is no option `zones[].tll`; did you mean `zones[].ttl`?");
  EXPECT_EQ(reference_text("nonsense and more").error().message,
            "there is no option `nonsense and more`; `signpost reference` prints all");
}

TEST(Schema, EveryOptionIsInIt) {
  const auto schema = json_schema();
  for (const auto& line : all_options()) {
    const auto key = line.path.substr(line.path.find_last_of('.') + 1);
    EXPECT_NE(schema.find('"' + key + "\": {"), std::string::npos) << line.path;
  }
}

}  // namespace
}  // namespace signpost::config
