// One service's every answer, as one immutable piece of memory.
//
// A block is written once by zones/synthesis, published in a slot, and never changed: an event makes a new
// one. Everything inside is an offset, so two blocks with the same octets give the same answers: that is how
// the builder knows that nothing visible changed. All spellings of a service share its block.
//
// Octets an endpoint (zones/README.md has the sums): AddressV4 8, HostV4 4, Host 12 + its label 14, Member 8,
// Srv 8.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"

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

/// A name of one label below the service, with addresses: what SRV points at. Sorted by label.
struct Host {
  std::uint32_t label;  // offset in labels(): length octet and text
  std::uint16_t v4_first, v4_count;
  std::uint16_t v6_first, v6_count;
};

/// One eligible instance (or the virtual address) in the SRV set at the service name.
struct Member {
  std::uint32_t share;
  std::uint16_t srv_first, srv_count;
};

struct Srv {
  std::uint16_t port;
  std::uint16_t weight;
  std::uint16_t host;    // index in hosts(); kSelf: the service name itself
  std::uint16_t member;  // index in members()
};

/// `_<name>._<protocol>`: which Srv belong to it. Unnamed ports are not here (SC5, SH6).
struct PortSet {
  std::uint32_t label;           // offset in labels(): "_http"
  std::uint32_t protocol_label;  // offset in labels(): "_tcp"
  std::uint16_t first, count;    // in port_srv()
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

/// What zones/synthesis fills in; turned into a Block by make_block().
struct BlockDraft {
  BlockKind kind = BlockKind::Answers;
  std::uint16_t zone = 0;  // index in Snapshot::zones
  std::uint32_t ttl = 0;
  config::Answer answer;
  bool suspect = false;  // every answer carries an EDE: the data is not what the policy wants (later: panic)
  std::vector<Name> spellings;  // folded
  std::vector<AddressV4> v4;
  std::vector<AddressV6> v6;
  std::vector<Host> hosts;
  std::vector<std::array<std::uint8_t, 4>> host_v4;
  std::vector<std::array<std::uint8_t, 16>> host_v6;
  std::vector<Member> members;
  std::vector<Srv> srv;
  std::vector<PortSet> ports;
  std::vector<std::uint16_t> port_srv;
  std::vector<InstanceNode> instances;
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
};

class Block {
 public:
  static constexpr std::uint16_t kSelf = 0xffff;
  /// Members, hosts and records of a block are counted in 16 bits; synthesis leaves the rest out and counts
  /// it.
  static constexpr std::size_t kMembersMax = 0xfffe;

  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  BlockKind kind() const noexcept { return kind_; }
  std::uint16_t zone() const noexcept { return zone_; }
  std::uint32_t ttl() const noexcept { return ttl_; }
  config::AnswerMode mode() const noexcept { return mode_; }
  /// The k that the configuration asks for.
  std::uint16_t sample() const noexcept { return sample_; }
  /// Largest legal k of `sample k` in each set (DESIGN.md section 3: k <= sum / largest share).
  std::uint16_t sample_v4() const noexcept { return sample_v4_; }
  std::uint16_t sample_v6() const noexcept { return sample_v6_; }
  std::uint16_t sample_members() const noexcept { return sample_members_; }
  bool v4_equal() const noexcept { return v4_equal_; }
  bool v6_equal() const noexcept { return v6_equal_; }
  bool members_equal() const noexcept { return members_equal_; }
  bool suspect() const noexcept { return suspect_; }
  /// A delegation: all names below it are another server's.
  bool is_cut() const noexcept { return cut_; }
  /// Has a DNAME: no name below it exists here.
  bool has_dname() const noexcept { return dname_; }

  std::span<const AddressV4> v4() const noexcept { return array<AddressV4>(kV4); }
  std::span<const AddressV6> v6() const noexcept { return array<AddressV6>(kV6); }
  std::span<const Host> hosts() const noexcept { return array<Host>(kHosts); }
  std::span<const std::array<std::uint8_t, 4>> host_v4() const noexcept {
    return array<std::array<std::uint8_t, 4>>(kHostV4);
  }
  std::span<const std::array<std::uint8_t, 16>> host_v6() const noexcept {
    return array<std::array<std::uint8_t, 16>>(kHostV6);
  }
  std::span<const Member> members() const noexcept { return array<Member>(kMembers); }
  std::span<const Srv> srv() const noexcept { return array<Srv>(kSrv); }
  std::span<const PortSet> ports() const noexcept { return array<PortSet>(kPorts); }
  std::span<const std::uint16_t> port_srv() const noexcept { return array<std::uint16_t>(kPortSrv); }
  std::span<const InstanceNode> instances() const noexcept { return array<InstanceNode>(kInstances); }
  std::span<const std::uint8_t> txt() const noexcept { return array<std::uint8_t>(kTxt); }
  std::span<const std::uint8_t> txt_at(std::uint32_t offset) const noexcept {
    const auto all = array<std::uint8_t>(kTxts);
    return all.subspan(offset + 2, static_cast<std::size_t>(all[offset] << 8 | all[offset + 1]));
  }
  NameView alias() const noexcept { return array<std::uint8_t>(kAlias); }
  // Of blocks of the kinds Static and Apex only, which have no hosts, members, ports and instances.
  std::span<const StaticSet> sets() const noexcept { return array<StaticSet>(kSets); }
  std::span<const StaticTarget> targets() const noexcept { return array<StaticTarget>(kTargets); }
  std::span<const StaticGlue> glue() const noexcept { return array<StaticGlue>(kGlue); }
  std::span<const std::uint8_t> records() const noexcept { return array<std::uint8_t>(kRecords); }
  /// The static RRset of this type, or null.
  const StaticSet* find_set(RRType type) const noexcept;

  /// Length octet and text.
  std::span<const std::uint8_t> label(std::uint32_t offset) const noexcept {
    const auto all = array<std::uint8_t>(kLabels);
    return all.subspan(offset, all[offset] + 1u);
  }
  std::size_t spelling_count() const noexcept { return spelling_count_; }
  /// The i-th spelling, a whole wire name.
  NameView spelling(std::size_t i) const noexcept;
  /// True when the folded `name` is one of the spellings.
  bool is_spelled(NameView name) const noexcept;

  /// Index of the host with this label (text without length octet), or -1.
  int find_host(std::span<const std::uint8_t> label) const noexcept;

  /// Asks the processor to bring what every answer reads; changes nothing.
  void fetch_header() const noexcept {
    const auto* bytes = reinterpret_cast<const char*>(this);
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + 64);
  }
  /// After the header came: the first spelling, and the records of that type at the service name.
  void fetch_content(RRType type) const noexcept;

  std::size_t octets() const noexcept { return octets_; }
  bool same_as(const Block& other) const noexcept;

 private:
  friend const Block* make_block(const BlockDraft& draft);
  // By falling alignment, so that no part needs padding and each ends where the next begins.
  enum Part {
    kV4,
    kV6,
    kHosts,
    kHostV4,
    kHostV6,
    kMembers,
    kPorts,
    kInstances,
    kSrv,
    kPortSrv,
    kLabels,
    kTxts,
    kTxt,
    kAlias,
    kSpellings,
    kParts,
    // Of an apex or a static node, in the places of what those do not have: a part costs each block 4 octets.
    kSets = kHosts,
    kTargets = kMembers,
    kGlue = kPorts,
    kRecords = kTxts
  };

  Block() = default;
  template <class T>
  std::span<const T> array(Part part) const noexcept {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(this);
    const auto start = offsets_[part];
    return {reinterpret_cast<const T*>(bytes + start), (offsets_[part + 1] - start) / sizeof(T)};
  }

  std::uint32_t octets_;
  std::uint32_t ttl_;
  std::uint16_t zone_;
  BlockKind kind_;
  config::AnswerMode mode_;
  std::uint16_t sample_, sample_v4_, sample_v6_, sample_members_;
  bool v4_equal_, v6_equal_, members_equal_, suspect_, cut_, dname_;
  std::uint16_t spelling_count_;
  std::array<std::uint32_t, kParts + 1>
      offsets_;  // from the start of the block; a part ends where the next begins
};

/// One allocation by std::malloc; freed by std::free (Garbage). Throws bad_alloc.
const Block* make_block(const BlockDraft& draft);

}  // namespace signpost
