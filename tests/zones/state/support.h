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

inline void add_all(const Services& services, Writer& writer) {
  for (const auto& [name, packed] : services) writer.add(key(name), packed);
}

inline std::string image_of(const Services& services, Meta about) {
  std::string out;
  Writer writer(about, [&](std::string_view octets) { out += octets; });
  add_all(services, writer);
  writer.finish();
  return out;
}
inline std::string image_of(const Services& services) { return image_of(services, meta(services)); }

inline Services services_of(const Image& image) {
  Services out;
  for (const auto& record : records_of(image)) out.emplace_back(record.key.name, record.packed);
  return out;
}

inline bool reads_three(std::uint32_t version) { return version == 3; }

}  // namespace signpost::state::tests
