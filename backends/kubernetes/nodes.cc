#include "backends/kubernetes/nodes.h"

#include <utility>

namespace signpost::kubernetes {

void Nodes::put(const std::string& name, NodeRecord record) {
  auto& known = nodes_[name];
  if (known == record) return;
  known = std::move(record);
  changed_ = true;
}

void Nodes::erase(const std::string& name) { changed_ |= nodes_.erase(name) > 0; }

void Nodes::note(Known& list, Object object) const {
  if (object.key.empty()) return;
  if (auto* record = std::get_if<NodeRecord>(&object.record)) {
    list[object.key] = std::move(*record);
  } else if (const auto known = nodes_.find(object.key); known != nodes_.end()) {
    list.insert(*known);
  }
}

void Nodes::begin_list(Source source) {
  listing_.emplace();
  drop_audit(source);
}

void Nodes::listed(Source, Object object) { note(*listing_, std::move(object)); }

void Nodes::list_changed(Source, EventType type, Object object) {
  if (type == EventType::Deleted) {
    listing_->erase(object.key);
  } else {
    note(*listing_, std::move(object));
  }
}

void Nodes::end_list(Source) {
  changed_ |= nodes_ != *listing_;
  nodes_ = std::move(*listing_);
  listing_.reset();
}

void Nodes::changed(Source, EventType type, Object object) {
  if (object.key.empty()) return;
  if (audit_) touched_.insert(object.key);
  if (type == EventType::Deleted) {
    erase(object.key);
  } else if (auto* record = std::get_if<NodeRecord>(&object.record)) {
    put(object.key, std::move(*record));
  }
}

void Nodes::begin_audit(Source) {
  audit_.emplace();
  touched_.clear();
}

void Nodes::audited(Source, Object object) { note(*audit_, std::move(object)); }

/// What differs, and no event has touched, is drift.
void Nodes::end_audit(Source source) {
  for (const auto& [name, record] : *audit_) {
    const auto known = nodes_.find(name);
    if (touched_.contains(name) || (known != nodes_.end() && known->second == record)) continue;
    drift_.push_back(name);
    put(name, record);
  }
  std::vector<std::string> gone;
  for (const auto& [name, record] : nodes_) {
    if (!touched_.contains(name) && !audit_->contains(name)) gone.push_back(name);
  }
  for (const auto& name : gone) {
    drift_.push_back(name);
    erase(name);
  }
  drop_audit(source);
}

void Nodes::drop_audit(Source) {
  audit_.reset();
  touched_.clear();
}

std::optional<std::vector<ClientNetwork>> Nodes::take() {
  if (!std::exchange(changed_, false)) return std::nullopt;
  std::vector<ClientNetwork> networks;
  for (const auto& [name, node] : nodes_) {
    if (node.zone.empty()) continue;
    for (const auto& prefix : node.networks) networks.push_back({prefix, node.zone});
  }
  return networks;
}

}  // namespace signpost::kubernetes
