// One service's every answer, as one immutable piece of memory.
//
// A block is written once by zones/synthesis, published in a slot, and never changed: an event makes a new
// one. Everything inside is an offset, so two blocks with the same octets give the same answers: that is how
// the builder knows that nothing visible changed. All spellings of a service share its block.
//
// What an address says is not written down twice: a host whose label is made of its only address is a plain
// host, of which the block has the address alone. And where every instance is one IPv4 address, all have the
// same ports and SRV weights are the shares, host, member and SRV record number i are address number i: the
// block is "implied", and an endpoint costs it 8 octets (zones/README.md has the sums).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"
#include "zones/policy/draw.h"
#include "zones/snapshot/address_label.h"
#include "zones/snapshot/block_parts.h"
#include "zones/snapshot/selectors.h"

namespace signpost {

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
  /// Why its answers are not what the rules alone would give; they carry an extended error.
  policy::Doubt doubt() const noexcept { return doubt_; }
  /// Clients are answered from their own zone first, while enough of it may answer.
  bool is_local() const noexcept { return spill_over_ != kNotLocal; }
  std::uint8_t spill_over() const noexcept { return spill_over_; }  // percent
  Dashed dashed() const noexcept { return dashed_; }
  /// Reverse zones may name what it has. Not Pods by their addresses: that would name every address.
  bool is_pointed_at() const noexcept { return dashed_ == Dashed::Canonical; }
  /// A delegation: all names below it are another server's.
  bool is_cut() const noexcept { return cut_; }
  /// Has a DNAME: no name below it exists here.
  bool has_dname() const noexcept { return dname_; }

  std::span<const AddressV4> v4() const noexcept { return array<AddressV4>(kV4); }
  std::span<const AddressV6> v6() const noexcept { return array<AddressV6>(kV6); }

  // Hosts have numbers: plain IPv4 ones first, plain IPv6 ones, then those with labels of their own.
  std::size_t host_count() const noexcept { return named_from() + array<Host>(kHosts).size(); }
  /// Two: in front of the service name stand the host's label and another one (the cluster of a clusterset).
  std::size_t host_labels() const noexcept { return two_labels_ ? 2 : 1; }
  /// The labels of a host in wire format, without a root; in the block or in `room`.
  std::span<const std::uint8_t> host_label(std::size_t host, LabelRoom& room) const noexcept {
    if (host >= named_from()) return own_labels(first<Host>(kHosts)[host - named_from()].label);
    if (host < plain_v4_) return write_label(plain_v4(host), room);
    return write_label(host_v6()[host - plain_v4_], room);
  }
  HostAddresses host_addresses(std::size_t host) const noexcept {
    if (host >= named_from()) [[likely]] {
      const auto& own = first<Host>(kHosts)[host - named_from()];
      return {{first<std::array<std::uint8_t, 4>>(kHostV4) + own.v4_first, own.v4_count},
              {first<std::array<std::uint8_t, 16>>(kHostV6) + own.v6_first, own.v6_count}};
    }
    if (host < plain_v4_) return {{implied_ ? &v4()[host].octets : &host_v4()[host], 1}, {}};
    return {{}, {&host_v6()[host - plain_v4_], 1}};
  }
  /// Number of the host with exactly these labels, or -1.
  int find_host(std::span<const std::uint8_t> labels) const noexcept;
  /// Number of the plain host of this address, or -1.
  int find_plain(const IpAddress& address) const noexcept;
  /// Calls `visit(host)` for every host that is not plain and has the address, until it returns false.
  template <class Visit>
  void for_each_named_with(const IpAddress& address, Visit&& visit) const noexcept {
    for (auto host = named_from(); host < host_count(); ++host) {
      if (has_address(host_addresses(host), address) && !visit(host)) return;
    }
  }

  std::size_t member_count() const noexcept {
    return implied_ ? v4().size() : array<Member>(kMembers).size();
  }
  policy::ShareView member_shares() const noexcept {
    return implied_ ? policy::ShareView::of(v4(), v4_equal_)
                    : policy::ShareView::of(array<Member>(kMembers), members_equal_);
  }
  /// SRV records at the service name: those of one member, and whether there are any.
  bool has_srv() const noexcept {
    return implied_ ? !array<std::uint16_t>(kPortSrv).empty() : !array<Srv>(kSrv).empty();
  }
  std::size_t srv_count(std::size_t member) const noexcept {
    return implied_ ? array<std::uint16_t>(kPortSrv).size() : array<Member>(kMembers)[member].srv_count;
  }
  Srv srv(std::size_t member, std::size_t i) const noexcept {
    return implied_ ? implied_srv(array<std::uint16_t>(kPortSrv)[i], member)
                    : array<Srv>(kSrv)[array<Member>(kMembers)[member].srv_first + i];
  }
  std::span<const PortSet> ports() const noexcept { return array<PortSet>(kPorts); }
  /// SRV records of one port; good while the block lives.
  class PortRecords {
   public:
    std::size_t size() const noexcept { return size_; }
    Srv operator[](std::size_t i) const noexcept {
      if (v4_ == nullptr) return all_[list_[i]];
      const auto at = static_cast<std::uint16_t>(i);
      return {*list_, static_cast<std::uint16_t>(v4_[i].share), at, at};
    }

   private:
    friend class Block;
    const AddressV4* v4_ = nullptr;  // of an implied block
    const std::uint16_t* list_ = nullptr;
    const Srv* all_ = nullptr;
    std::size_t size_ = 0;
  };
  PortRecords records_of(const PortSet& port) const noexcept {
    PortRecords records;
    records.v4_ = implied_ ? first<AddressV4>(kV4) : nullptr;
    records.list_ = first<std::uint16_t>(kPortSrv) + port.first;
    records.all_ = first<Srv>(kSrv);
    records.size_ = implied_ ? v4().size() : port.count;
    return records;
  }
  /// Every member has exactly one record of each port, that of its own number.
  bool implied() const noexcept { return implied_; }
  std::span<const InstanceNode> instances() const noexcept { return array<InstanceNode>(kInstances); }
  /// The words that tell instances apart; of an inner block where there is one.
  Selectors selectors() const noexcept {
    const auto all = array<std::uint8_t>(kSelectors);
    return has_inner_ ? Selectors() : Selectors(all.first(all.size() - siblings_octets()));
  }
  /// The endpoints behind a virtual address, as a service without one; null: nothing selects among them.
  const Block* inner() const noexcept {
    return has_inner_ ? reinterpret_cast<const Block*>(array<std::uint8_t>(kSelectors).data()) : nullptr;
  }
  /// What stands for v6()[i] where A and AAAA are to lead to the same instance: its IPv4 address, if it has
  /// one.
  std::span<const std::uint8_t> identity_v6(std::size_t i) const noexcept {
    static constexpr std::array<std::uint8_t, 4> kNone{};
    if (has_siblings_) {
      const auto of = array<std::uint8_t>(kSelectors).last(siblings_octets()).subspan(i * 4, 4);
      if (std::memcmp(of.data(), kNone.data(), 4) != 0) return of;
    }
    return v6()[i].octets;
  }
  bool has_topology() const noexcept { return topology_; }
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
    kSelectors,
    kSrv,
    kPortSrv,
    kLabels,
    kTxts,
    kTxt,
    kSpellings,
    kParts,
    // In the places of what blocks of these kinds do not have: a part costs each block 4 octets.
    kAlias = kTxts,
    // Of an apex or a static node:
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

  std::array<std::uint8_t, 4> plain_v4(std::size_t host) const noexcept {
    return implied_ ? v4()[host].octets : host_v4()[host];
  }
  std::span<const std::array<std::uint8_t, 4>> host_v4() const noexcept {
    return array<std::array<std::uint8_t, 4>>(kHostV4);
  }
  std::span<const std::array<std::uint8_t, 16>> host_v6() const noexcept {
    return array<std::array<std::uint8_t, 16>>(kHostV6);
  }
  std::size_t named_from() const noexcept { return std::size_t{plain_v4_} + plain_v6_; }
  std::span<const std::uint8_t> own_labels(std::uint32_t offset) const noexcept {
    const auto* labels = first<std::uint8_t>(kLabels) + offset;
    auto size = labels[0] + 1u;
    if (two_labels_) size += labels[size] + 1u;
    return {labels, size};
  }
  Srv implied_srv(std::uint16_t number, std::size_t member) const noexcept {
    const auto at = static_cast<std::uint16_t>(member);
    return {number, static_cast<std::uint16_t>(v4()[member].share), at, at};
  }

  /// At the end of kSelectors; never beside an inner block.
  std::size_t siblings_octets() const noexcept { return has_siblings_ ? v6().size() * 4 : 0; }

  template <class T>
  const T* first(Part part) const noexcept {
    return reinterpret_cast<const T*>(reinterpret_cast<const std::uint8_t*>(this) + offsets_[part]);
  }

  std::uint32_t octets_;
  std::uint32_t ttl_;
  std::uint16_t zone_;
  BlockKind kind_;
  config::AnswerMode mode_;
  std::uint16_t sample_, sample_v4_, sample_v6_, sample_members_;
  bool v4_equal_, v6_equal_, members_equal_;
  policy::Doubt doubt_;
  bool cut_, dname_, implied_, two_labels_;
  bool topology_, has_inner_, has_siblings_;
  std::uint8_t spill_over_;
  Dashed dashed_;
  std::uint16_t spelling_count_;
  std::uint16_t plain_v4_, plain_v6_;
  std::array<std::uint32_t, kParts + 1>
      offsets_;  // from the start of the block; a part ends where the next begins
};

/// The octets of the block that stands behind a virtual address; for BlockDraft::inner.
std::vector<std::uint8_t> inner_block(const BlockDraft& draft);

/// One allocation by std::malloc; freed by std::free (Garbage). Throws bad_alloc.
const Block* make_block(const BlockDraft& draft);

}  // namespace signpost
