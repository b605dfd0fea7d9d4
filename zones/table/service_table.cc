#include "zones/table/service_table.h"

#include <boost/container_hash/hash.hpp>

namespace signpost {

std::size_t ServiceTable::hash(const ServiceKey& key) noexcept {
  std::size_t seed = 0;
  for (const auto* part : {&key.registry, &key.space, &key.group, &key.name})
    boost::hash_combine(seed, *part);
  return seed;
}

ServiceTable::ServiceTable() : ids_(0, Hash{&records_}, Equal{&records_}) {}

ServiceId ServiceTable::find(const ServiceKey& key) const {
  const auto found = ids_.find(key);
  return found == ids_.end() ? kNoService : *found;
}

ServiceId ServiceTable::add(ServiceKey key) {
  ServiceId id = 0;
  if (free_.empty()) {
    id = static_cast<ServiceId>(records_.size());
    records_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  records_[id].key = std::move(key);
  ids_.insert(id);
  return id;
}

void ServiceTable::remove(ServiceId id) {
  ids_.erase(id);
  records_[id] = HeldRecord();
  free_.push_back(id);
}

}  // namespace signpost
