#include "dns/check_members.h"

#include <algorithm>

#include "config/names.h"
#include "config/report.h"

namespace signpost {

std::vector<std::string> warn_of_missing_members(const config::Config& config, const FileServices& services) {
  std::vector<std::string> warnings;
  const auto look = [&](const config::Member& member) {
    if (member.service.empty()) return;  // an error has said so
    const auto states = services.find(member.registry);
    if (states == services.end() || states->second.empty()) return;
    std::vector<std::string_view> known;
    for (const auto& state : states->second) known.push_back(state.key.name);
    if (std::find(known.begin(), known.end(), member.service) != known.end()) return;
    warnings.push_back(member.place.to_string() + ": the file of registry " + member.registry +
                       " has no service " + config::in_quotes(member.service) +
                       config::did_you_mean(member.service, known));
  };
  for (const auto& zone : config.zones) {
    for (const auto& service : zone.services)
      std::for_each(service.members.begin(), service.members.end(), look);
  }
  return warnings;
}

}  // namespace signpost
