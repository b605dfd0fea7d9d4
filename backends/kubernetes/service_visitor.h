// Services, and ServiceImports, which are the same in other words.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "backends/kubernetes/visitors.h"

namespace signpost::kubernetes {

/// One Service as it is read, field by field; what is malformed is left out and counted.
class ServiceVisitor final : public ObjectVisitor {
 public:
  /// `import`: a ServiceImport.
  ServiceVisitor(bool import, follow::Counts& counts) : ObjectVisitor(counts), import_(import) {}
  static std::span<const JsonPath> service_paths();
  static std::span<const JsonPath> import_paths();
  void open(int field) override;
  void close(int field) override;

 private:
  void field_value(int field, const JsonValue& value) override;
  void field_mismatch(int field) override;
  void finish(Object& object) override;
  std::string_view kind_word() const override { return import_ ? "ServiceImport" : "Service"; }
  std::string service() const override;
  void annotation(int field, const std::string_view* text);
  void element(int field, const std::string_view* text);
  void add_cluster_ip(std::string_view text);
  void add_external_host(std::string_view text);
  bool settle_import();
  void settle_service();
  void settle_external();

  bool import_;
  ServiceRecord record_;
  std::string type_;
  std::string cluster_ip_;
  std::vector<std::string> cluster_ips_;
  PortDraft port_;
  bool in_port_ = false;
};

}  // namespace signpost::kubernetes
