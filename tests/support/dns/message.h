// Messages for tests: queries put together octet by octet, and replies told in one line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/wire/name.h"
#include "dns/wire/types.h"

namespace signpost::test {

using Bytes = std::vector<std::uint8_t>;

Bytes operator+(Bytes a, const Bytes& b);
Bytes u16(unsigned value);
Bytes u32(std::uint32_t value);
/// "\x01" "a" and so on: octets of a literal, zeros included.
template <std::size_t N>
Bytes raw(const char (&text)[N]) {
  return Bytes(text, text + N - 1);
}
/// A name in presentation format.
Bytes name(std::string_view text);

struct Head {
  unsigned id = 0x1234;
  unsigned flags = 0;  // all sixteen bits
  unsigned qd = 1, an = 0, ns = 0, ar = 0;
};
Bytes header(Head head);
Bytes question(std::string_view owner, RRType type, RRClass klass = RRClass::IN);
Bytes record(std::string_view owner, RRType type, const Bytes& rdata, RRClass klass = RRClass::IN,
             std::uint32_t ttl = 0);
/// OPT with these options; `flags` has DO as 0x8000.
Bytes opt(unsigned udp_size = 1232, unsigned flags = 0, const Bytes& options = {}, unsigned version = 0);
Bytes option(unsigned code, const Bytes& value);

/// A plain question; `flags` as in the header.
Bytes query(std::string_view owner, RRType type, unsigned flags = 0);
/// The same with OPT.
Bytes edns_query(std::string_view owner, RRType type, const Bytes& opt_record, unsigned flags = 0);

/// What a reply says, in one line, or "malformed: ..." when it is not one whole well-formed message:
///   "NOERROR aa rd; a.test. A; 1/0/0; opt 1232 do ede 14"
/// rcode, flags, opcode if not 0, question or "-", counts without OPT, OPT with size, version if not 0,
/// flags, errors.
std::string describe(const Bytes& reply);
/// The options of the reply's OPT, code and value, in order.
std::vector<std::pair<unsigned, Bytes>> options_in(const Bytes& reply);
/// The value of the only option with this code, or nothing.
std::optional<Bytes> option_in(const Bytes& reply, unsigned code);
/// "c0ffee" as octets.
Bytes from_hex(std::string_view text);
/// The answer's A records as text, in order, space-separated.
std::string addresses_in(const Bytes& reply);
/// True when ldns reads it as a message, to its last octet.
bool ldns_reads(const Bytes& reply);

}  // namespace signpost::test
