// A ServiceState and a policy's decision become one block: every name, A, AAAA, SRV and TXT of the service.
//
//   <service>                 A, AAAA, SRV of all ports, TXT; or CNAME alone (ExternalName)
//   _<port>._<protocol>.      SRV of that port                     (unnamed ports: only at the service name)
//   <host>.                   A, AAAA: what SRV points at          (Kubernetes hostname, or the address as a
//   label) <address label>-p<port>.  A, AAAA and the instance's own TXT   (not Kubernetes, which has its own
//   layout)
//
// Kubernetes has its own layouts (config::Layout): the DNS specification 1.1 with Pods by their addresses,
// what outsiders reach (k8s_external), and ServiceImports (KEP-1645), whose hosts have two labels:
//   <host>.<cluster>.<service>
// Names that choose among instances (`v2._version.<service>`) come from a small table:
// zones/snapshot/selection.h.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"
#include "zones/policy/policy.h"
#include "zones/policy/wishes.h"
#include "zones/snapshot/block.h"
#include "zones/synthesis/names.h"

namespace signpost {

/// What of a zone's configuration shapes its blocks.
struct SynthesisRules {
  std::uint16_t zone = 0;  // index in Snapshot::zones
  names::Layout layout = names::Layout::File;
  const config::Zone* config = nullptr;
  policy::Terms terms;  // of the service in this zone

  bool is_clusterset() const noexcept {
    return layout == names::Layout::Kubernetes && config->layout == config::Layout::Clusterset;
  }
};

/// What could not be said in the DNS: counted, and told by explain.
struct SynthesisNotes {
  std::uint32_t ports_without_label = 0;  // a port name that is no label after folding
  std::uint32_t over_limit = 0;           // members beyond Block::kMembersMax
  std::uint32_t txt_left_out = 0;         // strings over 255 octets or beyond kTxtOctetsMax
  bool srv_weights_coarse = false;        // a weight is more than 1 % off (DESIGN.md section 3)
  bool bad_alias = false;                 // an ExternalName that is no domain name, or an address: NXDOMAIN
};

/// RDATA of one TXT stays below this, so that it fits any EDNS answer with its question.
inline constexpr std::size_t kTxtOctetsMax = 1024;

/// Whether the service has names in the zone at all: outsiders know only those that they can reach.
bool is_shown(const ServiceState& state, const SynthesisRules& rules);

/// Pure; builder thread in practice. `spellings` folded, at least one.
BlockDraft synthesise(const ServiceState& state, const policy::Decision& decision,
                      const SynthesisRules& rules, std::vector<Name> spellings, SynthesisNotes& notes);

}  // namespace signpost
