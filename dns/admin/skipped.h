// What backends left out of their objects: said in status, and beside the service in explain.
#pragma once

#include <string>
#include <vector>

#include "dns/admin/sources.h"
#include "zones/answer/explain.h"

namespace signpost::admin {

/// One line for each object and reason that concerns a service of the explanation, at most kSkippedNotesMax
/// and a last one that counts the others.
inline constexpr std::size_t kSkippedNotesMax = 16;
std::vector<std::string> skipped_notes(const std::vector<RegistryReport>& registries,
                                       const Explanation& explanation);

/// "3 objects: Service shop/cart, ..." with the first few.
std::string objects_text(const std::vector<SkippedObject>& objects);

}  // namespace signpost::admin
