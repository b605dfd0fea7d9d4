#include "dns/wire/name.h"

#include <random>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "tests/support/ldns.h"

namespace signpost {
namespace {

/// A legal name with labels of every kind of octet; about one in eight is as long as names get.
Name random_name(Random& random) {
  Name name;
  const auto labels = random.below(8) == 0 ? 127 : random.below(6);
  for (std::uint64_t i = 0; i < labels; ++i) {
    std::string label(1 + random.below(random.below(4) == 0 ? 63 : 8), ' ');
    for (auto& c : label) c = static_cast<char>(random.below(256));
    if (!name.prepend(label)) break;
  }
  return name;
}

std::string ldns_text(NameView wire) {
  ldns_rdf* rdf = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.size(), wire.data());
  char* text = ldns_rdf2str(rdf);
  std::string result(text);
  free(text);
  ldns_rdf_deep_free(rdf);
  return result;
}

TEST(Name, TextRoundTrips) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 5000; ++i) {
    const auto name = random_name(random);
    const auto again = Name::parse(name.to_string());
    ASSERT_TRUE(again) << name.to_string() << ": " << again.error().message;
    ASSERT_EQ(*again, name) << name.to_string();
    ASSERT_EQ(Name::from_wire(name.wire()), name);
  }
}

TEST(Name, LdnsReadsOurText) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 1000; ++i) {
    const auto name = random_name(random);
    if (name.is_root()) continue;
    ldns_rdf* rdf = ldns_dname_new_frm_str(name.to_string().c_str());
    ASSERT_NE(rdf, nullptr) << name.to_string();
    ASSERT_EQ(NameView(ldns_rdf_data(rdf), ldns_rdf_size(rdf)).size(), name.size());
    ASSERT_EQ(std::memcmp(ldns_rdf_data(rdf), name.wire().data(), name.size()), 0) << name.to_string();
    ldns_rdf_deep_free(rdf);
    ASSERT_EQ(*Name::parse(ldns_text(name.wire())), name) << "and we read theirs";
  }
}

TEST(Name, FoldingIsAsciiOnlyAndOneForAll) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 5000; ++i) {
    const auto name = random_name(random);
    const auto folded = Name::folded_from_wire(name.wire());
    ASSERT_EQ(folded, name.folded()) << name.to_string();
    for (std::size_t at = 0; at < name.size(); ++at) {
      const auto octet = name.wire()[at];
      const bool upper = octet >= 'A' && octet <= 'Z';
      ASSERT_EQ(folded.wire()[at], upper ? octet + 32 : octet);
    }
  }
}

struct TextCase {
  const char* name;
  const char* text;
  const char* canonical;  // to_string(), or null: refused
};

class NameText : public testing::TestWithParam<TextCase> {};

const std::string k63(63, 'x');
const std::string k255 = k63 + "." + k63 + "." + k63 + "." + std::string(61, 'y');  // 64 * 3 + 62 + 1 = 255
const std::string kTooLong = k255 + "y", kLongLabel = k63 + "x.", kLongest = k255 + ".";
const TextCase kTexts[] = {
    {"root", ".", "."},
    {"final_dot_is_optional", "a.b", "a.b."},
    {"case_stays", "A.b.", "A.b."},
    {"underscore", "_http._tcp.cart.", "_http._tcp.cart."},
    {"decimal_escape", "\\065\\000.", "A\\000."},
    {"escaped_dot", "a\\.b.c.", "a\\.b.c."},
    {"quoted_characters", "a\\$\\;\\\"\\(.", "a\\$\\;\\\"\\(."},
    {"longest", k255.c_str(), kLongest.c_str()},
    {"empty", "", nullptr},
    {"empty_label", "a..b.", nullptr},
    {"leading_dot", ".a.", nullptr},
    {"double_final_dot", "a..", nullptr},
    {"label_of_64", kLongLabel.c_str(), nullptr},
    {"256_octets", kTooLong.c_str(), nullptr},
    {"escape_at_the_end", "a\\", nullptr},
    {"escape_above_255", "\\256.", nullptr},
    {"escape_too_short", "\\12.", nullptr},
};

TEST_P(NameText, Parse) {
  const auto name = Name::parse(GetParam().text);
  ASSERT_EQ(name.has_value(), GetParam().canonical != nullptr);
  if (name) {
    EXPECT_EQ(name->to_string(), GetParam().canonical);
  } else {
    EXPECT_NE(name.error().message.find("name '"), std::string::npos) << name.error().message;
  }
}
INSTANTIATE_TEST_SUITE_P(Texts, NameText, testing::ValuesIn(kTexts),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Name, PrependStopsAtTheLimits) {
  Name name;
  EXPECT_FALSE(name.prepend(""));
  EXPECT_FALSE(name.prepend(std::string(64, 'x')));
  for (int i = 0; i < 127; ++i) ASSERT_TRUE(name.prepend("a")) << i;
  EXPECT_EQ(name.size(), 255u);
  EXPECT_EQ(label_count(name.wire()), 127u);
  const auto before = name;
  EXPECT_FALSE(name.prepend("a"));
  EXPECT_EQ(name, before);
}

TEST(Name, AncestorsMatchWholeLabels) {
  const auto at_or_below = [](const char* name, const char* ancestor) {
    return is_at_or_below(Name::parse(name)->wire(), Name::parse(ancestor)->wire());
  };
  EXPECT_TRUE(at_or_below("a.test.", "test."));
  EXPECT_TRUE(at_or_below("test.", "test."));
  EXPECT_TRUE(at_or_below("test.", "."));
  EXPECT_FALSE(at_or_below("atest.", "test."));
  EXPECT_FALSE(at_or_below("test.", "a.test."));
  // The octets end alike, but inside a label: "x\005test." below "\004..." is no ancestor.
  EXPECT_FALSE(at_or_below("x\\004test.", "test."));
  EXPECT_EQ(parent(Name::parse("a.b.")->wire()).size(), 3u);
  EXPECT_EQ(parent(Name().wire()).size(), 1u);
}

}  // namespace
}  // namespace signpost
