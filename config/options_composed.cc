// `services` of a zone: one name over services of several registries. What needs the registries themselves is
// in checks_composed.cc.
#include "config/options_composed.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/names.h"
#include "config/options.h"
#include "config/options_policy.h"

namespace signpost::config {
namespace {

using std::chrono::milliseconds;

// The longest name below a service, `<IPv6 address label>-p65535`, adds 47 octets (zones/synthesis/names.h).
constexpr std::size_t kServiceNameMax = 255 - 47 - 2;

Option<Groups> group_weights_option() {
  static constexpr std::string_view kTakes = "a weight for each word: {v1: 90, v2: 10}";
  const auto read = [](Reader& reader, const Node& node, Groups& groups) {
    if (!node.is_mapping() || node.entries.empty())
      return report_wrong(reader, "weights", node, kTakes, node.is_mapping() ? "it is empty" : "");
    for (const auto& entry : node.entries) {
      if (!must_be_word(reader, entry)) continue;
      if (const auto part = read_scalar(reader, entry.key, entry.value, weight()))
        groups.weights.emplace_back(entry.key, *part);
    }
  };
  return Option<Groups>{"weights", std::string(kTakes), "",
                        "The part of each group. Who is in none of them does not answer.", read}
      .as(Form::Names, weight().shape, 1)
      .needed();
}

void check_groups(Reader& reader, const Node& written, Groups& groups) {
  const auto* weights = written.find("weights");
  if (weights == nullptr || groups.weights.empty()) return;
  if (groups.weights.size() != weights->value.entries.size()) return;  // reported
  const auto has_part = [](const auto& group) { return group.second > 0; };
  if (std::any_of(groups.weights.begin(), groups.weights.end(), has_part)) return;
  reader.report.error(weights->value.mark,
                      "all weights are 0, so nobody would answer; give one group a part");
}

const Table<Groups>& groups_table() {
  static const Table<Groups> table{{
                                       option("key", &Groups::key,
                                              text("version, registry, zone, cluster or a metadata key",
                                                   kWordMax, [](char c) { return c > 0x20 && c < 0x7f; }),
                                              "What groups instances.")
                                           .needed(),
                                       group_weights_option(),
                                   },
                                   check_groups};
  return table;
}

void check_weights(Reader& reader, const Node& written, const ComposedService& service) {
  const auto* members = written.find("members");
  if (members == nullptr || members->value.items.size() != service.members.size()) return;
  const auto* combine = written.find("combine");
  if (combine != nullptr && combine->value.scalar != to_string(service.combine))
    return;  // an error has said so
  const bool share = service.combine == Combine::Share;
  bool complete = true;
  bool positive = false;
  for (std::size_t i = 0; i < service.members.size(); ++i) {
    const auto& item = members->value.items[i];
    const auto* weight = item.find("weight");
    if (share && weight == nullptr) {
      reader.report.error(item.mark, "`weight` is missing: with `combine: share` each member has its part");
    } else if (!share && weight != nullptr) {
      reader.report.error(weight->key_mark,
                          fmt::format("`weight` goes with `combine: share`; with `{}` members have no parts",
                                      to_string(service.combine)));
    }
    complete = complete && service.members[i].weight.has_value();
    positive = positive || service.members[i].weight.value_or(0) > 0;
  }
  if (share && complete && !positive) {
    reader.report.error(members->key_mark,
                        "all weights are 0, so nobody would answer; give one member a part");
  }
}

void check_twice(Reader& reader, const Node& written, const ComposedService& service) {
  const auto* members = written.find("members");
  if (members == nullptr || members->value.items.size() != service.members.size()) return;
  for (std::size_t i = 0; i < service.members.size(); ++i) {
    const auto& one = service.members[i];
    const auto same = [&one](const Member& other) {
      return !one.registry.empty() && other.registry == one.registry && other.space == one.space &&
             other.group == one.group && other.service == one.service && other.select == one.select &&
             other.address == one.address;
    };
    const auto end = service.members.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(service.members.begin(), end, same)) {
      reader.report.error(members->value.items[i].mark, "the same member stands above; keep one");
    }
  }
}

/// Keys that need another `combine`.
void check_words(Reader& reader, const Node& written, const ComposedService& service) {
  if (const auto* groups = written.find("groups"); groups && service.combine == Combine::Share) {
    reader.report.error(groups->key_mark,
                        "`groups` beside `combine: share` would divide the answers twice; keep one (the same "
                        "service may be several members, each with its `select`)");
  }
  const auto idle = [&](const char* key, const char* why) {
    if (const auto* entry = written.find(key))
      reader.report.warning(entry->key_mark, fmt::format("{} says nothing here: {}", in_quotes(key), why));
  };
  if (service.combine != Combine::Union)
    idle("health_opinions", "only `combine: union` asks several registries about one instance");
  if (service.combine == Combine::Union)
    idle("startup_wait", "with `combine: union` no member waits for another");
}

void check_composed(Reader& reader, const Node& written, ComposedService& service) {
  const auto* name = written.find("name");
  const auto mark = name != nullptr ? name->value.mark : written.mark;
  service.place = reader.report.place(mark);
  check_weights(reader, written, service);
  check_twice(reader, written, service);
  check_words(reader, written, service);
  check_last_resort(reader, written, service.last_resort);
}

const Table<ComposedService>& composed_table() {
  static const Table<ComposedService> table{
      {
          option("name", &ComposedService::name, host_name(), "Its name, below the zone: cart, or api.cart.")
              .needed(),
          option("combine", &ComposedService::combine,
                 choice<Combine>({{"union", Combine::Union},
                                  {"prefer", Combine::Prefer},
                                  {"share", Combine::Share},
                                  {"only", Combine::Only}}),
                 "union: all members' instances, each once. prefer: a later member while the earlier have "
                 "nobody who may answer. share: each its `weight`. only: the first, the others in reserve "
                 "until it was seen once."),
          sections("members", &ComposedService::members, member_table,
                   "The services that answer under this name.")
              .needed(),
          option(
              "health_opinions", &ComposedService::opinions,
              choice<HealthOpinions>({{"and", HealthOpinions::And}, {"or", HealthOpinions::Or}}),
              "`combine: union`, an instance known to several registries. and: one bad word is enough. or: "
              "one good word is."),
          option("startup_wait", &ComposedService::startup_wait,
                 duration(milliseconds(0), milliseconds(600000)),
                 "How long after the start to wait for the first list of a better member's registry."),
          section(
              "groups", &ComposedService::groups, groups_table,
              "Parts of the answers by version, registry, zone, cluster or metadata, whoever is in them."),
          option("answer", &ComposedService::answer, answer_value(), "As for the zone, for this name."),
          option("ttl", &ComposedService::ttl, ttl_value(), "As for the zone, for this name."),
          option("health", &ComposedService::health, health_value(), "As for the zone, for this name."),
          locality_option<ComposedService>(),
          spill_over_option<ComposedService>(),
          panic_threshold_option<ComposedService>(),
          last_resort_option<ComposedService>(),
          ramp_option<ComposedService>(),
      },
      check_composed};
  return table;
}

/// What the zone says holds where the name says nothing.
void inherit(Reader& reader, const Node& written, const Zone& zone, ComposedService& service) {
  const auto take = [&](const char* key, auto& mine, const auto& zones) {
    if (written.find(key) == nullptr) mine = zones;
  };
  take("answer", service.answer, zone.answer);
  take("ttl", service.ttl, zone.ttl);
  take("health", service.health, zone.health);
  take("panic_threshold", service.panic_threshold, zone.panic_threshold);
  take("last_resort", service.last_resort, zone.last_resort);
  take("ramp", service.ramp, zone.ramp);
  take("locality", service.locality, zone.locality);
  take("spill_over", service.spill_over, zone.spill_over);
  check_spill_over(reader, written, service.locality);
}

}  // namespace

Option<Zone> services_option() {
  return sections("services", &Zone::services, composed_table, "Names over services of several registries.");
}

void check_services(Reader& reader, const Node& written, Zone& zone) {
  const auto* entry = written.find("services");
  if (entry == nullptr || zone.name.empty()) return;
  for (std::size_t i = 0; i < std::min(zone.services.size(), entry->value.items.size()); ++i)
    inherit(reader, entry->value.items[i], zone, zone.services[i]);
  if (zone.is_reverse()) {
    reader.report.error(entry->key_mark,
                        "`services` have names, and a reverse zone has pointers only; write "
                        "them in a zone of names");
    return;
  }
  for (std::size_t i = 0; i < zone.services.size(); ++i) {
    const auto& service = zone.services[i];
    const auto mark = reader.report.mark(service.place);
    if (service.name.empty()) continue;
    if (is_at_or_below(service.name, zone.name) && zone.name != ".") {
      reader.report.error(mark, fmt::format("{} is relative to the zone: leave out {}",
                                            in_quotes(service.name), in_quotes("." + zone.name)));
    }
    if (service.name.size() + zone.name.size() > kServiceNameMax) {
      reader.report.error(mark, fmt::format("{} is too long: with the zone's name at most {} octets",
                                            in_quotes(service.name), kServiceNameMax));
    }
    const auto same = [&](const ComposedService& other) { return other.name == service.name; };
    const auto end = zone.services.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(zone.services.begin(), end, same))
      reader.report.error(mark, fmt::format("{} is listed twice; keep one", in_quotes(service.name)));
  }
}

}  // namespace signpost::config
