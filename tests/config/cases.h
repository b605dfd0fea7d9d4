// The row of a table of mistakes, and how gtest names it.
#pragma once

#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace signpost::config {

/// The rule that a case states, what is written, and what a person gets to read of it.
struct Case {
  const char* rule;
  std::string text;
  const char* said;
};

inline std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.rule; }
inline std::string rule_of(const testing::TestParamInfo<Case>& one) { return one.param.rule; }

}  // namespace signpost::config
