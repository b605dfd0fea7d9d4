// Who asks: which networks are in which zone, and forwarders that may say for whom they ask.
#include <map>

#include <fmt/format.h>

#include "config/options.h"

namespace signpost::config {
namespace {

constexpr std::string_view kTakes = "a section: a zone's name, and a list of its prefixes";
constexpr std::size_t kZoneOctetsMax = 253;  // what may become labels

void read_zone(Reader& reader, const Entry& entry, Clients& clients,
               std::map<std::string, std::string>& zone_of) {
  auto& zone = clients.zones.emplace_back();
  zone.name = entry.key;
  if (zone.name.empty() || zone.name.size() > kZoneOctetsMax) {
    reader.report.error(entry.key_mark, fmt::format("a zone's name has 1 to {} characters", kZoneOctetsMax));
  }
  const std::string takes = "a list, each " + source_prefix().takes;
  if (!is_list_of(reader, zone.name, entry.value, takes, 1)) return;
  for (const auto& item : entry.value.items) {
    const auto prefix = read_scalar(reader, zone.name, item, source_prefix());
    if (!prefix) continue;
    const auto [other, fresh] = zone_of.emplace(prefix->to_string(), zone.name);
    if (fresh) {
      zone.prefixes.push_back(*prefix);
    } else if (other->second == zone.name) {
      reader.report.error(item.mark, in_quotes(item.scalar) + " is listed twice; keep one");
    } else {
      reader.report.error(item.mark, fmt::format("{} is in zone {} already, and a client is in one zone",
                                                 in_quotes(item.scalar), in_quotes(other->second)));
    }
  }
}

/// Of several prefixes that hold an address the longest counts, in whatever order they are written.
Option<Clients> zones_option() {
  const auto read = [](Reader& reader, const Node& node, Clients& clients) {
    if (!is_section(reader, "zones", node, {"a zone's name for each of its lists of prefixes"})) return;
    std::map<std::string, std::string> zone_of;  // by prefix
    for (const auto& entry : node.entries) read_zone(reader, entry, clients, zone_of);
  };
  return Option<Clients>{
      "zones", std::string(kTakes), "",
      "In which zone clients are, by their address; the longest prefix counts. The zones are those that "
      "registries tell of instances; see `locality`.",
      read}
      .as(Form::NamedLists, source_prefix().shape, 1);
}

}  // namespace

const Table<Clients>& clients_table() {
  static const Table<Clients> table{
      {
          zones_option(),
          list("nodes", &Clients::nodes, text("the name of a registry of type kubernetes", 63),
               "Kubernetes registries whose Nodes say it too: the networks of a Node's Pods and its own "
               "addresses are in the zone of its label topology.kubernetes.io/zone. Of one prefix, what is "
               "written in `zones` counts first.",
               0),
          list("ecs_from", &Clients::ecs_from, source_prefix(),
               "Forwarders whose EDNS Client Subnet (RFC 7871) is believed: answers are for the network that "
               "they name, and tell on how much of it they depend. From others the option means nothing.",
               0),
      },
      nullptr};
  return table;
}

}  // namespace signpost::config
