// The tables: what an object is found by, and what else its coming and going touches.
#include <algorithm>
#include <cassert>
#include <utility>

#include "backends/kubernetes/cluster.h"

namespace signpost::kubernetes {
namespace {

Hash hash_in(Id space, std::string_view name, bool import = false) {
  return hash_of(name, (std::uint64_t{space} << 1 | (import ? 1U : 0U)) * 0xc2b2ae3d27d4eb4fULL);
}

/// "<service>-" at the front of a slice's name.
bool begins_with(std::string_view name, std::string_view service) {
  return name.size() > service.size() && name.starts_with(service) && name[service.size()] == '-';
}

}  // namespace

void Cluster::keep(Octets& place, std::string_view name, std::string_view record) {
  hold_words(record, words_);
  drop_words(kept_record(place.view()), words_);
  place = Octets(with_length(name), record);
}

void Cluster::let_go(Octets& place) {
  drop_words(kept_record(place.view()), words_);
  place = Octets();
}

Id Cluster::find_space(std::string_view name) const {
  return spaces_.find(hash_of(name), [&](Id id) { return spaces_[id].name.text() == name; });
}

Id Cluster::space_at(std::string_view name) {
  if (const auto found = find_space(name); found != kNoId) return found;
  const auto id = spaces_.add(hash_of(name));
  auto& space = spaces_[id];
  space.name = words_.get(name);
  const auto& named = options_.namespaces;
  const auto at = std::find(named.begin(), named.end(), name);
  if (at != named.end()) space.number = static_cast<std::uint16_t>(at - named.begin() + 1);
  return id;
}

/// When nothing is known in it any more.
void Cluster::let_go_of_space(Id id) {
  auto& space = spaces_[id];
  const bool kept = space.listed || space.number != 0 || space.told || space.dirty;
  if (kept || space.services > 0 || !space.pods.empty()) return;
  const auto hash = hash_of(space.name.text());
  spaces_.remove(hash, id);
}

Id Cluster::find_service(Id space, std::string_view name, bool import) const {
  return services_.find(hash_in(space, name, import), [&](Id id) {
    const auto& entry = services_[id];
    return entry.space == space && entry.import == import && kept_name(entry.octets.view()) == name;
  });
}

Id Cluster::service_at(Id space, std::string_view name, bool import) {
  if (const auto found = find_service(space, name, import); found != kNoId) return found;
  const auto id = services_.add(hash_in(space, name, import));
  auto& entry = services_[id];
  entry.space = space;
  entry.import = import;
  keep(entry.octets, name, {});
  ++spaces_[space].services;
  return id;
}

void Cluster::remove_service_entry(Id id) {
  auto& entry = services_[id];
  const auto space = entry.space;
  const auto hash = hash_in(space, kept_name(entry.octets.view()), entry.import);
  let_go(entry.octets);
  triggers_.erase(id);
  services_.remove(hash, id);
  --spaces_[space].services;
  let_go_of_space(space);
}

std::string Cluster::slice_name(Id id) const {
  const auto& entry = slices_[id];
  std::string name;
  if (entry.short_name) name.append(kept_name(services_[entry.service].octets.view())).append(1, '-');
  return name.append(kept_name(entry.octets.view()));
}

Id Cluster::find_slice(Id space, std::string_view name) const {
  return slices_.find(hash_in(space, name), [&](Id id) {
    return services_[slices_[id].service].space == space && slice_name(id) == name;
  });
}

Id Cluster::find_pod(Id space, std::string_view name) const {
  return pods_.find(hash_in(space, name), [&](Id id) {
    return pods_[id].space == space && kept_name(pods_[id].octets.view()) == name;
  });
}

bool Cluster::is_over(std::string_view pod) const { return unpack_pod(pod, words_) == PodView{}; }

bool Cluster::has_no_address(std::string_view octets) const {
  return unpack_pod(kept_record(octets), words_).addresses.empty();
}

/// Whether what is known is this object already; it is known.
bool Cluster::same(Source source, const Item& item) const {
  const auto space = find_space(item.space);
  const auto has = [&](const Octets& octets) { return kept_record(octets.view()) == item.record; };
  if (source.resource == Resource::Pods) {
    const auto& octets = pods_[find_pod(space, item.name)].octets;
    return has(octets) || (is_over(item.record) && has_no_address(octets.view()));
  }
  if (source.resource != Resource::Endpoints) {
    return has(services_[find_service(space, item.name, item.import)].octets);
  }
  const auto& slice = slices_[find_slice(space, item.name)];
  const auto& service = services_[slice.service];
  return service.import == item.import && kept_name(service.octets.view()) == item.service &&
         has(slice.octets);
}

void Cluster::put_service(Source source, const Item& item) {
  const auto id = service_at(space_at(item.space), item.name, item.import);
  auto& entry = services_[id];
  entry.mark = lists(source).listing;
  if (entry.known && kept_record(entry.octets.view()) == item.record) return;
  keep(entry.octets, item.name, item.record);
  entry.known = true;
  soil(id);
}

/// The entry stays for its slices, and for the sink to hear that it is gone.
void Cluster::forget_record(Id id) {
  auto& entry = services_[id];
  if (!entry.known) return;
  keep(entry.octets, kept_name(entry.octets.view()), {});
  entry.known = false;
  soil(id);
}

void Cluster::put_slice(Source source, const Item& item) {
  const auto space = space_at(item.space);
  auto id = find_slice(space, item.name);
  if (item.service.empty()) {  // it may have had a service before
    if (id != kNoId) remove_slice(id);
    return let_go_of_space(space);
  }
  if (id != kNoId && same(source, item)) {
    slices_[id].mark = lists(source).listing;
    return;
  }
  const auto service = service_at(space, item.service, item.import);
  if (id != kNoId && slices_[id].service != service) {
    remove_slice(id);
    id = kNoId;
  }
  if (id == kNoId) {
    id = slices_.add(hash_in(space, item.name));
    slices_[id].service = service;
    slices_[id].short_name = begins_with(item.name, item.service);
    slices_[id].next = std::exchange(services_[service].first_slice, id);
  } else {
    index_pods(id, false);
  }
  auto& slice = slices_[id];
  slice.mark = lists(source).listing;
  keep(slice.octets, item.name.substr(slice.short_name ? item.service.size() + 1 : 0), item.record);
  index_pods(id, true);
  if (trigger_ != WallTime{}) triggers_.try_emplace(service, trigger_);
  soil(service);
}

void Cluster::remove_slice(Id id) {
  index_pods(id, false);
  const auto service = slices_[id].service;
  const auto hash = hash_in(services_[service].space, slice_name(id));
  auto* at = &services_[service].first_slice;
  while (*at != id) at = &slices_[*at].next;
  *at = slices_[id].next;
  let_go(slices_[id].octets);
  slices_.remove(hash, id);
  soil(service);
}

/// Keeps or drops the way from each Pod that this slice speaks of to the slice.
void Cluster::index_pods(Id id, bool add) {
  if (!options_.pods) return;
  const auto& slice = slices_[id];
  const auto space = services_[slice.service].space;
  SliceReader reader(kept_record(slice.octets.view()), words_);
  EndpointView endpoint;
  while (reader.next(endpoint)) {
    if (endpoint.pod.empty()) continue;
    const auto pod = hash_in(space, endpoint.pod);
    add ? pod_uses_.add(pod, id) : pod_uses_.remove(pod, id);
  }
}

/// The services whose instances are told what is known of this Pod.
void Cluster::soil_users(Id pod) {
  const auto& entry = pods_[pod];
  const auto hash = hash_in(entry.space, kept_name(entry.octets.view()));
  pod_uses_.for_each(hash, [&](Id slice) { soil(slices_[slice].service); });
}

void Cluster::put_pod(Source source, const Item& item) {
  const auto known_space = find_space(item.space);
  auto id = known_space == kNoId ? kNoId : find_pod(known_space, item.name);
  if (is_over(item.record)) {
    if (id != kNoId) end_pod(source, id);
    return;
  }
  const auto space = space_at(item.space);
  PodFacts before;
  if (id == kNoId) {
    id = pods_.add(hash_in(space, item.name));
    pods_[id].space = space;
    spaces_[space].pods.push_back(id);
  } else {
    before = unpack_pod(kept_record(pods_[id].octets.view()), words_).facts;  // views of the pool
  }
  pods_[id].mark = lists(source).listing;
  if (kept_record(pods_[id].octets.view()) == item.record) return;
  const bool other_facts = before != unpack_pod(item.record, words_).facts;
  keep(pods_[id].octets, item.name, item.record);
  if (other_facts) soil_users(id);
  ++spaces_[space].changes;
  soil_space(space);
}

/// It has ended or is being deleted: no longer a name, but while its endpoints drain, what is known of it
/// holds for them. Its deletion removes it.
void Cluster::end_pod(Source source, Id id) {
  auto& pod = pods_[id];
  pod.mark = lists(source).listing;
  if (has_no_address(pod.octets.view())) return;
  const auto facts = unpack_pod(kept_record(pod.octets.view()), words_).facts;
  PodRecord record;
  record.weight = facts.weight;
  record.version = words_.get(facts.version);
  record.tags = words_.get(facts.tags);
  keep(pod.octets, std::string(kept_name(pod.octets.view())), packer_.pack(record));
  ++spaces_[pod.space].changes;
  soil_space(pod.space);
}

void Cluster::remove_pod(Id id) {
  const auto space = pods_[id].space;
  const auto octets = pods_[id].octets.view();
  if (unpack_pod(kept_record(octets), words_).facts != PodFacts{}) soil_users(id);
  std::erase(spaces_[space].pods, id);
  const auto hash = hash_in(space, kept_name(octets));
  let_go(pods_[id].octets);
  pods_.remove(hash, id);
  ++spaces_[space].changes;
  soil_space(space);
}

void Cluster::put_namespace(Source source, std::string_view name) {
  const auto id = space_at(name);
  auto& space = spaces_[id];
  space.mark = lists(source).listing;
  if (std::exchange(space.listed, true)) return;
  if (options_.namespace_use == NamespaceUse::Selected) flip_at_ = 0;
  soil_space(id);
}

void Cluster::remove_namespace(Id id) {
  if (!std::exchange(spaces_[id].listed, false)) return;
  if (options_.namespace_use == NamespaceUse::Selected) flip_at_ = 0;
  soil_space(id);
}

std::string Cluster::service_key(Id id) const {
  const auto& entry = services_[id];
  return std::string(spaces_[entry.space].name.text()).append("/").append(kept_name(entry.octets.view()));
}

std::string Cluster::slice_key(Id id) const {
  const auto space = services_[slices_[id].service].space;
  return std::string(spaces_[space].name.text()).append("/").append(slice_name(id));
}

std::string Cluster::pod_key(Id id) const {
  const auto& entry = pods_[id];
  return std::string(spaces_[entry.space].name.text()).append("/").append(kept_name(entry.octets.view()));
}

}  // namespace signpost::kubernetes
