// The services of a zone, a page at a time and sorted by name: for people who look around.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"
#include "zones/policy/doubt.h"
#include "zones/snapshot/block_parts.h"

namespace signpost {

struct Snapshot;

struct BrowsedService {
  std::string name;           // "cart.demo.internal.", the first of its names that is its own
  std::string alias;          // where it leads; empty: it has addresses
  std::size_t addresses = 0;  // that answer, of both families
  policy::Doubt doubt = policy::Doubt::None;
  BlockKind kind = BlockKind::Answers;  // or Alias, Pending, Absent
  std::vector<double> percent;          // shares of the first addresses of one family, the stable order
};

struct BrowsedPage {
  std::string zone;
  bool cold = false, stale = false;
  std::size_t matching = 0;              // services whose name holds the words
  std::vector<BrowsedService> services;  // those behind `after`, at most as many as asked for
  std::string next;                      // the last of them, if there are more; empty: none
};

struct Browse {
  std::string_view zone;   // a name
  std::string_view holds;  // only names with this in them; empty: all
  std::string_view after;  // a name as in BrowsedService; empty: from the first
  std::size_t most = 100;
};

/// Shares of so many addresses are told.
inline constexpr std::size_t kBrowsedShares = 20;

/// Any thread but a worker; takes no lock. Walks over all names of the snapshot (20,000 services take some
/// 10 ms). Error: no such zone, and which there are.
Result<BrowsedPage> browse(const Snapshot& snapshot, const Browse& what);

}  // namespace signpost
