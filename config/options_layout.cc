// What a zone makes of the objects of Kubernetes: names, and what objects may say of their own answers.
#include <fmt/format.h>

#include "config/options.h"

namespace signpost::config {
namespace {

constexpr std::uint32_t kTtlMax = 604800;  // as for `ttl`

void say_nothing(Reader& reader, const Node& written, std::string_view key, std::string_view why) {
  const auto* entry = written.find(key);
  if (entry == nullptr) return;
  reader.report.warning(entry->key_mark, fmt::format("{} says nothing here: {}", in_quotes(key), why));
}

void check_annotations(Reader& reader, const Node& written, Annotations& annotations) {
  const auto* min = written.find("ttl_min");
  const auto* max = written.find("ttl_max");
  if (!annotations.allows(Wish::Ttl)) {
    for (const auto* key : {"ttl_min", "ttl_max"})
      say_nothing(reader, written, key, "`ttl` is not among what `allow` lists");
  }
  if (annotations.ttl_min <= annotations.ttl_max || (min == nullptr && max == nullptr)) return;
  reader.report.error(
      (max != nullptr ? max : min)->value.mark,
      fmt::format("`ttl_max` ({}) is less than `ttl_min` ({})", annotations.ttl_max, annotations.ttl_min));
}

const Table<Annotations>& annotations_table() {
  static const Table<Annotations> table{
      {
          list("allow", &Annotations::allow,
               choice<Wish>({{"weight", Wish::Weight},
                             {"answer", Wish::Answer},
                             {"ttl", Wish::Ttl},
                             {"health", Wish::Health}}),
               "What they may say; the rest is left unheard. weight: signpost.dns/weight of a Pod or of a "
               "slice that no controller manages, and signpost.dns/weights of a Service; the others: "
               "signpost.dns/answer, ttl and health of a Service.",
               0),
          option("ttl_min", &Annotations::ttl_min, seconds(0, kTtlMax),
                 "A shorter TTL than this becomes this."),
          option("ttl_max", &Annotations::ttl_max, seconds(0, kTtlMax),
                 "A longer TTL than this becomes this."),
      },
      check_annotations};
  return table;
}

}  // namespace

Option<Zone> layout_option() {
  return option(
      "layout", &Zone::layout,
      choice<Layout>(
          {{"cluster", Layout::Cluster}, {"external", Layout::External}, {"clusterset", Layout::Clusterset}}),
      "Kubernetes: whose names these are. cluster: <service>.<namespace>.svc, as the Kubernetes DNS "
      "specification says. external: <service>.<namespace>, with the addresses that outsiders use. "
      "clusterset: ServiceImports, <service>.<namespace>.svc.");
}

Option<Zone> pod_names_option() {
  return option("pod_names", &Zone::pod_names,
                choice<PodNames>({{"disabled", PodNames::Disabled},
                                  {"insecure", PodNames::Insecure},
                                  {"verified", PodNames::Verified}}),
                "Kubernetes: names such as 10-1-0-7.<namespace>.pod. insecure: for any address, as it is "
                "spelled. verified: for those of Pods; needs `pods: watch`.");
}

Option<Zone> empty_services_option() {
  return option("empty_services", &Zone::empty_services,
                choice<EmptyServices>({{"answer", EmptyServices::Answer}, {"hide", EmptyServices::Hide}}),
                "Kubernetes: what a virtual IP without a ready endpoint is. answer: there, as the Kubernetes "
                "DNS specification says. hide: no such name.");
}

Option<Zone> external_headless_option() {
  return option("external_headless", &Zone::external_headless, on_or_off(),
                "Kubernetes, `layout: external`: also headless Services, with their endpoints.");
}

Option<Zone> annotations_option() {
  return section("annotations", &Zone::annotations, annotations_table,
                 "Kubernetes: what objects may say of their own answers.");
}

void check_kubernetes_words(Reader& reader, const Node& written, const Zone& zone) {
  if (zone.is_reverse()) return;  // told already: pointers have no such words
  if (zone.layout != Layout::External) {
    say_nothing(reader, written, "external_headless", "it goes with `layout: external`");
  }
  if (zone.layout == Layout::Cluster) return;
  say_nothing(reader, written, "pod_names", "only `layout: cluster` has names of Pods");
}

}  // namespace signpost::config
