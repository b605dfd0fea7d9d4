// World: static data beside the services of the same zone.
#include <algorithm>

#include "zones/table/world.h"

namespace signpost {

void World::set_static(const Name& zone, std::shared_ptr<const StaticZone> data) {
  const auto found = std::find_if(set_.zones.begin(), set_.zones.end(),
                                  [&](const auto& z) { return z->name == zone.folded(); });
  if (found == set_.zones.end()) return;
  statics_[static_cast<std::size_t>(found - set_.zones.begin())] = std::move(data);
}

}  // namespace signpost
