#include "zones/compose/words.h"

#include <algorithm>

#include <fmt/format.h>

namespace signpost::compose {

std::string unlike(const Instance& instance, const std::vector<config::Word>& select) {
  for (const auto& [key, value] : select) {
    if (key == "tag") {
      const auto& tags = instance.tags;
      if (std::find(tags.begin(), tags.end(), value) != tags.end()) continue;
      return fmt::format("it has no tag {}", value);
    }
    const auto word = word_of(instance, key);
    if (word == value) continue;
    return word.empty() ? fmt::format("it has no {}", key)
                        : fmt::format("its {} is {}, not {}", key, word, value);
  }
  return "";
}

}  // namespace signpost::compose
