#include "zones/table/client_zones.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "zones/synthesis/gather.h"
#include "zones/synthesis/names.h"

namespace signpost {
namespace {

/// Numbers zones as they come.
class Numbers {
 public:
  explicit Numbers(ClientZones& zones) : zones_(zones) {}
  /// kNone: nothing is left of the name, or there are too many.
  std::uint16_t of(const std::string& name) {
    const auto [known, fresh] = numbers_.try_emplace(name, PrefixTable::kNone);
    if (fresh) known->second = add(name);
    return known->second;
  }

 private:
  std::uint16_t add(const std::string& name) {
    const auto labels = names::fold_name(name);
    if (!labels || zones_.names.size() == PrefixTable::kNone) return PrefixTable::kNone;
    std::string wire;
    for (const auto& label : *labels) wire += wire_label(label);
    zones_.names.push_back(name);
    zones_.labels.push_back(std::move(wire));
    return static_cast<std::uint16_t>(zones_.names.size() - 1);
  }

  ClientZones& zones_;
  std::map<std::string, std::uint16_t> numbers_;
};

}  // namespace

std::shared_ptr<const ClientZones> make_client_zones(
    const config::Clients& clients, const std::vector<const std::vector<ClientNetwork>*>& told) {
  auto zones = std::make_shared<ClientZones>();
  Numbers numbers(*zones);
  std::vector<PrefixTable::Entry> entries;
  const auto add = [&](const config::Prefix& prefix, std::uint16_t zone) {
    if (zone != PrefixTable::kNone) entries.push_back({prefix.address, prefix.bits, zone});
  };
  for (const auto& zone : clients.zones) {
    for (const auto& prefix : zone.prefixes) add(prefix, numbers.of(zone.name));
  }
  for (const auto* networks : told) {
    for (const auto& [prefix, zone] : *networks) add(prefix, numbers.of(zone));
  }
  if (entries.empty()) return nullptr;
  zones->table = PrefixTable(entries);
  return zones;
}

}  // namespace signpost
