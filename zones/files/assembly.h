// Gathers the records of one zone by owner and type, and checks what only the whole zone shows.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "zones/files/findings.h"
#include "zones/files/static_zone.h"
#include "zones/files/words.h"

namespace signpost::files {

/// One record as it was written; its owner is at or below the apex.
struct WrittenRecord {
  Name owner;
  RRType type{};
  std::uint32_t ttl = 0;
  Octets rdata;
  Spot spot;
};

class Assembly {
 public:
  /// Both outlive it. The apex is folded.
  Assembly(const Name& apex, Findings& findings) : apex_(apex), findings_(findings) {}

  /// Reports a record outside of the zone, and an SOA that is not the apex'.
  void add(WrittenRecord record);
  /// Call once, last. The zone is good when nothing has failed.
  StaticZone finish();

 private:
  struct Set {
    StaticRRset rrset;
    std::vector<Spot> spots;  // parallel to its rdata
    bool ttls_differ = false;
  };
  struct Draft {
    std::string owner;  // wire, folded
    std::vector<Set> sets;
    Spot spot;

    Set* find(RRType type);
    const Set* find(RRType type) const;
  };

  Draft& draft_of(const Name& owner, Spot spot);
  void add_soa(WrittenRecord record);
  const Draft* find(NameView name) const;
  // Steps of finish(), in this order.
  void tidy_set(const Draft& draft, Set& set);
  void check_node(Draft& draft);
  void check_alias(Draft& draft);
  void find_glue();
  void drop_hidden(Draft& draft);
  void drop_at_cut(Draft& draft);
  void drop_below(Draft& draft, const Draft& cut);
  void check_dname(const Draft& draft);
  void check_targets(const Draft& draft);
  void check_size(const Draft& draft, const Set& set);

  void drop(Draft& draft, const Set& set, const std::string& why);
  bool is_apex(const Draft& draft) const { return draft.owner.size() == apex_.size(); }
  bool is_glue(const Draft& draft, const Set& set) const;

  const Name& apex_;
  Findings& findings_;
  std::vector<Draft> drafts_;
  std::unordered_map<std::string, std::size_t> by_owner_;
  std::unordered_map<std::string, bool> glue_;  // names that NS of delegations point at
  StaticZone zone_;
  Spot soa_spot_;
};

/// The name in the RDATA of the types whose target must not be an alias (RFC 2181, section 10.3; RFC 2782),
/// folded; empty for other types.
NameView target_of(RRType type, const Octets& rdata);

}  // namespace signpost::files
