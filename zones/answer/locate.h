// Which node of a snapshot a question name means.
#pragma once

#include <cstdint>

#include "dns/wire/name.h"
#include "zones/snapshot/snapshot.h"

namespace signpost {

enum class NodeKind : std::uint8_t {
  None,      // does not exist below this block: NXDOMAIN
  Empty,     // exists without records (`_tcp.<service>`): NODATA
  Service,   // the service name, or whatever single node the block is
  Host,      // an SRV target; its number in the block
  Instance,  // one instance's own name; index in Block::instances()
  Port,      // `_port._protocol`; index in Block::ports()
  Selected,  // some of the instances: zones/snapshot/selection.h says which
  Dashed,    // whatever address the first label spells
};

struct Node {
  NodeKind kind = NodeKind::None;
  std::uint16_t index = 0;
};

/// The nearest block at or above a name, and the octets of the name in front of the spelling that was met.
struct Located {
  const Block* block = nullptr;  // null: outside every zone
  std::size_t prefix = 0;
  Node node;  // of blocks of the kinds Answers and Alias
};

/// `name` folded. A hit on a service, host or port owner costs one or two look-ups; labels that start with
/// '_' are only ours and never start a spelling, so `_http._tcp.<service>` is one look-up too.
/// `candidate`: a block that look_ahead() found by hash, or null; only its spelling makes it the answer.
Located locate(const Snapshot& snapshot, NameView name, const Block* candidate = nullptr) noexcept;

/// Octets of the labels in front that start with '_': what is behind them may be a spelling.
inline std::size_t underscored_octets(NameView name) noexcept {
  std::size_t at = 0;
  while (name[at] != 0 && name[at + 1] == '_') at += name[at] + 1u;
  return at;
}

/// The node with these labels in front of the block's spelling.
Node node_at(const Block& block, std::span<const std::uint8_t> prefix) noexcept;

}  // namespace signpost
