#include "tests/fuzz/kubernetes_records.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <type_traits>

#include "backends/kubernetes/packed.h"
#include "backends/kubernetes/visitors.h"
#include "tests/fuzz/fuzzer.h"

namespace signpost::test {
namespace {

using namespace kubernetes;

constexpr std::size_t kReasonsMax = 40;

void require_weight(double weight) {
  require(std::isfinite(weight) && weight >= 0 && weight <= 65535, "a weight is 0 to 65535");
}

void require_address(const IpAddress& address) {
  require(usable_address(address.to_string()).has_value(), "no address of the asker itself");
}

void require_one_of_family(const std::vector<IpAddress>& addresses) {
  std::set<bool> families;
  for (const auto& address : addresses) {
    require_address(address);
    require(families.insert(address.is_v4()).second, "one address of each family");
  }
}

void require_ports(const std::vector<Port>& ports) {
  for (const auto& port : ports) require(port.number != 0 && port.name.size() <= 63, "a port");
}

/// Joined by commas, sorted, unique, none empty.
void require_list(std::string_view joined) {
  std::string_view before;
  while (!joined.empty()) {
    const auto word = joined.substr(0, joined.find(','));
    require(before < word, "sorted and unique");
    before = word;
    joined.remove_prefix(std::min(word.size() + 1, joined.size()));
  }
}

void require_record(const ServiceRecord& service) {
  require_one_of_family(service.cluster_ips);
  for (const auto& address : service.external_ips) require_address(address);
  require(std::is_sorted(service.external_ips.begin(), service.external_ips.end()), "sorted addresses");
  require(std::is_sorted(service.external_hosts.begin(), service.external_hosts.end()), "sorted hosts");
  require(service.kind != ServiceKind::Pods, "a Service is no namespace");
  require_ports(service.ports);
  std::string_view before;
  for (const auto& group : service.group_weights) {
    require_weight(group.weight);
    require(before < group.word, "words sorted and unique");
    before = group.word;
  }
  require(!service.wishes.ttl || *service.wishes.ttl <= 604800, "a week at most");
  require(!service.wishes.answer || service.wishes.answer->sample >= 1, "a sample has a record");
}

void require_record(const SliceRecord& slice) {
  require_ports(slice.ports);
  require_weight(slice.weight);
  require(slice.cluster.empty() || dns_label(slice.cluster) == slice.cluster, "a cluster is a label");
  require(slice.import || slice.cluster.empty(), "only imports have clusters");
  for (const auto& endpoint : slice.endpoints) {
    require_address(endpoint.address);
    require(std::size_t{endpoint.first_port} + endpoint.port_count <= slice.ports.size(),
            "ports of the slice");
    const auto host = endpoint.host_name.text();
    require(host.empty() || dns_label(host) == host, "a host name is a label");
    require(endpoint.pod.text().empty() || is_object_name(endpoint.pod.text()), "a Pod has a name");
    require(endpoint.health != Health::Unknown, "ready or not");
    require_list(endpoint.for_zones.text());
  }
}

void require_record(const PodRecord& pod) {
  require_one_of_family(pod.addresses);
  require_weight(pod.weight);
  require_list(pod.tags.text());
  require(pod.version.text().size() <= 63, "a version is a label's value");
}

bool same(const EndpointView& kept, const EndpointRecord& record) {
  return kept.address == record.address && kept.health == record.health &&
         kept.first_port == record.first_port && kept.port_count == record.port_count &&
         kept.host_name == record.host_name.text() && kept.node == record.node.text() &&
         kept.zone == record.zone.text() && kept.for_zones == record.for_zones.text() &&
         kept.pod == record.pod.text();
}

void require_same(const std::string& packed, const ServiceRecord& service, const Words& pool) {
  require(unpack_service(packed, pool) == service, "a service as it was");
}

void require_same(const std::string& packed, const SliceRecord& slice, const Words& pool) {
  SliceReader reader(packed, pool);
  require(
      reader.ports() == slice.ports && reader.weight() == slice.weight && reader.cluster() == slice.cluster,
      "a slice as it was");
  EndpointView view;
  for (const auto& endpoint : slice.endpoints)
    require(reader.next(view) && same(view, endpoint), "an endpoint as it was");
  require(!reader.next(view), "no endpoint more");
}

void require_same(const std::string& packed, const PodRecord& pod, const Words& pool) {
  const auto kept = unpack_pod(packed, pool);
  require(kept.addresses == pod.addresses && kept.facts.weight == pod.weight &&
              kept.facts.version == pod.version.text() && kept.facts.tags == pod.tags.text(),
          "a Pod as it was");
}

void require_record(const NamespaceRecord&) {}
void require_record(const NodeRecord& node) {
  for (const auto& network : node.networks)
    require(config::masked(network.address, network.bits) == network.address, "a network is a prefix");
}
void require_record(const std::monostate&) {}

}  // namespace

Decoders::Decoders() {
  const DecodeOptions everything{true, true, "version", "app.kubernetes.io/tags"};
  for (const auto kind : {Kind::Service, Kind::EndpointSlice, Kind::Endpoints, Kind::Pod, Kind::Namespace,
                          Kind::Import, Kind::Node})
    all.emplace_back(kind, words, counts, everything);
}

void require_sound(const Object& object) {
  const bool keyless = object.key.empty();
  require(!keyless || std::holds_alternative<std::monostate>(object.record),
          "what has no name has no record");
  std::visit([](const auto& record) { require_record(record); }, object.record);
}

void require_sound(const follow::Counts& counts) {
  const auto all = counts.all();
  require(all.size() <= kReasonsMax, "few reasons");
  for (const auto& count : all) {
    const auto ours = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    require(std::all_of(count.reason.begin(), count.reason.end(), ours), "a word of ours: " + count.reason);
    require(count.of.size() <= follow::SkippedObjects::kMost, "bounded");
  }
}

void require_kept(const Object& object) {
  Words pool;  // not that of the record's words
  std::visit(
      [&](const auto& record) {
        using Record = std::decay_t<decltype(record)>;
        constexpr bool packed = !std::is_same_v<Record, std::monostate> &&
                                !std::is_same_v<Record, NamespaceRecord> &&
                                !std::is_same_v<Record, NodeRecord>;
        if constexpr (packed) {
          Packer packer(pool);
          require_same(std::string(packer.pack(record)), record, pool);
        }
      },
      object.record);
  require(pool.size() == 0, "no word is kept by nobody");
}

void require_same(const Object& item, const Object& object) {
  require(item.key == object.key && item.revision == object.revision, "the same object");
  require(item.record == object.record, "the same record");
}

}  // namespace signpost::test
