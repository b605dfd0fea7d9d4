// What a complete list or audit leaves to be done in steps: staged objects into place, and one look at every
// entry that it should have mentioned.
#include <algorithm>
#include <cassert>
#include <utility>

#include "backends/kubernetes/cluster.h"

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kLooksPerWork = 16;  // so many entries are looked at while one endpoint is told

bool is_walked(Resource resource) { return resource != Resource::Pods && resource != Resource::Namespaces; }

}  // namespace

/// Does what is due for this source; the work that was done. Less than `work`: nothing is left.
std::size_t Cluster::look_after(Source source, Lists& lists, std::size_t work) {
  std::size_t done = 0;
  const bool due = lists.auditing ? lists.audit_ended : !lists.applied;
  while (due && !lists.staged.empty() && done < work) done += apply_one(source, lists);
  if (lists.sweep_at != kNoId && done < work) done += sweep_some(source, lists, work - done);
  return done;
}

/// Pods and Namespaces are swept here, Services and their slices while the sink is told of them. Either way
/// it is told as a list, so that guards can doubt what is missing.
void Cluster::end_sweep(Source source, Lists& lists) {
  if (!is_walked(source.resource)) lists.sweep_at = 0;
  walk_wanted_ = wanted_listed();
}

std::size_t Cluster::sweep_some(Source source, Lists& lists, std::size_t work) {
  const auto entries = places(source.resource);
  const auto most = std::min<std::size_t>(entries - lists.sweep_at, work * kLooksPerWork);
  const auto until = lists.sweep_at + static_cast<Id>(most);
  for (; lists.sweep_at < until; ++lists.sweep_at) look_at(source, lists, lists.sweep_at);
  if (lists.sweep_at < entries) return work;
  lists.sweep_at = kNoId;
  if (lists.auditing) finish_audit(source, lists);
  return most / kLooksPerWork;
}

Id Cluster::places(Resource resource) const {
  switch (resource) {
    case Resource::Endpoints:
      return slices_.places();
    case Resource::Pods:
      return pods_.places();
    case Resource::Namespaces:
      return spaces_.places();
    case Resource::Services:
    case Resource::Imports:
    case Resource::Nodes:
      break;
  }
  return services_.places();
}

/// One entry, if it is of this source: gone when the list did not mention it. An audit only counts those;
/// they go when it ends, as by a list.
void Cluster::look_at(Source source, Lists& lists, Id id) {
  const auto mark = lists.auditing ? lists.listing : lists.complete;
  const auto old = [&](const auto& entry, Id space) {
    return spaces_[space].number == source.space && entry.mark < mark;
  };
  constexpr std::string_view kGone = " was gone";
  switch (source.resource) {
    case Resource::Pods:
      if (!pods_[id].used || !old(pods_[id], pods_[id].space)) return;
      if (lists.auditing) found_drift(lists, pod_key(id), kGone);
      return remove_pod(id);
    case Resource::Namespaces:
      if (!spaces_[id].used || !spaces_[id].listed || spaces_[id].mark >= mark) return;
      if (lists.auditing) found_drift(lists, std::string(spaces_[id].name.text()), kGone);
      return remove_namespace(id);
    case Resource::Endpoints:
      if (!slices_[id].used || !old(slices_[id], services_[slices_[id].service].space)) return;
      return found_drift(lists, slice_key(id), kGone);
    case Resource::Services:
    case Resource::Imports:
    case Resource::Nodes:
      break;
  }
  const auto& service = services_[id];
  const bool import = source.resource == Resource::Imports;
  if (service.used && service.known && service.import == import && old(service, service.space)) {
    found_drift(lists, service_key(id), kGone);
  }
}

void Cluster::finish_audit(Source source, Lists& lists) {
  lists.complete = lists.listing;
  if (lists.drift > 0) {
    drift_.push_back({source.resource, lists.drift, std::move(lists.drift_names)});
    walk_wanted_ = wanted_listed();  // told as a list, so that guards see it
  }
  walk_wanted_ |= again_wanted_ && wanted_listed(again_after_);
  drop_audit(source);
}

}  // namespace signpost::kubernetes
