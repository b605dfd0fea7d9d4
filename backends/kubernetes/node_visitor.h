// Reads a Node: where the clients on it are.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "backends/kubernetes/visitors.h"

namespace signpost::kubernetes {

/// One Node as it is read: its zone, the networks of its Pods, and its own addresses, from which Pods of the
/// host's network ask, NodeLocal DNSCache among them.
class NodeVisitor final : public ObjectVisitor {
 public:
  using ObjectVisitor::ObjectVisitor;
  static std::span<const JsonPath> paths();

 private:
  void open(int field) override;
  void close(int field) override;
  void field_value(int field, const JsonValue& value) override;
  void field_mismatch(int field) override;
  void finish(Object& object) override;
  std::string key() const override { return is_object_name(name()) ? name() : std::string(); }
  std::string_view kind_word() const override { return "Node"; }
  void add_network(std::string_view text);

  NodeRecord record_;
  std::string older_zone_;  // of the label before Kubernetes 1.17
  std::string pod_cidr_;
  std::string address_type_;
  std::string address_;
};

}  // namespace signpost::kubernetes
