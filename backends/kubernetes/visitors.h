// Fill records while a JSON text is read: one visitor for each kind of object. Only decode.cc and its tables
// use it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/follow/counts.h"
#include "backends/kubernetes/path_reader.h"
#include "backends/kubernetes/records.h"

namespace signpost::kubernetes {

/// The numbers of the paths. One visitor uses those of its kind and the common ones.
enum Field : int {
  kName,
  kNamespace,
  kRevision,
  kEventType,
  kStatusCode,
  kStatusReason,
  kStatusMessage,
  kStatusRetryAfter,
  kStatusCause,
  kContinue,
  kServiceType,
  kClusterIp,
  kClusterIps,
  kExternalName,
  kPublishNotReady,
  kPort,
  kPortName,
  kPortNumber,
  kPortProtocol,
  kServiceLabel,
  kAddressType,
  kEndpoint,
  kNotReadyEndpoint,  // v1 Endpoints, notReadyAddresses
  kAddress,
  kReady,
  kServing,
  kTerminating,
  kHostName,
  kNodeName,
  kZone,
  kSubset,
};

/// The address, or the word under which it is skipped: what could hit the asker itself or its neighbours on
/// the link is refused (loopback, link-local and with it the metadata service, multicast, unspecified; dns.md
/// C22).
Result<IpAddress> usable_address(std::string_view text);

/// What every object has, and what events and Status texts have around it.
class ObjectVisitor : public PathVisitor {
 public:
  explicit ObjectVisitor(follow::Counts& counts) : counts_(counts) {}

  void value(int field, const JsonValue& value) override;
  void open(int) override {}
  void close(int) override {}
  void mismatch(int) override { malformed_ = true; }

  /// After the text was read: the object, its record left out when it makes no sense.
  Object take();
  EventType event_type() const noexcept { return event_type_; }
  const Status& status() const noexcept { return status_; }

 protected:
  void skip(std::string_view reason) { counts_.add("skipped", reason); }
  virtual void field_value(int, const JsonValue&) {}
  /// Moves the record into `object`; monostate when it cannot be used.
  virtual void finish(Object&) {}
  /// "namespace/name" of this object; empty when unusable.
  std::string key() const;
  const std::string& name_space() const noexcept { return name_space_; }

  bool malformed_ = false;  // something outside of elements is of the wrong kind

 private:
  follow::Counts& counts_;
  std::string name_;
  std::string name_space_;
  Revision revision_ = 0;
  EventType event_type_ = EventType::Unknown;
  Status status_;
};

/// A port as it is read.
struct PortDraft {
  std::string name;
  std::int64_t number = 0;
  std::string protocol;
  bool malformed = false;

  void set_name(const JsonValue& value);
  void set_number(const JsonValue& value);
  void set_protocol(const JsonValue& value);
  /// The port, or the reason why it is skipped.
  Result<Port> port() const;
};

/// One Service as it is read, field by field; what is malformed is left out and counted.
class ServiceVisitor final : public ObjectVisitor {
 public:
  using ObjectVisitor::ObjectVisitor;
  static std::span<const JsonPath> paths();
  void open(int field) override;
  void close(int field) override;
  void mismatch(int field) override;

 private:
  void field_value(int field, const JsonValue& value) override;
  void finish(Object& object) override;
  void add_cluster_ip(std::string_view text);

  ServiceRecord record_;
  std::string type_;
  std::string cluster_ip_;
  std::vector<std::string> cluster_ips_;
  PortDraft port_;
  bool in_port_ = false;
};

/// EndpointSlice and v1 Endpoints: both are groups of endpoints that share ports.
class SliceVisitor final : public ObjectVisitor {
 public:
  /// `legacy`: v1 Endpoints, whose name is the service's.
  SliceVisitor(bool legacy, Words& words, follow::Counts& counts)
      : ObjectVisitor(counts), words_(words), legacy_(legacy) {}
  static std::span<const JsonPath> slice_paths();
  static std::span<const JsonPath> endpoints_paths();
  void open(int field) override;
  void close(int field) override;
  void mismatch(int field) override;

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
    bool malformed = false;
    Health health() const noexcept;
  };
  void field_value(int field, const JsonValue& value) override;
  void finish(Object& object) override;
  void add_endpoint();
  void close_group();
  Word host_name(const std::string& text);
  Word place(const std::string& text);

  Words& words_;
  bool legacy_;
  SliceRecord record_;
  std::string address_type_;
  std::string service_name_;
  Draft draft_;
  bool in_endpoint_ = false;
  PortDraft port_;
  bool in_port_ = false;
  std::size_t group_endpoint_ = 0;  // where the group at hand starts in the record
  std::size_t group_port_ = 0;
};

/// Paths of an event around its object, and of a Status ("code", "reason", ...).
std::span<const JsonPath> event_paths();
std::span<const JsonPath> status_paths();

}  // namespace signpost::kubernetes
