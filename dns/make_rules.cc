#include "dns/make_rules.h"

#include "dns/query/access.h"

namespace signpost {
namespace {

constexpr Admission kVerdicts[] = {Admission::Allow, Admission::Refuse, Admission::Drop};  // by AccessVerb

std::shared_ptr<const AdmissionPolicy> make_access(const config::Config& config) {
  if (config.access.empty()) return nullptr;
  std::vector<AccessRule> rules;
  for (const auto& entry : config.access) {
    std::vector<Name> zones;
    for (const auto& zone : entry.zones) zones.push_back(Name::parse(zone)->folded());
    for (const auto& prefix : entry.prefixes)
      rules.push_back({kVerdicts[static_cast<std::size_t>(entry.verb)], prefix.address, prefix.bits, zones});
  }
  return std::make_shared<const AccessRules>(rules);
}

}  // namespace

Rules make_rules(const config::Config& config) {
  Rules rules;
  rules.udp_size = config.edns_udp_size;
  rules.admission = make_access(config);
  return rules;
}

}  // namespace signpost
