#include "config/config.h"

#include <algorithm>

#include "config/prefix.h"

namespace signpost::config {

std::string Place::to_string() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string_view to_string(Combine combine) noexcept {
  switch (combine) {
    case Combine::Union:
      return "union";
    case Combine::Prefer:
      return "prefer";
    case Combine::Share:
      return "share";
    case Combine::Only:
      return "only";
  }
  return "union";
}

std::vector<std::string> Zone::all_registries() const {
  auto all = registries;
  for (const auto& service : services) {
    for (const auto& member : service.members) {
      if (std::find(all.begin(), all.end(), member.registry) == all.end()) all.push_back(member.registry);
    }
  }
  return all;
}

bool Zone::is_reverse() const { return !prefix.empty() || reverse_bits(name) >= 0; }

bool Zone::has_static_data() const { return !file.empty() || !records.text.empty() || !aliases.empty(); }

bool Annotations::allows(Wish wish) const noexcept {
  return std::find(allow.begin(), allow.end(), wish) != allow.end();
}

}  // namespace signpost::config
