#include "zones/table/restored.h"

#include <algorithm>

#include "zones/table/packed_state.h"

namespace signpost {
namespace {

constexpr std::size_t kSerialOctets = 4;

bool has_twice(const std::vector<RestoredService>& services) {
  std::vector<const ServiceKey*> keys;
  keys.reserve(services.size());
  for (const auto& service : services) keys.push_back(&service.key);
  std::sort(keys.begin(), keys.end(), [](const auto* a, const auto* b) { return *a < *b; });
  return std::adjacent_find(keys.begin(), keys.end(),
                            [](const auto* a, const auto* b) { return *a == *b; }) != keys.end();
}

Result<void> check_version(const state::Image& image) {
  if (image.meta.packed_version == kPackedVersion) return {};
  return Error{"its services are packed as another version of this program does, or another machine"};
}

}  // namespace

Result<Restored> read_restored(const state::Image& image) {
  if (auto known = check_version(image); !known) return known.error();
  Restored out;
  out.source = image.meta.source;
  out.written = image.meta.written;
  out.revision = image.meta.revision;
  out.complete = image.meta.complete;
  out.services.reserve(image.meta.services);
  for (auto& record : state::records_of(image)) {
    const auto state = unpack_any(record.key, record.packed);
    if (!state) return Error{"it holds a service that nobody can have told: " + record.key.to_string()};
    RestoredService service;
    service.seen = HealthSeen::of(*state);
    service.instances = static_cast<std::uint32_t>(state->instances.size());
    for (const auto& instance : state->instances) {
      service.draining += instance.health == Health::Draining ? 1 : 0;
      service.down += instance.health == Health::Down ? 1 : 0;
    }
    service.pending = state->pending;
    service.pods = state->kind == ServiceKind::Pods;
    service.packed = record.packed;
    service.key = std::move(record.key);
    out.services.push_back(std::move(service));
  }
  if (has_twice(out.services)) return Error{"it holds a service twice"};
  return out;
}

state::Source serials_source() { return {"zones.serials", "serials", "", ""}; }

state::Content pack_serials(const KeptSerials& serials) {
  state::Content content;
  content.source = serials_source();
  content.packed_version = kPackedVersion;
  content.complete = true;
  for (const auto& [zone, serial] : serials) {
    std::string octets;
    state::put_u32(octets, serial);
    content.records.add({"", "", "", zone}, octets);
  }
  return content;
}

Result<KeptSerials> read_serials(const state::Image& image) {
  if (auto known = check_version(image); !known) return known.error();
  KeptSerials serials;
  for (const auto& record : state::records_of(image)) {
    if (record.packed.size() != kSerialOctets) return Error{"it holds a serial of another length"};
    serials[record.key.name] = state::Cursor(record.packed).u32();
  }
  return serials;
}

}  // namespace signpost
