#include "tests/support/dns/invariants.h"

#include <algorithm>
#include <set>

namespace signpost::test {

namespace {

/// A message as octets with a place; reads beyond the end give nothing and say so.
struct Walk {
  const Bytes& octets;
  std::size_t at = 12;
  bool failed = false;

  unsigned u8() {
    if (at >= octets.size()) failed = true;
    return failed ? 0u : octets[at++];
  }
  unsigned u16() {
    const auto high = u8();
    return high << 8 | u8();
  }
  void skip(std::size_t count) {
    if (count > octets.size() - std::min(at, octets.size())) failed = true;
    if (!failed) at += count;
  }
  /// The name's octets as they stand; a pointer ends it.
  Bytes name() {
    const auto start = at;
    while (!failed) {
      const auto length = u8();
      if (length == 0) break;
      if (length >= 0xc0) {
        skip(1);
        break;
      }
      skip(length);
    }
    return failed ? Bytes{} : Bytes(octets.begin() + long(start), octets.begin() + long(at));
  }
};

struct Opt {
  unsigned size = 0, extended_rcode = 0, version = 0, flags = 0;
  Bytes options;
};

struct Record {
  Bytes owner;
  unsigned type = 0, klass = 0;
  Bytes rdata;
  Opt opt;
};

struct Message {
  unsigned id = 0, flags = 0, counts[4] = {};
  Bytes question;  // as it stands, of the first one
  std::vector<Record> records;
  bool whole = false;  // counts and octets agree to the last one
};

Record read_record(Walk& walk) {
  Record record;
  record.owner = walk.name();
  record.type = walk.u16();
  record.klass = walk.u16();
  record.opt.size = record.klass;
  record.opt.extended_rcode = walk.u8();
  record.opt.version = walk.u8();
  record.opt.flags = walk.u16();
  const auto size = walk.u16();
  const auto start = walk.at;
  walk.skip(size);
  if (!walk.failed)
    record.rdata = Bytes(walk.octets.begin() + long(start), walk.octets.begin() + long(walk.at));
  return record;
}

Message read(const Bytes& octets) {
  Message message;
  Walk walk{octets, 0};
  message.id = walk.u16();
  message.flags = walk.u16();
  for (auto& count : message.counts) count = walk.u16();
  for (unsigned i = 0; i < message.counts[0] && !walk.failed; ++i) {
    const auto start = walk.at;
    walk.name();
    walk.skip(4);
    if (i == 0 && !walk.failed)
      message.question = Bytes(octets.begin() + long(start), octets.begin() + long(walk.at));
  }
  const auto total = message.counts[1] + message.counts[2] + message.counts[3];
  for (unsigned i = 0; i < total && !walk.failed; ++i) message.records.push_back(read_record(walk));
  message.whole = !walk.failed && walk.at == octets.size();
  return message;
}

const Record* find_opt(const Message& message) {
  for (const auto& record : message.records)
    if (record.type == 41) return &record;
  return nullptr;
}

/// OPT as a query may have it: one, at the root, in the additional section.
const Record* proper_opt(const Message& query) {
  const Record* found = nullptr;
  for (std::size_t i = 0; i < query.records.size(); ++i) {
    if (query.records[i].type != 41) continue;
    if (found != nullptr || i < query.counts[1] + query.counts[2] || query.records[i].owner != Bytes{0})
      return nullptr;
    found = &query.records[i];
  }
  return found;
}

bool mentions_opt(const Bytes& message) {
  for (std::size_t i = 0; i + 1 < message.size(); ++i)
    if (message[i] == 0 && message[i + 1] == 41) return true;
  return false;
}

std::string check_header(const Message& query, const Message& reply, unsigned rcode) {
  const auto opcode = query.flags >> 11 & 15, rd = query.flags & 0x0100;
  const auto aa = reply.flags & 0x0400;
  if (reply.id != query.id) return "H4: the id";
  if ((reply.flags & 0x8000) == 0) return "H4: QR is 0";
  if ((reply.flags >> 11 & 15) != opcode) return "H4: the opcode";
  if ((reply.flags & 0x00f0) != 0) return "H4, H5: RA, Z, AD or CD";
  if (opcode == 0 && (reply.flags & 0x0100) != rd) return "H4: RD";
  if ((reply.flags & 0x0100) > rd) return "H6: RD";
  const std::set<unsigned> known = {0, 1, 2, 3, 4, 5, 6, 9, 16, 23};
  if (!known.contains(rcode)) return "rcode " + std::to_string(rcode);
  if (aa != 0 && rcode != 0 && rcode != 2 && rcode != 3 && rcode != 6)
    return "AA with rcode " + std::to_string(rcode);
  if (opcode != 0 && aa != 0) return "H6: AA";
  return "";
}

std::string check_sections(const Message& query, const Message& reply, unsigned rcode) {
  const bool truncated = (reply.flags & 0x0200) != 0, authoritative = (reply.flags & 0x0400) != 0;
  if (reply.counts[0] > 1) return "questions";
  if (reply.counts[0] == 1 && (query.counts[0] != 1 || reply.question != query.question))
    return "N1: the question is not the one that was asked";
  const auto records = reply.records.size() - (find_opt(reply) != nullptr ? 1 : 0);
  if (truncated && records > 0) return "E10: TC with records";
  if (rcode != 0 && rcode != 2 && rcode != 3 && rcode != 6 && records > 0) return "records with an error";
  const auto is_soa = [](const Record& record) { return record.type == 6; };
  const auto authority = reply.records.begin() + reply.counts[1];
  const auto soas = std::count_if(authority, authority + reply.counts[2], is_soa);
  if (rcode == 3 && !truncated && soas != 1) return "N3: NXDOMAIN without one SOA";
  if (rcode == 0 && authoritative && !truncated && reply.counts[1] == 0 && soas != 1)
    return "N2: NODATA without one SOA";
  if (soas > 1) return "two SOA";
  return "";
}

std::string check_options(const Bytes& options, bool subnets) {
  Walk walk{options, 0};
  std::set<unsigned> seen;
  while (walk.at < options.size()) {
    const auto code = walk.u16();
    const auto length = walk.u16();
    walk.skip(length);
    if (walk.failed) return "E6: an option overruns OPT";
    // ZONEVERSION has one for each type of version (RFC 9660, section 3.2).
    if (!seen.insert(code).second && code != 19) return "E6: option " + std::to_string(code) + " twice";
    if (code != 3 && code != 10 && code != 11 && code != 15 && code != 19 && !(subnets && code == 8))
      return "E5: option " + std::to_string(code) + " nobody asked for";
  }
  return "";
}

std::string check_opt(const Bytes& octets, const Message& query, const Record* opt, std::size_t udp_size,
                      bool subnets) {
  const auto* asked = query.whole ? proper_opt(query) : nullptr;
  if (opt == nullptr) return asked != nullptr ? "E1: no OPT for a query with one" : "";
  if (!mentions_opt(octets)) return "E1: OPT for a query without one";
  if (query.whole && find_opt(query) == nullptr) return "E1: OPT for a query without one";
  if (opt->owner != Bytes{0}) return "E2: OPT has an owner";
  if (opt->opt.size != udp_size) return "E8: the size that OPT offers";
  if (opt->opt.version != 0) return "E4: the version";
  if ((opt->opt.flags & 0x7fff) != 0) return "E7: flags";
  if (asked != nullptr && (asked->opt.flags & 0x8000) != opt->opt.flags) return "E7: DO";
  if (asked != nullptr && asked->opt.version > 0 && opt->opt.extended_rcode != 1 &&
      (query.flags >> 11 & 15) == 0 && (query.counts[1] | query.counts[2]) == 0 && query.counts[0] == 1 &&
      query.counts[3] <= 4)
    return "E4: a version above 0 is BADVERS";
  return check_options(opt->rdata, subnets);
}

/// Octets that a reply may have; `asked` null when the query is not whole.
std::size_t size_limit(const Record* asked, bool has_opt, Transport transport, std::size_t udp_size) {
  if (transport == Transport::Tcp) return kMessageOctetsMax;
  if (!has_opt) return 512;
  if (asked == nullptr) return udp_size;
  return std::min(std::max<std::size_t>(asked->opt.size, 512), udp_size);
}

}  // namespace

std::string broken_invariant(const Bytes& message, const Handled& handled, Transport transport,
                             std::size_t udp_size, bool subnets) {
  const bool silence = message.size() < 12 || (message[2] & 0x80) != 0;
  if (handled.outcome == Outcome::Deferred) return "deferred without a ticket";
  if ((handled.outcome == Outcome::Dropped) != silence) return silence ? "H1: an answer" : "silence";
  if (silence) return handled.response.empty() ? "" : "octets for silence";
  const Bytes octets(handled.response.begin(), handled.response.end());
  const auto query = read(message), reply = read(octets);
  if (!reply.whole) return "counts and octets do not agree";
  const auto* opt = find_opt(reply);
  const auto rcode = (reply.flags & 15) | (opt != nullptr ? opt->opt.extended_rcode << 4 : 0);
  if (transport == Transport::Tcp && (reply.flags & 0x0200) != 0) return "T8: TC over TCP";
  const auto limit =
      size_limit(query.whole ? proper_opt(query) : nullptr, opt != nullptr, transport, udp_size);
  if (octets.size() > limit)
    return "E8, E9: " + std::to_string(octets.size()) + " octets of " + std::to_string(limit);
  if (auto wrong = check_header(query, reply, rcode); !wrong.empty()) return wrong;
  if (auto wrong = check_sections(query, reply, rcode); !wrong.empty()) return wrong;
  return check_opt(message, query, opt, udp_size, subnets);
}

}  // namespace signpost::test
