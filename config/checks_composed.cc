// Members of composed services against the registries that they name. That a service is not there (yet) is no
// mistake: only what its registry can never tell is warned of.
#include <algorithm>

#include <fmt/format.h>

#include "config/checks.h"
#include "config/pattern.h"
#include "config/policy_words.h"

namespace signpost::config {
namespace {

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// backends/nacos/choice.h: a pattern with a `/` is held against group and service, one without against the
/// service.
bool any_matches(const std::vector<std::string>& patterns, const Member& member) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    const bool whole = pattern.find('/') != std::string::npos;
    return matches(pattern, whole ? member.group + "/" + member.service : member.service);
  });
}

class MemberCheck {
 public:
  MemberCheck(const Node& written, const Zone& zone, Member& member, Report& report)
      : written_(written), zone_(zone), member_(member), report_(report) {}

  void check(KubernetesRegistry& registry) {
    must_not("group", "only Nacos has groups");
    if (member_.space.empty()) {
      report_.error(place(), "`namespace` is missing: a Service of Kubernetes is in one");
    } else if (!registry.namespaces.empty() && !contains(registry.namespaces, member_.space)) {
      report_.warning(mark_of("namespace"),
                      fmt::format("the registry {} does not watch the namespace {}, so "
                                  "this member stays missing; add it to its `namespaces`",
                                  in_quotes(member_.registry), in_quotes(member_.space)));
    }
  }

  void check(NacosRegistry& registry) {
    must_not_be_virtual();
    if (member_.space.empty()) member_.space = zone_.default_namespace;
    if (member_.group.empty()) member_.group = zone_.default_group;
    if (!contains(registry.namespaces, member_.space)) {
      report_.warning(mark_of("namespace"),
                      fmt::format("the registry {} does not follow the namespace {}, so "
                                  "this member stays missing; add it to its `namespaces`",
                                  in_quotes(member_.registry), in_quotes(member_.space)));
    } else if (any_matches(registry.deny, member_)) {
      report_.warning(mark_of("service"),
                      fmt::format("`deny` of the registry {} keeps {} out, so this member "
                                  "stays missing",
                                  in_quotes(member_.registry), in_quotes(member_.service)));
    } else if (!is_listed(registry)) {
      const auto pinned = member_.group + "/" + member_.service;
      if (!contains(registry.services, pinned)) registry.services.push_back(pinned);
    }
  }

  void check(FileRegistry&) {
    must_not_be_virtual();
    must_not("namespace", "a file has no namespaces");
    must_not("group", "only Nacos has groups");
  }

 private:
  Mark place() const { return report_.mark(member_.place); }
  Mark mark_of(std::string_view key) const {
    const auto* entry = written_.find(key);
    return entry == nullptr ? place() : entry->value.mark;
  }

  void must_not(std::string_view key, std::string_view why) {
    const auto* entry = written_.find(key);
    if (entry == nullptr) return;
    report_.error(entry->key_mark, fmt::format("{} does not go with the registry {}: {}", in_quotes(key),
                                               in_quotes(member_.registry), why));
  }

  void must_not_be_virtual() {
    if (member_.address == MemberAddress::ClusterIp)
      must_not("address", "only Services of Kubernetes have virtual addresses");
  }

  /// The registry is followed whole there, so that it needs no asking for this service.
  bool is_listed(const NacosRegistry& registry) const {
    const bool allowed = registry.allow.empty() || any_matches(registry.allow, member_);
    return allowed && contains(registry.groups, member_.group);
  }

  const Node& written_;
  const Zone& zone_;
  Member& member_;
  Report& report_;
};

void check_member(const Node& document, const Node& written, const Zone& zone, Member& member, Config& config,
                  Report& report) {
  if (member.registry.empty()) return;  // reported
  std::vector<std::string_view> known;
  for (auto& registry : config.registries) {
    known.push_back(registry.name);
    if (registry.name != member.registry) continue;
    if (!has_type(document, registry.name)) return;
    MemberCheck check(written, zone, member, report);
    std::visit([&](auto& options) { check.check(options); }, registry.options);
    return;
  }
  report.error(report.mark(member.place), fmt::format("there is no registry {}{}", in_quotes(member.registry),
                                                      known.empty() ? "; add it under `registries`"
                                                                    : did_you_mean(member.registry, known)));
}

/// Other keys may come with the next instance; which registries there are is written here.
void check_groups(const Node& written, const ComposedService& service, Report& report) {
  if (service.groups.key != "registry") return;
  const auto* groups = written.find("groups");
  const auto* weights = groups == nullptr ? nullptr : groups->value.find("weights");
  if (weights == nullptr) return;
  std::vector<std::string_view> known;
  for (const auto& member : service.members) known.push_back(member.registry);
  for (const auto& entry : weights->value.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    report.error(entry.key_mark, fmt::format("no member is of a registry {}{}", in_quotes(entry.key),
                                             did_you_mean(entry.key, known)));
  }
}

/// Parts that everybody behind a forwarder would not see (zones/answer/SHARES.md).
void check_shares(const Node& written, const ComposedService& service, Report& report) {
  const auto mark = report.mark(service.place);
  if (written.find("answer") != nullptr || written.find("ttl") != nullptr)
    check_sampled_ttl(mark, service.answer, service.ttl, report);
  const auto has_part = [](double weight) { return weight > 0; };
  std::vector<double> weights;
  for (const auto& member : service.members) weights.push_back(member.weight.value_or(0));
  if (service.combine != Combine::Share) {  // reported otherwise
    for (const auto& group : service.groups.weights) weights.push_back(group.second);
  }
  const bool order = service.answer.mode == AnswerMode::Order || service.answer.mode == AnswerMode::All;
  if (!order || std::count_if(weights.begin(), weights.end(), has_part) < 2) return;
  report.warning(mark, fmt::format("{} divides its answers by weight, which `answer: {}` loses behind any "
                                   "forwarder for all but SRV clients; `answer: sample 1` keeps it",
                                   in_quotes(service.name), to_text(service.answer)));
}

}  // namespace

void check_composed_services(const Node& written, Config& config, Report& report) {
  const auto* zones = written.find("zones");
  if (zones == nullptr || zones->value.items.size() != config.zones.size()) return;
  for (std::size_t z = 0; z < config.zones.size(); ++z) {
    auto& zone = config.zones[z];
    const auto* services = zones->value.items[z].find("services");
    if (services == nullptr || services->value.items.size() != zone.services.size()) continue;
    for (std::size_t s = 0; s < zone.services.size(); ++s) {
      const auto& node = services->value.items[s];
      const auto* members = node.find("members");
      if (members == nullptr || members->value.items.size() != zone.services[s].members.size()) continue;
      for (std::size_t m = 0; m < members->value.items.size(); ++m)
        check_member(written, members->value.items[m], zone, zone.services[s].members[m], config, report);
      check_groups(node, zone.services[s], report);
      check_shares(node, zone.services[s], report);
    }
  }
}

}  // namespace signpost::config
