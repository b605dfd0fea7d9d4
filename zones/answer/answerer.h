// From a question to records: the one place that decides what a name answers.
//
// Workers, dump and explain all come through here. Nothing allocates, locks, throws or logs.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "dns/base/random.h"
#include "dns/query/response.h"
#include "dns/query/subnet.h"
#include "zones/answer/locate.h"
#include "zones/answer/reverse.h"
#include "zones/answer/sticky_keys.h"
#include "zones/policy/draw.h"
#include "zones/policy/sticky.h"
#include "zones/snapshot/selection.h"
#include "zones/snapshot/snapshot.h"

namespace signpost {

class DemandGate;
class SnapshotReader;

/// Who asks. Both outlive the call.
struct Asker {
  const QueryContext* context;
  const Query* query;
  /// Where a query may wait for a name that no list has (zones/demand); null: nowhere, and a miss is
  /// NXDOMAIN.
  DemandGate* gate = nullptr;
  const SnapshotReader* reader = nullptr;  // with a gate: of the snapshot that answers
  bool deferred = false;                   // it waits: the response says nothing
};

class Answerer {
 public:
  /// `mode`: in place of every block's own, for those who want whole sets in stable order.
  explicit Answerer(Random random, std::optional<config::AnswerMode> mode = std::nullopt);

  /// Fills `response` (begun with the same question). `name` folded. `may_truncate`: UDP; otherwise a set
  /// that does not fit is cut to a fair draw of what does, since TC over TCP is illegal (T8).
  /// `candidate`: what look_ahead() noted for this name in this snapshot, or null. `asker`: null for those
  /// who ask for everybody: no zone and no member is nearer than another then.
  void answer(const Snapshot& snapshot, NameView name, RRType type, bool may_truncate, Response& response,
              const Block* candidate = nullptr, Asker* asker = nullptr) noexcept;

 private:
  /// What the steps below share; one question's, reset by answer().
  struct Ask {
    const Snapshot* snapshot;
    const ZoneView* zone;
    const Block* block;   // before it is located: the candidate, or null
    NameView name;        // the name being answered: the question's, later a CNAME target
    NameView service;     // its end: the spelling that was met
    std::uint16_t owner;  // compression pointer to `name` in the message
    RRType type;
    bool may_truncate;
    std::uint32_t ttl;
    Response* response;
    bool follow = false;                        // the answer goes on at the target of an alias
    bool written = false;                       // a static record answers: it cannot be stale
    policy::Doubt doubt = policy::Doubt::None;  // of the block that answers
  };
  enum class Step : std::uint8_t { Done, Follow };

  Step answer_once(Ask& ask) noexcept;
  void answer_node(Ask& ask, Node node) noexcept;
  void answer_service(Ask& ask) noexcept;
  void answer_dashed(Ask& ask) noexcept;
  void answer_apex(Ask& ask) noexcept;
  void answer_reverse(Ask& ask) noexcept;
  static bool is_pointer_at_apex(const Ask& ask) noexcept;
  Step write_alias(Ask& ask) noexcept;
  template <class Address>
  void write_drawn(Ask& ask, std::span<const Address> all, bool equal, std::uint16_t sample) noexcept;
  template <class Address>
  void write_places(Ask& ask, std::span<const Address> all, std::span<const std::uint16_t> places) noexcept;
  template <class Address>
  void write_sticky(Ask& ask, std::span<const Address> all, bool equal) noexcept;
  template <class Octets>
  void write_host(Ask& ask, std::span<const Octets> all) noexcept;
  void write_srv_all(Ask& ask) noexcept;
  void write_srv_port(Ask& ask, const PortSet& port) noexcept;
  void write_srv_sticky(Ask& ask, policy::ShareView members, const PortSet* port) noexcept;
  void write_txt(Ask& ask, std::span<const std::uint8_t> rdata) noexcept;
  bool write_one_srv(Ask& ask, const Srv& srv, bool spent, std::uint16_t priority = 0) noexcept;
  bool put_srv(Ask& ask, const Srv& srv, bool spent, std::uint16_t priority) noexcept;
  void write_glue(Ask& ask) noexcept;
  bool write_pointer(Ask& ask, const Pointer& pointer) noexcept;
  // In select.cc.
  void answer_selected(Ask& ask) noexcept;
  void answer_selected_set(Ask& ask, const Selection& selection) noexcept;
  template <class Address>
  bool write_selected(Ask& ask, const Selection& selection, std::span<const Address> all,
                      std::uint16_t SelectorRow::*place) noexcept;
  bool write_selected_srv(Ask& ask, const Selection& selection) noexcept;
  void write_selected_txt(Ask& ask, const Selection& selection) noexcept;
  void add_shares(const Selection& selection, std::size_t count, std::uint16_t SelectorRow::*place) noexcept;
  template <class Share>
  std::size_t choose(std::size_t count, Share&& share_of) noexcept;
  std::span<const std::uint16_t> draw_chosen(Ask& ask, StickyKeys keys, std::size_t count,
                                             std::size_t most) noexcept;
  // In client.cc.
  std::optional<ClientSubnet> client() const noexcept;
  std::span<const std::uint16_t> stick(Ask& ask, policy::ShareView members, const StickyKeys& keys,
                                       std::size_t most) noexcept;
  bool answer_local(Ask& ask, const PortSet* port) noexcept;
  bool answer_near(Ask& ask, const Selection& near, const PortSet* port) noexcept;
  void write_srv_tiers(Ask& ask, const Selection& near, const PortSet* port) noexcept;
  // In static.cc.
  enum class Targets : std::uint8_t { All, Mandatory, Others };
  Step answer_static(Ask& ask, bool exact) noexcept;
  Step answer_sets(Ask& ask) noexcept;
  void answer_set(Ask& ask, const StaticSet& set) noexcept;
  bool write_set(Ask& ask, const StaticSet& set, Section section, std::uint16_t owner) noexcept;
  void refer(Ask& ask) noexcept;
  bool write_targets(Ask& ask, const StaticSet& set, std::size_t start, Targets which) noexcept;
  void write_addresses(Ask& ask, NameView target, std::uint16_t owner, RRType from) noexcept;
  Step answer_below_dname(Ask& ask) noexcept;
  Step follow(Ask& ask, NameView target, std::size_t at) noexcept;
  static std::size_t closest_encloser(const Ask& ask) noexcept;
  bool answer_wildcard(Ask& ask) noexcept;
  bool answer_for_parent(Ask& ask) noexcept;

  // In miss.cc.
  bool can_wait() const noexcept { return asker_ != nullptr && asker_->gate != nullptr; }
  bool is_unsettled(Ask& ask) noexcept;

  void no_data(Ask& ask) noexcept { negative(ask, Rcode::NoError); }
  void negative(Ask& ask, Rcode rcode) noexcept;
  void not_ready(Ask& ask, std::string_view why) noexcept;
  void too_large(Ask& ask) noexcept;
  bool write_soa(Ask& ask, Section section, std::uint32_t ttl, std::uint16_t owner,
                 NameView owner_name) noexcept;

  config::AnswerMode mode_of(const Block& block) const noexcept { return mode_.value_or(block.mode()); }
  std::span<const std::uint16_t> draw(policy::ShareView members, config::AnswerMode mode, std::size_t sample,
                                      std::size_t most) noexcept;

  struct Glue {
    std::uint16_t host;
    std::uint16_t offset;  // of the target name in the message
  };
  static constexpr std::size_t kGlueMax = 32;   // names (C13)
  static constexpr std::size_t kChainMax = 16;  // aliases (N8; the same as BIND)

  /// Room to draw in; touched only as far as a set is long.
  struct Scratch {
    policy::DrawScratch draw;
    policy::StickyScratch sticky;
    std::array<std::uint16_t, policy::kDrawMembersMax + 1> places;
    std::array<std::uint32_t, policy::kDrawMembersMax + 1> shares;
    // Of a selection: what is meant, and its shares.
    std::array<std::uint16_t, policy::kDrawMembersMax + 1> chosen;
    std::array<std::uint32_t, policy::kDrawMembersMax + 1> chosen_shares;
  };

  Random random_;
  Asker* asker_ = nullptr;
  std::optional<config::AnswerMode> mode_;
  std::unique_ptr<Scratch> scratch_;
  std::array<Glue, kGlueMax> glue_;
  std::size_t glue_count_ = 0;
  LabelRoom label_;                    // of an SRV target; here, since arrays on the stack are guarded
  NameView question_;                  // folded
  std::array<Name, kChainMax> chain_;  // the targets of the aliases followed so far
  std::size_t chain_count_ = 0;
  std::array<const Block*, kChainMax + 1> dnames_;  // whose DNAME is in the message
  std::size_t dname_count_ = 0;
};

}  // namespace signpost
