#include "backends/kubernetes/tables.h"

#include <cassert>

namespace signpost::kubernetes {

void PodUses::add(Hash pod, Id slice) {
  if (free_.empty()) {
    free_.push_back(static_cast<Id>(uses_.size()));
    uses_.emplace_back();
  }
  const auto id = free_.back();
  free_.pop_back();
  const auto head = first(pod);
  if (head == kNoId) {
    uses_[id] = {slice, kNoId};
    return firsts_.add(pod, id);
  }
  uses_[id] = {slice, uses_[head].next};
  uses_[head].next = id;
}

void PodUses::remove(Hash pod, Id slice) {
  Id before = kNoId;
  auto at = first(pod);
  for (; uses_[at].slice != slice; at = uses_[at].next) {
    before = at;
    assert(uses_[at].next != kNoId);
  }
  const auto next = uses_[at].next;
  if (before != kNoId) {
    uses_[before].next = next;
  } else {
    firsts_.remove(pod, at);
    if (next != kNoId) firsts_.add(pod, next);
  }
  uses_[at] = {};
  free_.push_back(at);
}

}  // namespace signpost::kubernetes
