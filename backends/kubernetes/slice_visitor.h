// EndpointSlices and v1 Endpoints.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backends/kubernetes/decode.h"
#include "backends/kubernetes/visitors.h"

namespace signpost::kubernetes {

/// EndpointSlice and v1 Endpoints: both are groups of endpoints that share ports.
class SliceVisitor final : public ObjectVisitor {
 public:
  /// `legacy`: v1 Endpoints, whose name is the service's. The options outlive it.
  SliceVisitor(bool legacy, const DecodeOptions& options, Words& words, follow::Counts& counts)
      : ObjectVisitor(counts), words_(words), options_(options), legacy_(legacy) {}
  static std::span<const JsonPath> slice_paths();
  static std::span<const JsonPath> endpoints_paths();
  void open(int field) override;
  void close(int field) override;

 private:
  /// One endpoint as it is read; nil conditions are meaningful (K38).
  struct Draft {
    std::vector<std::string> addresses;
    std::optional<bool> ready;
    std::optional<bool> serving;
    std::optional<bool> terminating;
    std::string host_name;
    std::string node;
    std::string zone;
    std::vector<std::string> for_zones;
    std::string target_kind;
    std::string target_name;
    std::string target_namespace;
    bool malformed = false;
    Health health() const noexcept;
  };
  void field_value(int field, const JsonValue& value) override;
  void field_mismatch(int field) override;
  bool endpoint_value(int field, const JsonValue& value);
  void finish(Object& object) override;
  std::string_view kind_word() const override { return legacy_ ? "Endpoints" : "EndpointSlice"; }
  std::string service() const override;
  bool is_import() const { return options_.imports && !import_name_.empty(); }
  void finish_slice();
  void finish_weight();
  void add_endpoint();
  void close_group();
  Word host_name(const std::string& text);
  Word place(const std::string& text);
  Word for_zones();
  Word pod();

  Words& words_;
  const DecodeOptions& options_;
  bool legacy_;
  SliceRecord record_;
  std::string address_type_;
  std::string service_name_;
  std::string import_name_;
  std::string managed_by_;
  std::optional<std::string> weight_;
  WallTime triggered_{};
  Draft draft_;
  bool in_endpoint_ = false;
  PortDraft port_;
  bool in_port_ = false;
  std::size_t group_endpoint_ = 0;  // where the group at hand starts in the record
  std::size_t group_port_ = 0;
};

}  // namespace signpost::kubernetes
