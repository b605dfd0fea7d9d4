// Where clients are, by the Nodes that they run on: the networks of a Node's Pods, and its own addresses, are
// in the zone that its label names.
//
// The life of an event: the reflector of Nodes tells it here, as others tell the Cluster; a Node that says
// what it said before (its status, a minute later) changes nothing; else the whole table is told, once a
// step. An incomplete list is never seen by anyone. Nobody waits for Nodes: without them no client has a
// zone, and services answer all the same.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backends/kubernetes/object_sink.h"
#include "backends/kubernetes/records.h"

namespace signpost::kubernetes {

/// One thread; no clock, no I/O.
class Nodes final : public ObjectSink {
 public:
  void begin_list(Source source) override;
  void listed(Source source, Object object) override;
  void list_changed(Source source, EventType type, Object object) override;
  void end_list(Source source) override;
  void changed(Source source, EventType type, Object object) override;
  void begin_audit(Source source) override;
  void audited(Source source, Object object) override;
  void end_audit(Source source) override;
  void drop_audit(Source source) override;

  /// All networks, by Node, when they differ from what was taken last; nullopt: nothing to tell.
  std::optional<std::vector<ClientNetwork>> take();
  /// Names of the Nodes in which audits found what no event had told, since the last call.
  std::vector<std::string> take_drift() { return std::exchange(drift_, {}); }
  std::size_t size() const noexcept { return nodes_.size(); }

 private:
  using Known = std::map<std::string, NodeRecord>;  // by name
  void put(const std::string& name, NodeRecord record);
  void erase(const std::string& name);
  /// What a list says; a Node that cannot be read stays as it is known.
  void note(Known& list, Object object) const;

  Known nodes_;
  std::optional<Known> listing_;
  std::optional<Known> audit_;
  std::set<std::string> touched_;  // by events during the audit
  std::vector<std::string> drift_;
  bool changed_ = false;
};

}  // namespace signpost::kubernetes
