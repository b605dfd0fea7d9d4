// What blocks are made of, and a block before it is one: plain values, filled in by zones/synthesis.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "dns/base/ip_address.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"
#include "zones/policy/doubt.h"

namespace signpost {

enum class BlockKind : std::uint8_t {
  Answers,           // has records, perhaps none of the type asked
  Alias,             // a CNAME and nothing else
  Pending,           // listed, not yet read: SERVFAIL
  Absent,            // known, but its names do not exist now (headless without a ready endpoint): NXDOMAIN
  EmptyNonTerminal,  // exists only because something below does
  Apex,              // a zone's own name: SOA and NS come from the zone; may have static records beside them
  Static,            // a node of a master file
};

/// What a label below the service name is that is an address with hyphens.
enum class Dashed : std::uint8_t {
  Canonical,  // a host, if it is spelled as we write it
  Known,      // a host, however it is spelled (Pods that run)
  Any,        // has that address, whether it is known or not (Pods, unverified)
};

/// One address of the A or AAAA set at the service name; instances of one address are one, their shares added
/// up.
struct AddressV4 {
  std::array<std::uint8_t, 4> octets;
  std::uint32_t share;
};
struct AddressV6 {
  std::array<std::uint8_t, 16> octets;
  std::uint32_t share;
};

/// A name below the service with addresses, what SRV points at, that is no plain host. Sorted by its octets.
struct Host {
  std::uint32_t label;  // offset in labels(): length octet and text, once or twice (Block::host_labels())
  std::uint16_t v4_first, v4_count;
  std::uint16_t v6_first, v6_count;
};

/// The addresses of one host.
struct HostAddresses {
  std::span<const std::array<std::uint8_t, 4>> v4;
  std::span<const std::array<std::uint8_t, 16>> v6;
};

bool has_address(const HostAddresses& addresses, const IpAddress& address) noexcept;

/// One eligible instance (or the virtual address) in the SRV set at the service name.
struct Member {
  std::uint32_t share;
  std::uint16_t srv_first, srv_count;
};

struct Srv {
  std::uint16_t port;
  std::uint16_t weight;
  std::uint16_t host;    // number of a host; kSelf: the service name itself, or what its alias points at
  std::uint16_t member;  // number of a member
};

/// `_<name>._<protocol>`: which Srv belong to it. Unnamed ports are not here (SC5, SH6).
struct PortSet {
  std::uint32_t label;           // offset in labels(): "_http"
  std::uint32_t protocol_label;  // offset in labels(): "_tcp"
  std::uint16_t first, count;    // in port_srv(); of an implied block: which of its port numbers
};

/// `<host label>-p<port>`: one instance's own name.
struct InstanceNode {
  std::uint16_t host;
  std::uint16_t port;
  std::uint32_t txt;  // offset in txts(): two octets of length, then RDATA
};

/// One static RRset, written as it is sent: every owner is kOwnerPointer, so an answer is one copy. RDATA is
/// never compressed. In ascending order of types.
struct StaticSet {
  std::uint32_t at;      // in records()
  std::uint32_t octets;  // all its records
  RRType type;
  std::uint16_t count;
  std::uint16_t target_first, target_count;  // in targets()
};

/// A name in the RDATA of NS, MX, SRV, SVCB or HTTPS, each once a set: its addresses may come along.
struct StaticTarget {
  std::uint32_t at;          // of the name, from the start of its set
  std::uint16_t glue_first;  // of a delegation, in glue()
  std::uint8_t glue_count;
  std::uint8_t
      mandatory;  // not 0: a name server below its own delegation, which nobody finds without its glue
};

/// Addresses of one name below a delegation; as StaticSet, but the owner is filled in when it is sent.
struct StaticGlue {
  std::uint32_t at;  // in records()
  std::uint32_t octets;
  std::uint32_t count;
};

/// Not a percentage: the client's zone does not matter.
inline constexpr std::uint8_t kNotLocal = 255;

/// What zones/synthesis fills in; turned into a Block by make_block().
struct BlockDraft {
  BlockKind kind = BlockKind::Answers;
  std::uint16_t zone = 0;  // index in Snapshot::zones
  std::uint32_t ttl = 0;
  config::Answer answer;
  policy::Doubt doubt = policy::Doubt::None;  // every answer carries an extended error that says so
  std::uint8_t spill_over = kNotLocal;        // percent (config::Zone::spill_over)
  std::vector<Name> spellings;                // folded
  std::vector<AddressV4> v4;
  std::vector<AddressV6> v6;
  std::vector<Host> hosts;
  Dashed dashed = Dashed::Canonical;
  bool implied = false;        // no hosts, host addresses, members and srv: v4 stands for them
  bool two_labels = false;     // hosts have two labels
  std::uint16_t plain_v4 = 0;  // so many of host_v4, the first ones, are plain hosts, in ascending order
  std::uint16_t plain_v6 = 0;  // the same of host_v6
  std::vector<std::array<std::uint8_t, 4>> host_v4;
  std::vector<std::array<std::uint8_t, 16>> host_v6;
  std::vector<Member> members;
  std::vector<Srv> srv;
  std::vector<PortSet> ports;
  std::vector<std::uint16_t> port_srv;  // implied: the port numbers at the service name, each once
  std::vector<InstanceNode> instances;
  bool topology = false;                // `_zone` names exist below it
  std::vector<std::uint8_t> selectors;  // SelectorDraft::encode()
  std::vector<std::uint8_t> inner;      // in place of `selectors`: a whole block, inner_block()
  /// For `sticky`, by v6: the IPv4 address of the same instance, 0.0.0.0 where it has none. Empty: nobody has
  /// both.
  std::vector<std::array<std::uint8_t, 4>> siblings;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint8_t> txts;
  std::vector<std::uint8_t> txt;  // RDATA of the TXT at the service name; empty: none
  Name alias;                     // Alias: the target, folded as the registry spelled it
  bool cut = false;               // Static: a delegation, which answers for everything below
  std::vector<StaticSet> sets;    // Static, Apex
  std::vector<StaticTarget> targets;
  std::vector<StaticGlue> glue;
  std::vector<std::uint8_t> records;

  /// Puts a label (1 to 63 octets) into `labels`; gives its offset. Equal labels in a row share one.
  std::uint32_t add_label(std::string_view text);
  /// The same with labels that are in wire format already, without a root.
  std::uint32_t add_labels(std::string_view wire);
};

}  // namespace signpost
