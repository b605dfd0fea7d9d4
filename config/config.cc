#include "config/config.h"

#include <algorithm>

#include "config/prefix.h"

namespace signpost::config {

std::string Place::to_string() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

bool Zone::is_reverse() const { return !prefix.empty() || reverse_bits(name) >= 0; }

bool Zone::has_static_data() const { return !file.empty() || !records.text.empty() || !aliases.empty(); }

bool Annotations::allows(Wish wish) const noexcept {
  return std::find(allow.begin(), allow.end(), wish) != allow.end();
}

}  // namespace signpost::config
