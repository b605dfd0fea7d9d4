// What comes from outside stays text, whatever it is.
#include "dns/page/html.h"

#include <gtest/gtest.h>

namespace signpost::page {
namespace {

std::string shown(std::string_view text) {
  Html html;
  html.text(text);
  return html.take();
}

struct Case {
  const char* rule;
  std::string outside;
  std::string shown;
};

const std::string kNone = "\xef\xbf\xbd";

const Case kCases[] = {
    {"words", "cart.demo.internal.", "cart.demo.internal."},
    {"markup", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
    {"attributes", "\" onload='x' \"", "&quot; onload=&#39;x&#39; &quot;"},
    {"entities", "&lt;", "&amp;lt;"},
    {"lines", "a\nb\tc\r", "a" + kNone + "b" + kNone + "c" + kNone},
    {"nothing", std::string("a\0b", 3), "a" + kNone + "b"},
    {"delete", "\x7f", kNone},
    {"other_words", "gr\xc3\xbc\xc3\x9f \xe4\xbd\xa0 \xf0\x9f\x98\x80",
     "gr\xc3\xbc\xc3\x9f \xe4\xbd\xa0 \xf0\x9f\x98\x80"},
    {"latin_1", "gr\xfc\xdf", "gr" + kNone + kNone},
    {"cut", "\xe4\xbd", kNone + kNone},
    {"overlong", "\xc0\xbc", kNone + kNone},
    {"overlong_of_three", "\xe0\x80\xbc", kNone + kNone + kNone},
    {"surrogate", "\xed\xa0\x80", kNone + kNone + kNone},
    {"beyond_unicode", "\xf4\x90\x80\x80", kNone + kNone + kNone + kNone},
    {"later_controls", "\xc2\x9b", kNone},
    {"turned_around",
     "a\xe2\x80\xae"
     "b",
     "a" + kNone + "b"},
    {"isolated", "\xe2\x81\xa6", kNone},
};

TEST(Html, TextIsEscapedOrUnreadable) {
  for (const auto& [rule, outside, expected] : kCases) EXPECT_EQ(shown(outside), expected) << rule;
}

TEST(Html, EveryOctetIsTakenAndNoneIsMarkup) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char octets[] = {static_cast<char>(first), static_cast<char>(second), 'x'};
      const auto text = shown({octets, 3});
      ASSERT_EQ(text.find_first_of("<>\"'\n"), std::string::npos) << first << " " << second;
      ASSERT_EQ(text.back(), 'x');
      ASSERT_EQ(shown(text).find(kNone + "x") == std::string::npos,
                text.find(kNone + "x") == std::string::npos)
          << "what was written is UTF-8";
    }
  }
}

TEST(Html, LongTextsAreCutAndCounted) {
  const auto text = shown(std::string(65536, '<'));
  EXPECT_LT(text.size(), kTextMax * 4 + 40);
  EXPECT_EQ(text.substr(text.size() - 18), "\xe2\x80\xa6 (65536 octets)");
  EXPECT_EQ(shown(std::string(kTextMax, 'a')), std::string(kTextMax, 'a'));
}

TEST(Html, ParametersAreEscapedForLinksAndForMarkup) {
  Html html;
  html.parameter("a b&c=\"<'\n\xff");
  EXPECT_EQ(html.view(), "a%20b%26c%3D%22%3C%27%0A%FF");
}

}  // namespace
}  // namespace signpost::page
