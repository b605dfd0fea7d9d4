// The questions that a load generator asks, encoded once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace signpost::bench {

using Query = std::vector<std::uint8_t>;

/// From "name type" lines of `file`, or, when it is empty, `count` names svc-0000000.shop.SUFFIX of type A.
/// In random order, but with neighbours of one length, so that they can be sent as segments. Ends the program
/// on bad input.
std::vector<Query> load_questions(const std::string& file, unsigned count, const std::string& suffix);

}  // namespace signpost::bench
