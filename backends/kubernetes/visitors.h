// Fill records while a JSON text is read: what all visitors share. One visitor for each kind of object:
// service_visitor.h, slice_visitor.h, pod_visitor.h. Only decode.cc and its tables use them.
//
// A visitor skips the smallest element that breaks a rule, remembers why, and serves the rest (K38).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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
  kPart,  // something with parts of its own, which may be missing as a whole
  kEventType,
  kInitialEventsEnd,
  kStatusPart,  // as kPart, of a Status
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
  kExternalIp,
  kExternalHost,
  kTrafficDistribution,
  kAnswerWish,
  kTtlWish,
  kHealthWish,
  kGroupWeights,
  kWeight,
  kPort,
  kPortName,
  kPortNumber,
  kPortProtocol,
  kServiceLabel,
  kImportLabel,
  kClusterLabel,
  kManagedBy,
  kTrigger,
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
  kHint,
  kForZone,
  kTarget,
  kTargetKind,
  kTargetName,
  kTargetNamespace,
  kSubset,
  kPhase,
  kDeleted,
  kPodIp,
  kPodIps,
  kVersionLabel,
  kTagLabel,
  kNodeZone,
  kNodeOlderZone,
  kPodCidr,
  kPodCidrs,
  kNodeAddress,
  kNodeAddressType,
  kNodeAddressText,
  kUid,
};

/// The address, or the word under which it is skipped: what could hit the asker itself or its neighbours on
/// the link is refused (loopback, link-local and with it the metadata service, multicast, unspecified; dns.md
/// C22).
Result<IpAddress> usable_address(std::string_view text);

/// Loose on purpose: what is a good DNS name is decided where names are made. No blanks, no controls, no
/// slash, at most 253 octets.
bool is_object_name(std::string_view text) noexcept;

/// One DNS label of letters, digits and inner hyphens, made lower-case; empty when it is none.
std::string dns_label(std::string_view text);

/// What every object has, and what events and Status texts have around it.
class ObjectVisitor : public PathVisitor {
 public:
  explicit ObjectVisitor(follow::Counts& counts) : counts_(counts) {}

  void value(int field, const JsonValue& value) override;
  void open(int) override {}
  void close(int) override {}
  /// What only events and Status texts have is no mistake of an object.
  void mismatch(int field) final;

  /// After the text was read: the object, its record left out when it makes no sense.
  Object take();
  /// The same after the first octets of a text that is too large: no record, and only that is counted (K25).
  Object take_start();
  EventType event_type() const noexcept { return event_type_; }
  bool initial_events_end() const noexcept { return initial_events_end_; }
  const Status& status() const noexcept { return status_; }

 protected:
  /// An element is left out, for a reason that is a word of ours; it counts when the object is taken.
  void skip(std::string_view reason);
  virtual void field_value(int, const JsonValue&) {}
  virtual void field_mismatch(int) { malformed_ = true; }
  /// Moves the record into `object`; monostate when it cannot be used.
  virtual void finish(Object&) {}
  /// "EndpointSlice": for people.
  virtual std::string_view kind_word() const { return "object"; }
  /// As SkippedObject has it.
  virtual std::string service() const { return {}; }
  /// "namespace/name" of this object, or the name of one that is in no namespace; empty when unusable.
  virtual std::string key() const;
  const std::string& name() const noexcept { return name_; }
  const std::string& name_space() const noexcept { return name_space_; }

  bool malformed_ = false;  // something outside of elements is of the wrong kind

 private:
  Object head() const { return {key(), revision_, {}}; }
  void tell_skipped(const std::string& key);

  follow::Counts& counts_;
  follow::Reasons skipped_;
  std::string name_;
  std::string name_space_;
  Revision revision_ = 0;
  EventType event_type_ = EventType::Unknown;
  bool initial_events_end_ = false;
  Status status_;
};

/// A port as it is read.
struct PortDraft {
  std::string name;
  std::int64_t number = 0;
  std::string protocol;
  bool malformed = false;

  /// Takes the value of kPortName, kPortNumber or kPortProtocol; false: it is another field's.
  bool set(int field, const JsonValue& value);
  /// The port, or the reason why it is skipped.
  Result<Port> port() const;
};

/// Paths of an event around its object, and of a Status ("code", "reason", ...).
std::span<const JsonPath> event_paths();
std::span<const JsonPath> status_paths();

}  // namespace signpost::kubernetes
