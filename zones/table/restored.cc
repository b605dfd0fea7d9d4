#include "zones/table/restored.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "zones/table/abreast.h"
#include "zones/table/packed_state.h"

namespace signpost {
namespace {

constexpr std::size_t kSerialOctets = 4;

/// Sorts by a hash of the keys, which is less work than by the keys.
bool has_twice(const std::vector<RestoredService>& services) {
  std::vector<std::pair<std::size_t, const ServiceKey*>> keys;
  keys.reserve(services.size());
  for (const auto& service : services) keys.emplace_back(ServiceTable::hash(service.key), &service.key);
  const auto order = [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : *a.second < *b.second;
  };
  std::sort(keys.begin(), keys.end(), order);
  return std::adjacent_find(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
           return a.first == b.first && *a.second == *b.second;
         }) != keys.end();
}

/// Any thread. False: no backend can have told it. `state`: room to unpack it.
bool read_service(const state::Record& record, ServiceState& state, RestoredService& service) {
  if (!unpack_any(record.key, record.packed, state)) return false;
  service.seen = HealthSeen::of(state);
  service.instances = static_cast<std::uint32_t>(state.instances.size());
  for (const auto& instance : state.instances) {
    service.draining += instance.health == Health::Draining ? 1 : 0;
    service.down += instance.health == Health::Down ? 1 : 0;
  }
  service.pending = state.pending;
  service.pods = state.kind == ServiceKind::Pods;
  service.packed = record.packed;
  return true;
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
  auto records = state::records_of(image);
  out.services.resize(records.size());
  std::array<bool, kDraftsMost> sound{};
  std::vector<ServiceState> room(std::min(records.size(), kDraftsMost));
  const state::Record* wrong = nullptr;
  draft_abreast(
      records.size(), "state",
      [&](std::size_t i) {
        const auto place = i % kDraftsMost;
        sound[place] = read_service(records[i], room[place], out.services[i]);
      },
      [&](std::size_t i) {
        if (!sound[i % kDraftsMost] && wrong == nullptr) wrong = &records[i];
      });
  if (wrong != nullptr)
    return Error{"it holds a service that nobody can have told: " + wrong->key.to_string()};
  for (std::size_t i = 0; i < records.size(); ++i) out.services[i].key = std::move(records[i].key);
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
