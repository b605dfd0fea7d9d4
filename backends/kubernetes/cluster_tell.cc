// What the sink hears, in steps: changed services, and lists as a walk over everything.
#include <algorithm>
#include <cassert>
#include <utility>

#include "backends/kubernetes/cluster.h"

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kTellWork = 4;       // of a service beside its instances
constexpr std::size_t kLooksPerWork = 16;  // so many entries are looked at while one endpoint is told

}  // namespace

bool Cluster::step(RegistrySink& sink, std::size_t work) {
  std::size_t done = 0;
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    const auto spaces = options_.namespaces.size() + 1;
    const Source source(static_cast<Resource>(i / spaces), static_cast<std::uint16_t>(i % spaces));
    done += look_after(source, lists_[i], work - done);
    if (done >= work) return true;
  }
  if (walk_wanted_) start_walk(sink);
  if (epoch_ == 0) return false;  // not all listed yet
  while (flip_at_ != kNoId && done < work) done += flip_one();
  while (!dirty_.empty() && done < work) done += clean_one(sink);
  while (walk_at_ == kNoId && space_is_due() && done < work) done += clean_space(sink, work - done);
  while (walk_at_ != kNoId && done < work) done += walk_one(sink, work - done);
  return flip_at_ != kNoId || !dirty_.empty() || walk_at_ != kNoId || space_is_due();
}

/// All that is waited for has been listed completely, by lists that began after that one.
bool Cluster::wanted_listed(Mark after) const {
  const auto spaces = options_.namespaces.size() + 1;
  const auto missing = [&](Resource resource, bool one_for_all = false) {
    const bool split = !options_.namespaces.empty() && !one_for_all;
    const auto first =
        lists_.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(resource) * spaces);
    const auto from = split ? first + 1 : first;
    const auto to = split ? first + static_cast<std::ptrdiff_t>(spaces) : first + 1;
    return !std::all_of(from, to, [&](const Lists& l) { return l.complete > after || l.excused; });
  };
  if (missing(Resource::Services)) return false;
  if (options_.endpoints && missing(Resource::Endpoints)) return false;
  if (options_.pods && missing(Resource::Pods)) return false;
  if (options_.imports && missing(Resource::Imports)) return false;
  return options_.namespace_use == NamespaceUse::Unknown || !missing(Resource::Namespaces, true);
}

void Cluster::soil(Id id) {
  auto& service = services_[id];
  if (service.dirty) return;
  service.dirty = true;
  dirty_.push_back(id);
}

/// The sink may know it.
bool Cluster::visible(const ServiceEntry& service) const {
  return service.known && (options_.namespace_use != NamespaceUse::Selected || spaces_[service.space].listed);
}

ServiceKey Cluster::key_of(Id id) const {
  const auto& service = services_[id];
  return {registry_, std::string(spaces_[service.space].name.text()), service.import ? "clusterset" : "",
          std::string(kept_name(service.octets.view()))};
}

/// What is dirty is told by the walk, the rest is mentioned.
void Cluster::start_walk(RegistrySink& sink) {
  if (walk_at_ != kNoId)
    sink.end_list(epoch_, Complete::No);  // another list completed: once more from the start
  walk_wanted_ = false;
  walk_at_ = 0;
  walk_space_at_ = 0;
  walk_again_ = again_wanted_ && wanted_listed(again_after_);
  dirty_.clear();
  flip_at_ = kNoId;  // the walk looks at all
  if (!identity_.empty()) sink.identify(identity_);
  sink.begin_list(++epoch_);
}

/// Drops what the last complete lists did not mention; what came since carries their number.
void Cluster::sweep(Id id) {
  auto& service = services_[id];
  const auto& space = spaces_[service.space];
  const bool import = service.import;
  const auto complete = lists(import ? Resource::Imports : Resource::Services, space).complete;
  if (service.known && service.mark < complete) forget_record(id);
  const auto slices_complete = lists(Resource::Endpoints, space).complete;
  for (auto slice = service.first_slice; slice != kNoId;) {
    const auto next = slices_[slice].next;
    if (slices_[slice].mark < slices_complete) remove_slice(slice);
    slice = next;
  }
  dirty_.clear();  // nothing but this one, which is told now
}

std::size_t Cluster::walk_one(RegistrySink& sink, std::size_t work) {
  if (walk_at_ == services_.places()) return walk_one_space(sink, work);
  const auto id = walk_at_++;
  auto& service = services_[id];
  if (!service.used) return 1;
  assert(dirty_.empty());
  sweep(id);
  const bool changed = service.dirty || !service.told;
  service.dirty = false;
  if (visible(service)) {
    if (changed) return tell(id, sink);
    sink.mention(key_of(id));
    return 1;
  }
  service.told = false;  // the sink sweeps it
  if (!service.known && service.first_slice == kNoId) remove_service_entry(id);
  return 1;
}

/// The list mentions every namespace, when its turn has come or not.
std::size_t Cluster::walk_one_space(RegistrySink& sink, std::size_t work) {
  if (building_) return build(sink, work);
  while (walk_space_at_ < spaces_.places()) {
    const auto id = walk_space_at_++;
    if (!spaces_[id].used) continue;
    const bool changed = spaces_[id].dirty || !spaces_[id].told;
    undue(id);
    if (exists(spaces_[id])) {
      if (!changed) {
        sink.mention(key_of_space(id));
        return 1;
      }
      begin_build(id);
      return build(sink, work);
    }
    spaces_[id].told = false;  // the sink sweeps it
    let_go_of_space(id);
  }
  walk_at_ = kNoId;
  synced_ = true;
  ++lists_told_;
  if (walk_again_) again_wanted_ = false;
  sink.end_list(epoch_, walk_again_ ? Complete::Again : Complete::Yes);
  return 1;
}

/// One service, if its namespace came or went.
std::size_t Cluster::flip_one() {
  const auto until = std::min<Id>(services_.places(), flip_at_ + kLooksPerWork);
  for (; flip_at_ < until; ++flip_at_) {
    const auto& service = services_[flip_at_];
    if (service.used && service.told != visible(service)) soil(flip_at_);
  }
  if (flip_at_ == services_.places()) flip_at_ = kNoId;
  return 1;
}

std::size_t Cluster::clean_one(RegistrySink& sink) {
  const auto id = dirty_.front();
  dirty_.pop_front();
  auto& service = services_[id];
  service.dirty = false;
  if (visible(service)) return tell(id, sink);
  triggers_.erase(id);
  if (service.told) sink.erase(key_of(id), revision_);
  service.told = false;
  if (!service.known && service.first_slice == kNoId) remove_service_entry(id);
  return 1;
}

std::size_t Cluster::tell(Id id, RegistrySink& sink) {
  auto& service = services_[id];
  std::vector<std::string_view> slices;
  for (auto at = service.first_slice; at != kNoId; at = slices_[at].next) {
    slices.push_back(kept_record(slices_[at].octets.view()));
  }
  auto state = join(key_of(id), unpack_service(kept_record(service.octets.view()), words_), slices, words_,
                    {options_.pods ? this : nullptr, options_.pod_names});
  const auto work = kTellWork + state.instances.size();
  service.told = true;
  if (const auto trigger = triggers_.extract(id)) sink.changed_at(trigger.mapped());
  sink.upsert(std::move(state), revision_);
  return work;
}

}  // namespace signpost::kubernetes
