#include "dns/make_rules.h"

#include <array>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "dns/query/access.h"
#include "dns/version.h"

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

std::shared_ptr<RateLimiter> make_limiter(const config::RateLimit& limit, const Rules* before) {
  if (limit.per_network == 0 && limit.per_answer == 0) return nullptr;
  RateLimitOptions options{limit.per_network, limit.per_answer, limit.slip, limit.log_only, {}};
  for (const auto& prefix : limit.exempt)
    options.exempt.push_back({Admission::Allow, prefix.address, prefix.bits, {}});
  if (before != nullptr && before->limiter && before->limiter->options() == options) return before->limiter;
  return std::make_shared<RateLimiter>(options, system_clock().now());
}

PrefixTable make_subnet_sources(const std::vector<config::Prefix>& prefixes) {
  std::vector<PrefixTable::Entry> entries;
  for (const auto& prefix : prefixes) entries.push_back({prefix.address, prefix.bits, 0});
  return PrefixTable(entries);
}

/// The name that a pod's own logs go by, or that of the host; nothing where there is neither.
std::string name_of_this_machine() {
  if (const char* pod = std::getenv("POD_NAME"); pod != nullptr && *pod != '\0') return pod;
  std::array<char, kServerIdOctetsMax + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string server_id(const std::string& configured) {
  if (configured == "hidden") return {};
  const auto id = configured.empty() ? name_of_this_machine() : configured;
  return id.substr(0, kServerIdOctetsMax);
}

std::string server_version(const std::string& configured) {
  if (configured == "hidden") return {};
  return configured == "shown" ? std::string("signpost ") + kVersion : configured;
}

}  // namespace

Rules make_rules(const config::Config& config, const CookieSecrets& cookies, const Rules* before) {
  Rules rules;
  rules.udp_size = config.edns_udp_size;
  rules.admission = make_access(config);
  rules.limiter = make_limiter(config.rate_limit, before);
  rules.server_id = server_id(config.server.id);
  rules.server_version = server_version(config.server.version);
  rules.cookies = cookies;
  rules.subnets_from = make_subnet_sources(config.clients.ecs_from);
  return rules;
}

}  // namespace signpost
