// What every reply must hold, whatever was asked: compared with the query by a reader of its own, so that a
// mistake of dns/query is not repeated here.
#pragma once

#include <optional>
#include <string>

#include "dns/query/process.h"
#include "tests/support/dns/message.h"

namespace signpost::test {

/// Empty when all is well, or what is wrong with `handled`, which came of `message`:
///   silence only for less than a header and for responses (H1);
///   id, opcode and RD copied, QR=1, RA, Z, AD and CD 0 (H4, H5, H6);
///   the question echoed octet by octet (N1), counts that are true, nothing behind the last record;
///   no more octets than were asked for and than we send (E8, E9), DO as it was sent (E7);
///   OPT for those who sent one (E1); options once each (E6);
///   TC without records, and never over TCP (E10, T8); a denial has one SOA (N2, N3).
/// `udp_size`: our own largest. `subnets`: the peer may send client subnets, which come back. Allocates.
std::string broken_invariant(const Bytes& message, const Handled& handled, Transport transport,
                             std::size_t udp_size = kUdpSizeDefault, bool subnets = false);

}  // namespace signpost::test
