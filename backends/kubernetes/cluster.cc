// Lists, audits and events: what is to be kept, what waits, what is gone.
#include "backends/kubernetes/cluster.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kResources = 5;  // all but Nodes
constexpr std::size_t kDriftNamesMax = 10;
constexpr std::string_view kClustersNamespace = "kube-system";  // there is one, and it outlives all others
constexpr std::size_t kStagedWork = 10;  // as many endpoints' worth as putting one object

std::string_view service_of(const SliceRecord& record) {
  return std::string_view(record.service).substr(record.service.find('/') + 1);
}

}  // namespace

Cluster::Cluster(std::string registry, ClusterOptions options)
    : registry_(std::move(registry)), options_(std::move(options)) {
  lists_.resize(kResources * (options_.namespaces.size() + 1));
  for (const auto& name : options_.namespaces) soil_space(space_at(name));
}

Cluster::~Cluster() {
  for (auto& lists : lists_) unstage(lists);
}

Cluster::Lists& Cluster::lists(Source source) {
  return lists_[static_cast<std::size_t>(source.resource) * (options_.namespaces.size() + 1) + source.space];
}

const Cluster::Lists& Cluster::lists(Resource resource, const Space& space) const {
  return lists_[static_cast<std::size_t>(resource) * (options_.namespaces.size() + 1) + space.number];
}

/// A server that answers with objects of other namespaces than it was asked for is not believed.
bool Cluster::ours(Source source, std::string_view space) const {
  return source.space == 0 || options_.namespaces[source.space - 1U] == space;
}

/// Whose it is, without a record.
Cluster::Item Cluster::named(const Object& object) {
  const std::string_view key = object.key;
  const auto slash = std::min(key.find('/'), key.size());
  Item item;
  item.space = key.substr(0, slash);
  item.name = key.substr(std::min(slash + 1, key.size()));
  return item;
}

/// The object packed; nullopt when it has no record that makes sense, or is not ours.
std::optional<Cluster::Item> Cluster::item_of(Source source, const Object& object) {
  auto item = named(object);
  if (!ours(source, item.space)) return std::nullopt;
  if (const auto* service = std::get_if<ServiceRecord>(&object.record)) {
    item.import = source.resource == Resource::Imports;
    item.record = packer_.pack(*service);
  } else if (const auto* slice = std::get_if<SliceRecord>(&object.record)) {
    item.service = service_of(*slice);
    item.import = slice->import;
    item.record = packer_.pack(*slice);
  } else if (const auto* pod = std::get_if<PodRecord>(&object.record)) {
    item.record = packer_.pack(*pod);
  } else if (const auto* space = std::get_if<NamespaceRecord>(&object.record)) {
    if (object.key == kClustersNamespace && !space->uid.empty()) identity_ = space->uid;
  } else {
    return std::nullopt;
  }
  return item;
}

void Cluster::begin_list(Source source) {
  auto& lists = this->lists(source);
  assert(lists.applied);
  drop_audit(source);
  unstage(lists);
  lists.listing = ++last_mark_;
}

void Cluster::listed(Source source, Object object) {
  auto& lists = this->lists(source);
  if (object.key.empty()) return;
  const auto item = item_of(source, object);
  if (!item) return mark_unread(source, object);
  if (lists.complete == 0) return put(source, *item);  // nothing is published yet: no need to wait
  if (!unchanged(source, *item)) stage(lists, object, *item);
}

/// What is taken back loses its mark, so that the end of the list takes it away, and not before.
void Cluster::list_changed(Source source, EventType type, Object object) {
  auto& lists = this->lists(source);
  if (object.key.empty()) return;
  unstage(lists, object.key);
  if (type != EventType::Deleted) return listed(source, std::move(object));
  const auto item = named(object);
  if (!ours(source, item.space)) return;
  if (lists.complete == 0) return remove(source, item.space, item.name);  // nothing is published yet
  if (auto* mark = mark_of(source, item)) *mark = 0;
}

void Cluster::end_list(Source source) {
  auto& lists = this->lists(source);
  lists.complete = lists.listing;
  lists.applied = lists.staged.empty();
  lists.excused = false;
  end_sweep(source, lists);
}

void Cluster::changed(Source source, EventType type, Object object) {
  auto& lists = this->lists(source);
  if (object.key.empty()) return;
  if (!lists.auditing) unstage(lists, object.key);
  if (type == EventType::Deleted) {
    const auto item = named(object);
    if (!ours(source, item.space)) return;
    if (lists.auditing) lists.gone.insert(object.key);
    return remove(source, item.space, item.name);
  }
  const auto item = item_of(source, object);
  if (!item) return mark_unread(source, object);
  if (lists.auditing) lists.gone.erase(object.key);
  trigger_ = object.triggered;
  put(source, *item);
  trigger_ = {};
}

void Cluster::begin_audit(Source source) {
  drop_audit(source);
  auto& lists = this->lists(source);
  assert(lists.applied);
  unstage(lists);
  lists.listing = ++last_mark_;
  lists.auditing = true;
}

void Cluster::audited(Source source, Object object) {
  auto& lists = this->lists(source);
  if (object.key.empty() || !lists.auditing || lists.gone.contains(object.key)) return;
  const auto item = item_of(source, object);
  if (!item) return mark_unread(source, object);
  const auto* mark = mark_of(source, *item);
  if (mark != nullptr && *mark == lists.listing) return;  // an event knows better
  if (!unchanged(source, *item)) stage(lists, object, *item);
}

void Cluster::end_audit(Source source) {
  auto& lists = this->lists(source);
  if (!lists.auditing) return;
  lists.audit_ended = true;
  lists.sweep_at = 0;
}

void Cluster::drop_audit(Source source) {
  auto& lists = this->lists(source);
  if (!std::exchange(lists.auditing, false)) return;
  lists.audit_ended = false;
  lists.sweep_at = kNoId;
  lists.gone.clear();
  lists.drift = 0;
  lists.drift_names.clear();
  unstage(lists);
}

void Cluster::list_again() {
  again_after_ = last_mark_++;
  again_wanted_ = true;
}

void Cluster::excuse(Source source) {
  if (lists(source).complete != 0 || std::exchange(lists(source).excused, true)) return;
  walk_wanted_ |= epoch_ == 0 && wanted_listed();
}

/// The mark of the same object as it is known now; null: it is not.
Mark* Cluster::mark_of(Source source, const Item& item) {
  const auto space = find_space(item.space);
  if (space == kNoId) return nullptr;
  if (source.resource == Resource::Namespaces) return spaces_[space].listed ? &spaces_[space].mark : nullptr;
  if (source.resource == Resource::Endpoints) {
    const auto slice = find_slice(space, item.name);
    return slice == kNoId ? nullptr : &slices_[slice].mark;
  }
  if (source.resource == Resource::Pods) {
    const auto pod = find_pod(space, item.name);
    return pod == kNoId ? nullptr : &pods_[pod].mark;
  }
  const auto service = find_service(space, item.name, source.resource == Resource::Imports);
  return service == kNoId || !services_[service].known ? nullptr : &services_[service].mark;
}

/// Marks what is as it was.
bool Cluster::unchanged(Source source, const Item& item) {
  auto* mark = mark_of(source, item);
  if (mark == nullptr) {  // what is not kept
    return (source.resource == Resource::Endpoints && item.service.empty()) ||
           (source.resource == Resource::Pods && is_over(item.record));
  }
  if (source.resource != Resource::Namespaces && !same(source, item)) return false;
  *mark = lists(source).listing;
  return true;
}

/// What can not be read keeps its old version (K25, K38).
void Cluster::mark_unread(Source source, const Object& object) {
  if (auto* mark = mark_of(source, named(object))) *mark = lists(source).listing;
}

void Cluster::stage(Lists& lists, const Object& object, const Item& item) {
  hold_words(item.record, words_);
  lists.staged.push_back({object.key, std::string(item.service), item.import, Octets(item.record)});
}

void Cluster::unstage(Lists& lists) {
  for (const auto& one : lists.staged) drop_words(one.record.view(), words_);
  std::deque<Staged>().swap(lists.staged);
}

/// What changes within a streaming list, or in its watch before all is in place, is newer than what waits.
/// Few objects wait, unless all have changed.
void Cluster::unstage(Lists& lists, std::string_view key) {
  const auto gone = [&](const Staged& one) {
    if (one.key != key) return false;
    drop_words(one.record.view(), words_);
    return true;
  };
  if (std::erase_if(lists.staged, gone) > 0 && lists.staged.empty()) lists.applied = true;
}

void Cluster::put(Source source, const Item& item) {
  switch (source.resource) {
    case Resource::Endpoints:
      return put_slice(source, item);
    case Resource::Pods:
      return put_pod(source, item);
    case Resource::Namespaces:
      return put_namespace(source, item.space);
    case Resource::Services:
    case Resource::Imports:
      return put_service(source, item);
    case Resource::Nodes:
      break;
  }
}

void Cluster::remove(Source source, std::string_view space_name, std::string_view name) {
  const auto space = find_space(space_name);
  if (space == kNoId) return;
  if (source.resource == Resource::Namespaces) return remove_namespace(space);
  if (source.resource == Resource::Endpoints) {
    if (const auto slice = find_slice(space, name); slice != kNoId) remove_slice(slice);
  } else if (source.resource == Resource::Pods) {
    if (const auto pod = find_pod(space, name); pod != kNoId) remove_pod(pod);
  } else {
    const auto service = find_service(space, name, source.resource == Resource::Imports);
    if (service != kNoId) forget_record(service);
  }
}

/// Moves the first staged object into place. In an audit it was drift, unless an event has come since.
std::size_t Cluster::apply_one(Source source, Lists& lists) {
  const auto staged = std::move(lists.staged.front());
  lists.staged.pop_front();
  lists.applied = lists.auditing || lists.staged.empty();
  const std::string_view key = staged.key;
  const auto slash = std::min(key.find('/'), key.size());
  const Item item{key.substr(0, slash), key.substr(std::min(slash + 1, key.size())), staged.service,
                  staged.import, staged.record.view()};
  bool wanted = true;
  if (lists.auditing) {
    const auto* mark = mark_of(source, item);
    wanted = !lists.gone.contains(staged.key) && (mark == nullptr || *mark != lists.listing);
    if (wanted) found_drift(lists, staged.key, mark == nullptr ? " was missing" : " was different");
  }
  if (wanted) put(source, item);
  drop_words(item.record, words_);
  return kStagedWork;
}

void Cluster::found_drift(Lists& lists, std::string name, std::string_view what) {
  ++lists.drift;
  if (lists.drift_names.size() < kDriftNamesMax) lists.drift_names.push_back(name.append(what));
}

}  // namespace signpost::kubernetes
