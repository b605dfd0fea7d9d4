// The response under construction: header and question are in place, the responder adds records.
//
// The buffer belongs to the worker. Everything here is noexcept and allocates nothing: octets are written
// where they are sent from. finish() adds OPT, for which room was kept aside, and patches the header.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "dns/query/admit.h"
#include "dns/query/counted_zones.h"
#include "dns/query/query.h"
#include "dns/wire/types.h"

namespace signpost {

/// Type of a zone version that is not a serial; 246 to 254 are for private use (RFC 9660, section 7.2).
inline constexpr std::uint8_t kZoneVersionSerial = 0, kZoneVersionRevision = 246;

enum class Section : std::uint8_t { Answer, Authority, Additional };

class Response {
 public:
  /// Starts a response to `query` in `buffer`: `limit` octets at most, OPT included (E8, E9; 65,535 over
  /// TCP). Copies the question, so that kOwnerPointer is its owner name. Flags: QR, RD as asked, nothing
  /// else. `advertised_udp_size` is the size that our OPT offers.
  void begin(const Query& query, std::span<std::uint8_t> buffer, std::size_t limit,
             std::uint16_t advertised_udp_size = kUdpSizeDefault) noexcept;
  /// The same for a message without one good question: header and, where one was seen, OPT.
  void begin_without_question(std::uint16_t id, Opcode opcode, const Edns& edns,
                              std::span<std::uint8_t> buffer, std::size_t limit,
                              std::uint16_t advertised_udp_size = kUdpSizeDefault) noexcept;
  /// Other than QUERY: echoed (H6).
  void set_opcode(Opcode opcode) noexcept { opcode_ = opcode; }
  /// begin() copies it from the query; this is for messages without one.
  void set_recursion_desired(bool rd) noexcept { recursion_desired_ = rd; }

  /// The zone that the question's name lies in, for the counters; the first one stays.
  void set_counted_zone(std::uint8_t place) noexcept {
    if (counted_zone_ == kNoZone) counted_zone_ = place;
  }
  std::uint8_t counted_zone() const noexcept { return counted_zone_; }

  void set_rcode(Rcode rcode) noexcept { rcode_ = rcode; }
  Rcode rcode() const noexcept { return rcode_; }
  void set_authoritative(bool aa) noexcept { authoritative_ = aa; }
  /// The first one stays; sent only to EDNS clients and only if it fits (E22). `text` must outlive the query:
  /// literals.
  void set_extended_error(ExtendedError code, std::string_view text = {}) noexcept;

  /// Room for the `size` octets of an option's value; its code and length are written. Comes before the
  /// records, so that they leave room for it (E22). Null: the query had no OPT, or it does not fit.
  std::uint8_t* add_option(EdnsOption code, std::size_t size) noexcept;
  /// The client subnet of the query, as it came; its scope is 0 until set_scope() (RFC 7871, section 7.2.1).
  void add_subnet(std::span<const std::uint8_t> value) noexcept;
  /// The answer depended on so many bits of the client's address, at least; of several the most counts.
  void set_scope(std::uint8_t bits) noexcept {
    if (scope_ != nullptr && bits > *scope_) *scope_ = bits;
  }
  /// The query asks for the version of the zone that its name lies in, and was not told yet (E21).
  bool wants_zone_version() const noexcept { return (edns_.options & kAskedZoneVersion) != 0; }
  /// Tells it: SOA serial, and `revision`, a number that rises with every change of what is published, as
  /// type kZoneVersionRevision. `label_count`: of the apex, without the root (RFC 9660, section 2).
  void set_zone_version(std::uint8_t label_count, std::uint32_t serial, std::uint64_t revision) noexcept;

  /// Room for `size` octets of records, or null when they do not fit: then nothing changed. Write all of
  /// them, then add() the count. Sections in order: once Authority was added to, Answer is closed.
  std::uint8_t* reserve(std::size_t size) noexcept {
    return size <= limit_ - used_ ? buffer_.data() + used_ : nullptr;
  }
  void add(Section section, std::size_t size, std::uint16_t records) noexcept {
    used_ += size;
    counts_[static_cast<std::size_t>(section)] =
        static_cast<std::uint16_t>(counts_[static_cast<std::size_t>(section)] + records);
  }
  /// Octets that still fit in front of OPT.
  std::size_t remaining() const noexcept { return limit_ - used_; }
  /// Octets so far from the start of the message: where the next record will stand, for compression pointers.
  std::size_t used() const noexcept { return used_; }
  /// What the client may be told of a name, folded, that the question's name led to (C8). An alias into what
  /// it may not ask for: withhold(), and return. A target's addresses: leave them out.
  Admission admission_of(NameView folded) const noexcept {
    return policy_ == nullptr ? Admission::Allow : policy_->decide_followed(*context_, folded);
  }
  /// All of the answer is refused or dropped, whatever was written: half a chain would say where it leads.
  void withhold(Admission admission) noexcept { withheld_ = admission; }
  Admission withheld() const noexcept { return withheld_; }
  /// After begin(): whom admission_of() asks; both outlive the response.
  void set_policy(const AdmissionPolicy& policy, const QueryContext& context) noexcept {
    policy_ = &policy;
    context_ = &context;
  }

  /// The records so far.
  std::span<const std::uint8_t> records() const noexcept {
    return buffer_.subspan(records_start_, used_ - records_start_);
  }
  /// Takes every record back: header and question stay. Flags, rcode and error text stay too.
  void clear_records() noexcept;
  /// A required RRset did not fit: TC, zero records (E10). Over TCP the caller answers SERVFAIL instead (T8).
  void truncate() noexcept;
  bool truncated() const noexcept { return truncated_; }
  /// SERVFAIL, no records, and this error in place of any other: the answer cannot be made.
  void fail(ExtendedError code, std::string_view text) noexcept;
  std::uint16_t count(Section section) const noexcept { return counts_[static_cast<std::size_t>(section)]; }

  /// OPT where the query had one (E1), counts and flags; the whole message, ready to send. Once.
  std::span<const std::uint8_t> finish() noexcept;
  /// After finish(): the extended error that is in the message, if one is.
  std::optional<ExtendedError> sent_extended_error() const noexcept {
    return has_extended_error_ ? std::optional(extended_error_) : std::nullopt;
  }

 private:
  void append_opt() noexcept;

  std::span<std::uint8_t> buffer_;
  /// Octets for header, question and records. OPT's are not in it: its options wait behind, in the order in
  /// which they will stand.
  std::size_t limit_ = 0;
  std::size_t used_ = 0;
  std::size_t records_start_ = 0;
  std::uint16_t counts_[3] = {};
  std::uint16_t id_ = 0;
  Rcode rcode_ = Rcode::NoError;
  ExtendedError extended_error_ = ExtendedError::Other;
  std::string_view extended_text_;
  bool has_extended_error_ = false;
  bool authoritative_ = false;
  bool truncated_ = false;
  bool recursion_desired_ = false;
  bool has_question_ = false;
  std::uint8_t counted_zone_ = kNoZone;
  Opcode opcode_ = Opcode::Query;
  Admission withheld_ = Admission::Allow;
  std::uint16_t advertised_udp_size_ = kUdpSizeDefault;
  Edns edns_;
  std::size_t hard_limit_ = 0;
  std::uint8_t* scope_ = nullptr;  // in the buffer; null: the query had no client subnet
  const AdmissionPolicy* policy_ = nullptr;
  const QueryContext* context_ = nullptr;
};

}  // namespace signpost
