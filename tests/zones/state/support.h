// What the tests of state files share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "zones/state/generations.h"

namespace signpost::state::tests {

using Services = std::vector<std::pair<std::string, std::string>>;  // name, packed

inline Source source() { return {"nacos", "nacos", "f00d", "cluster-1"}; }

inline Meta meta(const Services& services) {
  Meta meta;
  meta.source = source();
  meta.packed_version = 3;
  meta.written = 1763750000;
  meta.revision = 77;
  meta.services = services.size();
  meta.complete = true;
  return meta;
}

inline ServiceKey key(const std::string& name) { return {"nacos", "public", "DEFAULT_GROUP", name}; }

inline Records records(const Services& services) {
  Records records;
  for (const auto& [name, packed] : services) records.add(key(name), packed);
  return records;
}

inline std::string image_of(const Services& services, Meta about) {
  std::string out;
  Writer writer(about, [&](std::string_view octets) { out += octets; });
  writer.add(records(services));
  writer.finish();
  return out;
}
inline std::string image_of(const Services& services) { return image_of(services, meta(services)); }

inline Services services_of(const Image& image) {
  Services out;
  for (const auto& record : records_of(image)) out.emplace_back(record.key.name, record.packed);
  return out;
}

inline Result<void> reads_three(const Image& image) {
  if (image.meta.packed_version != 3)
    return Error{"its services are packed as another version of this program does"};
  return {};
}

}  // namespace signpost::state::tests
