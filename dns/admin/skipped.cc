#include "dns/admin/skipped.h"

#include <algorithm>

namespace signpost::admin {
namespace {

constexpr std::size_t kExamplesMax = 3;

bool concerns(const SkippedObject& object, const std::string& registry, const Explanation& explanation) {
  if (object.service.empty()) return false;
  const auto key = registry + "/" + object.service;
  return std::any_of(explanation.services.begin(), explanation.services.end(),
                     [&](const ExplainedService& service) { return service.key == key; });
}

}  // namespace

std::vector<std::string> skipped_notes(const std::vector<RegistryReport>& registries,
                                       const Explanation& explanation) {
  std::vector<std::string> notes;
  std::size_t others = 0;
  for (const auto& registry : registries) {
    for (const auto& count : registry.counts) {
      for (const auto& object : count.of) {
        if (!concerns(object, registry.name, explanation)) continue;
        if (notes.size() == kSkippedNotesMax) {
          ++others;
          continue;
        }
        notes.push_back("left out of " + object.object + ": " + count.reason +
                        (object.times == 1 ? "" : ", " + std::to_string(object.times) + " times"));
      }
    }
  }
  if (others > 0) notes.push_back("left out elsewhere too: " + std::to_string(others) + " more; see status");
  return notes;
}

std::string objects_text(const std::vector<SkippedObject>& objects) {
  std::string out = std::to_string(objects.size()) + (objects.size() == 1 ? " object: " : " objects: ");
  for (std::size_t i = 0; i < std::min(objects.size(), kExamplesMax); ++i)
    out += (i == 0 ? "" : ", ") + objects[i].object;
  return out + (objects.size() > kExamplesMax ? ", ..." : "");
}

}  // namespace signpost::admin
