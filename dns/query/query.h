// One query as the rooms behind the checks see it: where it came from, and what it asks.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "dns/base/clock.h"
#include "dns/base/ip_address.h"
#include "dns/query/cookies.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"

namespace signpost {

class DeferralMailbox;

enum class Transport : std::uint8_t { Udp, Tcp };

/// Where a query came from. Filled by the transport, read by admit() and the responder.
struct QueryContext {
  Transport transport = Transport::Udp;
  SocketAddress peer;
  SocketAddress local;   // the address that was asked (H3); the worker's socket address for TCP
  Monotonic received{};  // read once a batch
  /// Over TCP: how long the connection may be idle, in tenths of a second, as edns-tcp-keepalive has it
  /// (E17). 0 asks the client to close: the server is ending, or has no places left (T5).
  std::uint16_t keepalive = 0;
  /// The low 32 bits of Unix time, for cookies only; read once a batch.
  std::uint32_t wall_seconds = 0;
  unsigned worker = 0;
  /// 0 at first; a query that was deferred comes back with the number of its resumption.
  unsigned resumed = 0;
  /// What a responder keeps when it answers Outcome::Deferred: it resumes with mailbox->resume(ticket), from
  /// any thread (dns/query/deferral.h). Ticket 0: this query cannot be deferred, and SERVFAIL is what it
  /// would get.
  std::uint64_t ticket = 0;
  DeferralMailbox* mailbox = nullptr;
  /// The deadline of a deferred query is over: the last time that the responder is asked.
  bool expired = false;
};

struct Question {
  NameView name;  // as it was sent, a view of the query: echoed byte-exact (N1)
  Name folded;    // for look-ups
  RRType type{};
  RRClass klass{};
};

/// Options that a query had, as bits of Edns::options.
inline constexpr std::uint8_t kAskedNsid = 1, kAskedCookie = 2, kAskedKeepalive = 4, kAskedZoneVersion = 8,
                              kAskedSubnet = 16;

struct Edns {
  bool present = false;
  bool dnssec_ok = false;
  std::uint8_t version = 0;
  std::uint8_t options = 0;      // kAsked...; 0 for nearly every query
  std::uint16_t udp_size = 512;  // at least 512 (E8)
  /// Known once the peer and the secrets were looked at, so before admit().
  CookieState cookie_state = CookieState::None;
};

/// A query that passed the checks of dns/query: opcode QUERY, one question, well-formed to its last octet.
struct Query {
  std::uint16_t id = 0;
  bool recursion_desired = false;
  bool checking_disabled = false;
  Question question;
  Edns edns;
  /// With kAskedCookie: the cookie as it came, of a good length, a view of the query. Otherwise it says
  /// nothing.
  std::span<const std::uint8_t> cookie;
  /// With kAskedSubnet: the client subnet as it came, a view of the query; once judge_options() let the bit
  /// stand, one that is believed (dns/query/subnet.h).
  std::span<const std::uint8_t> subnet;
  /// The responder's own note from look_ahead(); nobody else reads it. 0: it did not look.
  std::uintptr_t note = 0;
};

}  // namespace signpost
