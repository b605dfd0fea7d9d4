// The row of a table of texts, and how gtest names it.
#pragma once

#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace signpost {

/// The rule that a case states, the text of a zone, and what is told of it (told() of support.h).
struct Case {
  const char* name;
  const char* text;
  const char* told;
};

inline std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
inline std::string name_of(const testing::TestParamInfo<Case>& one) { return one.param.name; }

}  // namespace signpost
