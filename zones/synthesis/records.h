// From rows to the records of a block: names of hosts, addresses, members, ports and single instances.
#pragma once

#include <cstdint>
#include <vector>

#include "zones/snapshot/block.h"
#include "zones/synthesis/gather.h"
#include "zones/synthesis/synthesise.h"

namespace signpost {

/// Number of each of Gathered::hosts in the block; Block::kSelf: beyond the limit.
using HostNumbers = std::vector<std::uint16_t>;

/// `compact_v6`: IPv6 hosts are plain too. Not those that SRV points at: their labels take long to write.
HostNumbers write_hosts(const Gathered& gathered, bool compact_v6, BlockDraft& draft, SynthesisNotes& notes);

/// A, AAAA and SRV of the rows themselves. Gives the number of each row's member; SelectorRow::kNone: beyond
/// the limit.
std::vector<std::uint16_t> write_rows(const Gathered& gathered, const HostNumbers& hosts, BlockDraft& draft,
                                      SynthesisNotes& notes);

/// For `sticky`: which IPv4 address each of the block's IPv6 addresses belongs to, the lowest of several.
void write_siblings(const Gathered& gathered, BlockDraft& draft);

/// A and AAAA of these addresses, and SRV of these ports that points at the service name itself.
void write_virtual(const std::vector<IpAddress>& addresses, const std::vector<Port>& ports, BlockDraft& draft,
                   SynthesisNotes& notes);

/// `<host>-p<port>` of each row, with its TXT.
void write_instances(const ServiceState& state, const Gathered& gathered, const HostNumbers& hosts,
                     const config::Zone& rules, BlockDraft& draft, SynthesisNotes& notes);

}  // namespace signpost
