// Which octets a configuration may hold, checked before the YAML parser sees any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/report.h"

namespace signpost::config {

struct Unprintable {
  Mark mark;
  std::string what;
};

/// The first octet that is not UTF-8 text: broken sequences, and control characters other than tab, line feed
/// and carriage return (YAML 1.2 section 5.1). yaml-cpp takes U+0004 for the end of the file, and the rest
/// would be ignored without a word.
std::optional<Unprintable> first_unprintable(std::string_view text);

}  // namespace signpost::config
