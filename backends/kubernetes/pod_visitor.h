// Pods and Namespaces.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/kubernetes/visitors.h"

namespace signpost::kubernetes {

/// The paths of the labels that the options of Pods name; empty: none.
struct PodLabelPaths {
  std::string version;
  std::string tag;
};

/// One Pod as it is read. One that does not run (any more, or yet) is a record without addresses.
class PodVisitor final : public ObjectVisitor {
 public:
  PodVisitor(Words& words, follow::Counts& counts) : ObjectVisitor(counts), words_(words) {}
  /// With the labels that the options name.
  static std::vector<JsonPath> paths(const PodLabelPaths& labels);

 private:
  void field_value(int field, const JsonValue& value) override;
  void field_mismatch(int field) override;
  void finish(Object& object) override;
  std::string_view kind_word() const override { return "Pod"; }
  void set_label(int field, const std::string_view* text);
  void set_weight(const std::string_view* text);
  void add_address(std::string_view text);

  Words& words_;
  PodRecord record_;
  std::string phase_;
  bool deleted_ = false;
  std::string pod_ip_;
  std::vector<std::string> pod_ips_;
};

/// One Namespace: it has nothing but its name.
class NamespaceVisitor final : public ObjectVisitor {
 public:
  using ObjectVisitor::ObjectVisitor;
  static std::span<const JsonPath> paths();

 private:
  std::string key() const override { return is_object_name(name()) ? name() : std::string(); }
  void field_value(int field, const JsonValue& value) override;
  void finish(Object& object) override { object.record = NamespaceRecord{uid_}; }
  std::string_view kind_word() const override { return "Namespace"; }

  std::string uid_;
};

}  // namespace signpost::kubernetes
