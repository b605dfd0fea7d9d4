#include "backends/follow/skipped.h"

#include <algorithm>

namespace signpost::follow {

void SkippedObjects::set(std::string_view object, std::string_view service, const Reasons& reasons) {
  const auto known = objects_.find(object);
  if (reasons.empty()) {
    if (known != objects_.end()) objects_.erase(known);
    return;
  }
  if (known == objects_.end() && objects_.size() == kMost) {
    const auto older = [](const auto& a, const auto& b) { return a.second.turn < b.second.turn; };
    objects_.erase(std::min_element(objects_.begin(), objects_.end(), older));
  }
  objects_.insert_or_assign(std::string(object), Entry{std::string(service), reasons, ++turn_});
}

void SkippedObjects::set_all_of(std::string_view service, const std::vector<LeftOut>& objects) {
  std::erase_if(objects_, [&](const auto& known) { return known.second.service == service; });
  for (const auto& [object, reasons] : objects) set(object, service, reasons);
}

std::vector<SkippedObject> SkippedObjects::with(std::string_view reason) const {
  std::vector<SkippedObject> found;
  for (const auto& [object, entry] : objects_) {
    for (const auto& [word, times] : entry.reasons) {
      if (word == reason) found.push_back({object, entry.service, times});
    }
  }
  return found;
}

}  // namespace signpost::follow
