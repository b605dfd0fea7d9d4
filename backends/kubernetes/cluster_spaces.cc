// Namespaces and their Pods, as the sink hears of them: a namespace is one state with all its Pods, so it is
// not told for each change of one, but at once when it was quiet, and then the later the more Pods it has.
#include <algorithm>
#include <utility>

#include "backends/kubernetes/cluster.h"

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kTellWork = 4;  // of a namespace beside its Pods
constexpr std::chrono::microseconds kPausePerPod{
    50};  // a Pod costs about 1 us, here and where it is told: 2 %

}  // namespace

void Cluster::soil_space(Id id) {
  auto& space = spaces_[id];
  if (space.dirty) return;
  space.dirty = true;
  due_spaces_.emplace(space.not_before, id);
}

void Cluster::undue(Id id) {
  auto& space = spaces_[id];
  if (!space.dirty) return;
  space.dirty = false;
  due_spaces_.erase({space.not_before, id});
}

/// There is such a namespace, as far as can be known.
bool Cluster::exists(const Space& space) const {
  if (space.listed || space.number != 0) return true;
  return options_.namespace_use != NamespaceUse::Selected && !space.pods.empty();
}

bool Cluster::space_is_due() const {
  return building_ || (!due_spaces_.empty() && due_spaces_.begin()->first <= now_);
}

std::optional<Monotonic> Cluster::wake() const {
  if (due_spaces_.empty() || epoch_ == 0) return std::nullopt;
  return due_spaces_.begin()->first;
}

std::size_t Cluster::clean_space(RegistrySink& sink, std::size_t work) {
  if (building_) return build(sink, work);
  const auto id = due_spaces_.begin()->second;
  undue(id);
  if (exists(spaces_[id])) {
    begin_build(id);
    return build(sink, work);
  }
  if (std::exchange(spaces_[id].told, false)) sink.erase(key_of_space(id), revision_);
  let_go_of_space(id);
  return 1;
}

ServiceKey Cluster::key_of_space(Id id) const {
  return {registry_, std::string(spaces_[id].name.text()), "pods", ""};
}

void Cluster::begin_build(Id id) {
  building_.emplace();
  building_->space = id;
  building_->changes = spaces_[id].changes;
  building_->state.key = key_of_space(id);
  building_->state.kind = ServiceKind::Pods;
}

/// Some more Pods of the namespace under way. One that changes meanwhile is made again, then in one go: it
/// will be told once more for what changed.
std::size_t Cluster::build(RegistrySink& sink, std::size_t work) {
  auto& made = *building_;
  const auto& pods = spaces_[made.space].pods;
  if (std::exchange(made.changes, spaces_[made.space].changes) != spaces_[made.space].changes) {
    made.state.instances.clear();
    made.next = 0;
    made.whole = true;
  }
  const auto until = made.whole ? pods.size() : std::min(pods.size(), made.next + work);
  const auto done = kTellWork + until - made.next;
  for (; made.next < until; ++made.next) add_pod(made.state, pods_[pods[made.next]]);
  if (made.next < pods.size()) return std::max(done, work);
  tell_space(sink);
  return done;
}

/// Its name and addresses; one without an address does not answer to any name.
void Cluster::add_pod(ServiceState& state, const PodEntry& entry) const {
  const auto pod = unpack_pod(kept_record(entry.octets.view()), words_);
  if (pod.addresses.empty()) return;
  auto& instance = state.instances.emplace_back();
  instance.id = kept_name(entry.octets.view());
  instance.host_name = instance.id;
  for (const auto& address : pod.addresses) (address.is_v4() ? instance.v4 : instance.v6) = address;
}

void Cluster::tell_space(RegistrySink& sink) {
  auto made = std::move(*building_);
  building_.reset();
  auto& space = spaces_[made.space];
  const bool dirty = space.dirty;
  undue(made.space);
  space.told = true;
  space.not_before = now_ + kPausePerPod * static_cast<int>(made.state.instances.size());
  if (dirty) soil_space(made.space);
  sink.upsert(std::move(made.state), revision_);
}

/// Of the Pod that an endpoint says it is.
PodFacts Cluster::pod(std::string_view space_name, std::string_view name) const {
  const auto space = find_space(space_name);
  const auto id = space == kNoId ? kNoId : find_pod(space, name);
  if (id == kNoId) return {};
  return unpack_pod(kept_record(pods_[id].octets.view()), words_).facts;
}

}  // namespace signpost::kubernetes
