#include "backends/kubernetes/cluster.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "backends/kubernetes/join.h"

namespace signpost::kubernetes {

Cluster::~Cluster() = default;

void Cluster::begin_list(Resource resource) {
  auto& state = progress(resource);
  assert(state.applied);
  state.staged.clear();
  ++state.listing;
}

void Cluster::listed(Resource resource, Object object) {
  auto& state = progress(resource);
  if (object.key.empty()) return;
  if (state.complete == 0)
    return put(resource, std::move(object));  // nothing is published yet: no need to wait
  if (!unchanged(resource, object)) state.staged.push_back(std::move(object));
}

void Cluster::end_list(Resource resource) {
  auto& state = progress(resource);
  state.complete = state.listing;
  state.applied = state.staged.empty();
  walk_wanted_ = progress_[0].complete != 0 && progress_[1].complete != 0;
}

void Cluster::changed(Resource resource, EventType type, Object object) {
  assert(progress(resource).applied);
  if (object.key.empty()) return;
  if (type == EventType::Deleted) {
    remove(resource, object.key);
  } else {
    put(resource, std::move(object));
  }
}

/// Marks what is as it was. What can not be read keeps its old version (K25, K38), so it counts as unchanged.
bool Cluster::unchanged(Resource resource, const Object& object) {
  const auto mark = progress(resource).listing;
  const bool unread = std::holds_alternative<std::monostate>(object.record);
  if (resource == Resource::Services) {
    const auto found = services_.find(object.key);
    if (found == services_.end() || !found->second.record) return unread;
    if (!unread && *found->second.record != std::get<ServiceRecord>(object.record)) return false;
    found->second.mark = mark;
    return true;
  }
  const auto found = slices_.find(object.key);
  if (found == slices_.end()) return unread;
  if (!unread && found->second.record != std::get<SliceRecord>(object.record)) return false;
  found->second.mark = mark;
  return true;
}

void Cluster::put(Resource resource, Object&& object) {
  if (std::holds_alternative<std::monostate>(object.record)) {
    static_cast<void>(unchanged(resource, object));
  } else if (resource == Resource::Services) {
    put_service(object.key, std::get<ServiceRecord>(std::move(object.record)));
  } else {
    put_slice(object.key, std::get<SliceRecord>(std::move(object.record)));
  }
}

void Cluster::put_service(const std::string& key, ServiceRecord&& record) {
  auto& entry = service_entry(key);
  auto& service = entry.second;
  service.mark = progress(Resource::Services).listing;
  if (service.record && *service.record == record) return;
  service.record = std::make_unique<ServiceRecord>(std::move(record));
  soil(entry);
}

void Cluster::put_slice(const std::string& key, SliceRecord&& record) {
  if (record.service.empty()) return remove(Resource::Endpoints, key);  // it may have had a service before
  const auto [at, added] = slices_.try_emplace(key);
  auto& slice = at->second;
  slice.mark = progress(Resource::Endpoints).listing;
  if (!added && slice.record == record) return;
  if (!added && slice.record.service != record.service) detach(*at);
  if (slice.service == nullptr) {
    slice.service = &service_entry(record.service);
    slice.service->second.slices.push_back(&*at);
  }
  slice.record = std::move(record);
  soil(*slice.service);
}

void Cluster::remove(Resource resource, const std::string& key) {
  if (resource == Resource::Services) {
    const auto found = services_.find(key);
    if (found == services_.end() || !found->second.record) return;
    found->second.record.reset();
    soil(*found);
    return;
  }
  const auto found = slices_.find(key);
  if (found == slices_.end()) return;
  detach(*found);
  slices_.erase(found);
}

void Cluster::detach(SliceEntry& slice) {
  auto& service = *std::exchange(slice.second.service, nullptr);
  std::erase(service.second.slices, &slice);
  soil(service);
}

Cluster::ServiceEntry& Cluster::service_entry(const std::string& key) {
  return *services_.try_emplace(key).first;
}

void Cluster::soil(ServiceEntry& service) {
  if (std::exchange(service.second.dirty, true)) return;
  dirty_.push_back(&service);
}

bool Cluster::step(RegistrySink& sink, std::size_t work) {
  std::size_t done = 0;
  for (const auto resource : {Resource::Services, Resource::Endpoints}) {
    auto& state = progress(resource);
    while (!state.applied && done < work) {
      put(resource, std::move(state.staged.front()));
      state.staged.pop_front();
      state.applied = state.staged.empty();
      done += 10;
    }
    if (!state.applied) return true;
  }
  if (walk_wanted_) start_walk(sink);
  if (epoch_ == 0) return false;  // not both listed yet
  while (!dirty_.empty() && done < work) done += clean_one(sink);
  while (walk_at_ && done < work) done += walk_one(sink);
  return !dirty_.empty() || walk_at_.has_value();
}

/// Everything is told in the walk, so that nothing needs to be told for being dirty.
void Cluster::start_walk(RegistrySink& sink) {
  if (walk_at_)
    sink.end_list(epoch_, Complete::No);  // another list completed meanwhile: once more from the start
  walk_wanted_ = false;
  walk_at_.emplace();
  for (auto* service : dirty_) {
    service->second.dirty = false;
    if (!service->second.record && service->second.slices.empty())
      services_.erase(services_.find(service->first));
  }
  dirty_.clear();
  sink.begin_list(++epoch_);
}

/// Drops what the last complete lists did not mention; what came since carries their number.
void Cluster::sweep(ServiceEntry& entry) {
  auto& service = entry.second;
  if (service.record && service.mark < progress(Resource::Services).complete) service.record.reset();
  const auto complete = progress(Resource::Endpoints).complete;
  const auto gone = [&](SliceEntry* slice) {
    const bool old = slice->second.mark < complete;
    if (old) slices_.erase(slices_.find(slice->first));
    return old;
  };
  std::erase_if(service.slices, gone);
}

std::size_t Cluster::walk_one(RegistrySink& sink) {
  const auto next = services_.upper_bound(*walk_at_);
  if (next == services_.end()) {
    walk_at_.reset();
    synced_ = true;
    sink.end_list(epoch_, Complete::Yes);
    return 1;
  }
  walk_at_ = next->first;
  sweep(*next);
  auto& service = next->second;
  if (!service.record) {
    if (service.dirty) return 1;  // clean_one() erases it: this list may have mentioned it already
    service.told = false;         // the sink sweeps it
    if (service.slices.empty()) services_.erase(next);
    return 1;
  }
  return tell(*next, sink);
}

std::size_t Cluster::clean_one(RegistrySink& sink) {
  auto& entry = *dirty_.front();
  dirty_.pop_front();
  auto& service = entry.second;
  service.dirty = false;
  if (service.record) return tell(entry, sink);
  const auto slash = entry.first.find('/');
  if (std::exchange(service.told, false)) {
    sink.erase({registry_, entry.first.substr(0, slash), "", entry.first.substr(slash + 1)}, revision_);
  }
  if (service.slices.empty()) services_.erase(services_.find(entry.first));
  return 1;
}

std::size_t Cluster::tell(ServiceEntry& entry, RegistrySink& sink) {
  auto& service = entry.second;
  const auto slash = entry.first.find('/');
  std::vector<const SliceRecord*> slices;
  slices.reserve(service.slices.size());
  for (const auto* slice : service.slices) slices.push_back(&slice->second.record);
  auto state = join({registry_, entry.first.substr(0, slash), "", entry.first.substr(slash + 1)},
                    *service.record, slices);
  const auto work = 4 + state.instances.size();
  service.told = true;
  sink.upsert(std::move(state), revision_);
  return work;
}

}  // namespace signpost::kubernetes
