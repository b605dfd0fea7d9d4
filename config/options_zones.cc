// What is answered, under which name, from which registry.
#include <fmt/format.h>

#include "config/names.h"
#include "config/options.h"
#include "config/options_policy.h"
#include "config/policy_words.h"
#include "config/prefix.h"
#include "config/scalars.h"

namespace signpost::config {
namespace {

constexpr std::uint32_t kTtlMax = 604800;  // a week: longer and a mistake outlives everybody's patience
constexpr std::uint32_t kNegativeTtlMax =
    86400;  // RFC 2308 section 5: more than a day has proved problematic

bool is_printable(char c) noexcept { return c > 0x20 && c < 0x7f; }

/// What is written for the name of a zone. Until check_whole() spells it out, a prefix that needs several
/// zones has itself as its name.
struct Apex {
  std::string name;
  std::string prefix;
};
Value<Apex> apex() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<Apex> {
    if (text.find("://") != std::string_view::npos) return Error{"a zone has no scheme"};
    if (text.find('/') == std::string_view::npos) {
      auto name = read_zone_name(text);
      if (!name) return name.error();
      return Apex{std::move(*name), {}};
    }
    const auto prefix = read_reverse_prefix(text);
    if (!prefix) return prefix.error();
    auto names = reverse_zones(*prefix);
    return Apex{names.size() == 1 ? std::move(names.front()) : prefix->to_string(), prefix->to_string()};
  };
  return {"a zone, such as cluster.local, or the prefix of a reverse zone, such as 10.0.0.0/8", read,
          [](const Apex& apex) { return apex.name; }};
}

Value<std::string> zone_name() {
  const auto read = [](std::string_view text, const Surroundings&) { return read_zone_name(text); };
  return {"the name of a zone, such as cluster.local", read, [](const std::string& name) { return name; }};
}

Value<std::string> mailbox() {
  const auto read = [](std::string_view text, const Surroundings&) { return read_mailbox(text); };
  return {"a mailbox as SOA spells it, such as hostmaster.example.org", read,
          [](const std::string& name) { return name; }};
}

Value<std::string> registry_name() { return text("the name of a registry", 63); }

const Table<NameServer>& nameserver_table() {
  static const Table<NameServer> table{
      {
          option("name", &NameServer::name, host_name(), "The name server's own name, in full.").needed(),
          list("addresses", &NameServer::addresses, ip_address(),
               "Its addresses; needed when its name lies in the zone.", 0),
      },
      nullptr};
  return table;
}

const Table<Zone>& soa_table() {
  static const Table<Zone> table{
      {
          option("mname", &Zone::soa_mname, host_name(),
                 "The primary name server. Not written: the first of the NS."),
          option("rname", &Zone::soa_rname, mailbox(), "Whom to write to. Not written: hostmaster.<zone>."),
      },
      nullptr};
  return table;
}

/// RFC 1034 section 4.2.1: who asks for a name server inside the zone needs its address from the same zone.
void check_nameservers(Reader& reader, const Node& written, const Zone& zone) {
  const auto* entry = written.find("nameservers");
  if (entry == nullptr || entry->value.items.size() != zone.nameservers.size()) return;
  for (std::size_t i = 0; i < zone.nameservers.size(); ++i) {
    const auto& server = zone.nameservers[i];
    const auto mark = entry->value.items[i].mark;
    if (server.name.empty()) continue;
    const bool inside = !zone.name.empty() && is_at_or_below(server.name, zone.name);
    if (inside && server.addresses.empty()) {
      reader.report.error(
          mark, fmt::format("{} lies in the zone, so it needs `addresses`", in_quotes(server.name)));
    } else if (!inside && !zone.name.empty() && !server.addresses.empty()) {
      reader.report.warning(mark,
                            fmt::format("{} lies outside the zone, so its `addresses` are not served here",
                                        in_quotes(server.name)));
    }
    const auto same_name = [&](const NameServer& other) { return other.name == server.name; };
    const auto begin = zone.nameservers.begin();
    if (std::any_of(begin, begin + static_cast<std::ptrdiff_t>(i), same_name)) {
      reader.report.error(mark, fmt::format("{} is listed twice; keep one", in_quotes(server.name)));
    }
  }
}

/// What `name` makes of the zone decides which keys speak of it; nothing is said about a name that is wrong.
void check_direction(Reader& reader, const Node& written, const Zone& zone) {
  if (zone.name.empty()) return;
  const bool reverse = zone.is_reverse();
  const auto idle = [&](const char* key, const char* why) {
    if (const auto* entry = written.find(key))
      reader.report.warning(entry->key_mark, fmt::format("{} says nothing here: {}", in_quotes(key), why));
  };
  if (reverse) {
    for (const auto* key : {"answer", "locality", "spill_over", "health", "panic_threshold", "last_resort",
                            "ramp", "checks", "txt", "txt_metadata", "topology", "layout", "pod_names",
                            "empty_services", "external_headless", "annotations"})
      idle(key, "the pointers give what their own zones answer");
    return;
  }
  idle("ptr", "only a reverse zone has pointers");
  if (const auto* entry = written.find("reverse_of")) {
    reader.report.error(entry->key_mark,
                        fmt::format("`reverse_of` is for a reverse zone, whose name is a prefix such as "
                                    "10.0.0.0/8; {} is none",
                                    in_quotes(zone.name)));
  }
}

/// `registry: x` is the short form of `registries: [x]`.
void check_zone(Reader& reader, const Node& written, Zone& zone) {
  const auto* name = written.find("name");
  const auto mark = name != nullptr ? name->value.mark : written.mark;
  zone.place = reader.report.place(mark);
  const auto* one = written.find("registry");
  const auto* several = written.find("registries");
  if (one != nullptr && several != nullptr) {
    reader.report.error(one->key_mark, "`registry` and `registries` both name the registries; keep one");
  }
  const auto* reverse = written.find("reverse_of");
  if (const auto* registry = one != nullptr ? one : several; registry != nullptr && reverse != nullptr) {
    reader.report.error(reverse->key_mark,
                        fmt::format("{} and `reverse_of` both say whose names the pointers give; keep one",
                                    in_quotes(registry->key)));
  }
  const bool is_static =
      written.find("file") || written.find("records") || written.find("aliases") || written.find("services");
  const auto keys = zone_table().keys();
  const auto is_slip = [&](std::string_view key) { return is_misspelt(written, keys, key); };
  static constexpr std::string_view kSources[] = {"registry", "registries", "reverse_of", "file",
                                                  "records",  "aliases",    "services"};
  if (one == nullptr && several == nullptr && reverse == nullptr && !is_static &&
      std::none_of(std::begin(kSources), std::end(kSources), is_slip)) {
    reader.report.error(
        mark, zone.is_reverse()
                  ? "this zone has no `reverse_of`, so it would be empty; add `reverse_of` with the zones "
                    "whose names the pointers give"
                  : "this zone has no `registry`, so it would be empty; add `registry`, `registries`, "
                    "`services` or "
                    "`file`");
  }
  if (!zone.is_reverse()) check_spill_over(reader, written, zone.locality);
  check_static_data(reader, written, zone);
  check_last_resort(reader, written, zone.last_resort);
  check_services(reader, written, zone);
  check_direction(reader, written, zone);
  check_kubernetes_words(reader, written, zone);
  check_nameservers(reader, written, zone);
}

Option<Zone> registry_option() {
  const auto read = [](Reader& reader, const Node& node, Zone& zone) {
    if (node.is_list())
      return report_wrong(reader, "registry", node, registry_name().takes, "`registries` takes several");
    if (auto name = read_scalar(reader, "registry", node, registry_name()))
      zone.registries = {std::move(*name)};
  };
  return {"registry", registry_name().takes, "", "Where the names of the zone come from.", read};
}

Option<Zone> name_option() {
  const auto read = [](Reader& reader, const Node& node, Zone& zone) {
    auto written = read_scalar(reader, "name", node, apex());
    if (!written) return;
    zone.name = std::move(written->name);
    zone.prefix = std::move(written->prefix);
  };
  return Option<Zone>{
      "name", apex().takes, "",
      "The apex. A prefix, or a name under in-addr.arpa or ip6.arpa: a reverse zone; a prefix "
      "that ends inside a label: as many zones as hold exactly its addresses.",
      read}
      .needed();
}

}  // namespace

Value<Answer> answer_value() {
  const auto read = [](std::string_view text, const Surroundings&) { return read_answer(text); };
  return {"order, all, sticky, or `sample` or `sticky` and a number",
          read,
          to_text,
          {Shape::Kind::Text, 0, 0, {}, "^(order|all|sticky|(sample|sticky) [1-9][0-9]*)$"}};
}

Value<HealthPolicy> health_value() {
  return choice<HealthPolicy>({{"ready", HealthPolicy::Ready},
                               {"serving", HealthPolicy::Serving},
                               {"strict", HealthPolicy::Strict},
                               {"any", HealthPolicy::Any}});
}

Value<std::uint32_t> ttl_value() { return seconds(0, kTtlMax); }

const Table<Zone>& zone_table() {
  static const Table<Zone> table{
      {
          name_option(),
          registry_option(),
          list("registries", &Zone::registries, registry_name(),
               "The same for several, in order of precedence."),
          list("reverse_of", &Zone::reverse_of, zone_name(),
               "Reverse zones: the zones whose names the pointers give, the preferred first. With `registry` "
               "instead: the first zone of that registry."),
          option("ptr", &Zone::ptr,
                 choice<PointerMode>({{"one", PointerMode::One}, {"all", PointerMode::All}}),
                 "Reverse zones. one: an address has one name, the best there is. all: every name it has."),
          option("file", &Zone::file, path(),
                 "A master file with records of the zone (RFC 1035); read again when it changes."),
          records_option(),
          aliases_option(),
          exclude_option(),
          services_option(),
          checks_option(),
          option("ttl", &Zone::ttl, ttl_value(),
                 "Lifetime of records in caches; also how long a dead address may linger there."),
          option("negative_ttl", &Zone::negative_ttl, seconds(0, kNegativeTtlMax),
                 "Lifetime of `no such name` in caches (SOA MINIMUM, RFC 2308)."),
          option("answer", &Zone::answer, answer_value(),
                 "order: all records, weighted at random. sample K: K of them, each as often as its weight "
                 "says, "
                 "which also survives forwarders. all: always in the same order. sticky K (sticky: 1): the K "
                 "that the client's network always gets, each network one by weight."),
          locality_option<Zone>(),
          spill_over_option<Zone>(),
          option("health", &Zone::health, health_value(),
                 "Who may answer. ready: not the draining nor the down. serving: the draining too. strict: "
                 "only who "
                 "is known to be up. any: everybody."),
          panic_threshold_option<Zone>(),
          last_resort_option<Zone>(),
          ramp_option<Zone>(),
          option("txt", &Zone::txt, on_or_off(), "Whether services have TXT records that describe them."),
          list("txt_metadata", &Zone::txt_metadata,
               text("a metadata key (printable, without `=`)", 200,
                    [](char c) { return is_printable(c) && c != '='; }),
               "The metadata that TXT records may show.", 0),
          option("topology", &Zone::topology, on_or_off(),
                 "Whether clients can ask for one zone's instances, as <zone>.pin._zone.<service>, or prefer "
                 "them, as <zone>.prefer._zone.<service>."),
          layout_option(),
          pod_names_option(),
          empty_services_option(),
          external_headless_option(),
          annotations_option(),
          option("default_namespace", &Zone::default_namespace, text("a Nacos namespace id", 128),
                 "Nacos: the namespace of names that do not say theirs."),
          option("default_group", &Zone::default_group, text("a Nacos group", 128),
                 "Nacos: the group of names that do not say theirs."),
          sections("nameservers", &Zone::nameservers, nameserver_table,
                   "The NS records of the apex. Not written: ns.dns.<zone> with this server's address."),
          part("soa", soa_table, "The SOA record of the apex."),
      },
      check_zone};
  return table;
}

}  // namespace signpost::config
