#include "tests/support/dns/message.h"

#include <stdexcept>

#include "dns/wire/reader.h"
#include "tests/support/ldns.h"

namespace signpost::test {

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
Bytes u16(unsigned value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
Bytes u32(std::uint32_t value) { return u16(value >> 16) + u16(value & 0xffff); }

Bytes name(std::string_view text) {
  const auto parsed = Name::parse(text);
  if (!parsed) throw std::invalid_argument(parsed.error().message);
  const auto wire = parsed->wire();
  return Bytes(wire.begin(), wire.end());
}

Bytes header(Head head) {
  return u16(head.id) + u16(head.flags) + u16(head.qd) + u16(head.an) + u16(head.ns) + u16(head.ar);
}

Bytes question(std::string_view owner, RRType type, RRClass klass) {
  return name(owner) + u16(static_cast<unsigned>(type)) + u16(static_cast<unsigned>(klass));
}

Bytes record(std::string_view owner, RRType type, const Bytes& rdata, RRClass klass, std::uint32_t ttl) {
  return question(owner, type, klass) + u32(ttl) + u16(static_cast<unsigned>(rdata.size())) + rdata;
}

Bytes option(unsigned code, const Bytes& value) {
  return u16(code) + u16(static_cast<unsigned>(value.size())) + value;
}

Bytes opt(unsigned udp_size, unsigned flags, const Bytes& options, unsigned version) {
  return record(".", RRType::OPT, options, RRClass(udp_size), version << 16 | flags);
}

Bytes query(std::string_view owner, RRType type, unsigned flags) {
  return header({.flags = flags}) + question(owner, type);
}

Bytes edns_query(std::string_view owner, RRType type, const Bytes& opt_record, unsigned flags) {
  return header({.flags = flags, .ar = 1}) + question(owner, type) + opt_record;
}

namespace {

std::string rcode_text(unsigned rcode) {
  switch (rcode) {
    case 0:
      return "NOERROR";
    case 1:
      return "FORMERR";
    case 2:
      return "SERVFAIL";
    case 3:
      return "NXDOMAIN";
    case 4:
      return "NOTIMP";
    case 5:
      return "REFUSED";
    case 9:
      return "NOTAUTH";
    case 16:
      return "BADVERS";
    case 23:
      return "BADCOOKIE";
    default:
      return "RCODE" + std::to_string(rcode);
  }
}

std::string type_text(unsigned type) {
  switch (static_cast<RRType>(type)) {
    case RRType::A:
      return "A";
    case RRType::AAAA:
      return "AAAA";
    case RRType::SOA:
      return "SOA";
    case RRType::TXT:
      return "TXT";
    case RRType::SRV:
      return "SRV";
    default:
      return "TYPE" + std::to_string(type);
  }
}

struct Opt {
  bool present = false;
  unsigned rcode = 0;
  std::string text;
};

/// An owner that is a name, or the pointer to the question.
bool read_owner(Reader& reader) {
  if (!reader.rest().empty() && reader.rest()[0] == 0xc0) return reader.u16() == kOwnerPointer;
  reader.name();
  return !reader.failed();
}

bool read_opt_options(Reader options, std::string& text) {
  while (!options.rest().empty()) {
    const auto code = options.u16();
    Reader value(options.bytes(options.u16()));
    if (options.failed()) return false;
    text += code == 15 ? " ede " + std::to_string(value.u16()) : " option " + std::to_string(code);
    if (value.failed()) return false;
  }
  return true;
}

bool read_record(Reader& reader, Opt& opt, bool additional) {
  const bool root = !reader.rest().empty() && reader.rest()[0] == 0;
  if (!read_owner(reader)) return false;
  const auto type = reader.u16(), klass = reader.u16();
  const auto ttl = reader.u32();
  const auto rdata = reader.bytes(reader.u16());
  if (reader.failed()) return false;
  if (RRType{type} != RRType::OPT) return true;
  if (!root || !additional || opt.present) return false;
  opt.present = true;
  opt.rcode = ttl >> 24;
  opt.text = "; opt " + std::to_string(klass);
  if ((ttl >> 16 & 0xff) != 0) opt.text += " version " + std::to_string(ttl >> 16 & 0xff);
  if ((ttl & 0x8000) != 0) opt.text += " do";
  if ((ttl & 0x7fff) != 0) opt.text += " flags " + std::to_string(ttl & 0x7fff);
  return read_opt_options(Reader(rdata), opt.text);
}

}  // namespace

std::string describe(const Bytes& reply) {
  Reader reader(reply);
  (void)reader.u16();
  const unsigned flags = reader.u16();
  const unsigned qd = reader.u16(), an = reader.u16(), ns = reader.u16(), ar = reader.u16();
  if (reader.failed()) return "malformed: short header";
  if ((flags & 0x8000) == 0) return "malformed: not a response";
  std::string asked = "-";
  if (qd > 1) return "malformed: " + std::to_string(qd) + " questions";
  if (qd == 1) {
    const auto owner = reader.name();
    const auto type = reader.u16(), klass = reader.u16();
    if (reader.failed()) return "malformed: question";
    asked = to_text(owner) + (klass == 1 ? " " : " CLASS" + std::to_string(klass) + " ") + type_text(type);
  }
  Opt opt;
  for (unsigned i = 0; i < an + ns + ar; ++i)
    if (!read_record(reader, opt, i >= an + ns)) return "malformed: record " + std::to_string(i);
  if (!reader.rest().empty()) return "malformed: trailing octets";
  std::string text = rcode_text((flags & 0xf) | opt.rcode << 4);
  constexpr std::pair<unsigned, const char*> kFlags[] = {{0x400, " aa"}, {0x200, " tc"}, {0x100, " rd"},
                                                         {0x80, " ra"},  {0x40, " z"},   {0x20, " ad"},
                                                         {0x10, " cd"}};
  for (const auto& [bit, word] : kFlags)
    if ((flags & bit) != 0) text += word;
  if ((flags >> 11 & 0xf) != 0) text += " opcode " + std::to_string(flags >> 11 & 0xf);
  return text + "; " + asked + "; " + std::to_string(an) + "/" + std::to_string(ns) + "/" +
         std::to_string(ar - (opt.present ? 1 : 0)) + opt.text;
}

std::vector<std::pair<unsigned, Bytes>> options_in(const Bytes& reply) {
  std::vector<std::pair<unsigned, Bytes>> options;
  ldns_pkt* packet = nullptr;
  if (ldns_wire2pkt(&packet, reply.data(), reply.size()) != LDNS_STATUS_OK) return options;
  if (const auto* rdata = ldns_pkt_edns_data(packet)) {
    Reader reader({ldns_rdf_data(rdata), ldns_rdf_size(rdata)});
    while (!reader.rest().empty() && !reader.failed()) {
      const auto code = reader.u16();
      const auto value = reader.bytes(reader.u16());
      options.emplace_back(code, Bytes(value.begin(), value.end()));
    }
  }
  ldns_pkt_free(packet);
  return options;
}

std::optional<Bytes> option_in(const Bytes& reply, unsigned code) {
  std::optional<Bytes> found;
  for (auto& [other, value] : options_in(reply)) {
    if (other != code) continue;
    if (found) return std::nullopt;
    found = std::move(value);
  }
  return found;
}

Bytes from_hex(std::string_view text) {
  Bytes octets;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    octets.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return octets;
}

std::string addresses_in(const Bytes& reply) {
  ldns_pkt* packet = nullptr;
  if (ldns_wire2pkt(&packet, reply.data(), reply.size()) != LDNS_STATUS_OK) return "unreadable";
  std::string text;
  const auto* answer = ldns_pkt_answer(packet);
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(answer); ++i) {
    const auto* rr = ldns_rr_list_rr(answer, i);
    if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_A) continue;
    char* address = ldns_rdf2str(ldns_rr_rdf(rr, 0));
    text += (text.empty() ? "" : " ") + std::string(address);
    free(address);
  }
  ldns_pkt_free(packet);
  return text;
}

bool ldns_reads(const Bytes& reply) {
  ldns_pkt* packet = nullptr;
  const bool good = ldns_wire2pkt(&packet, reply.data(), reply.size()) == LDNS_STATUS_OK;
  if (good) ldns_pkt_free(packet);
  return good;
}

}  // namespace signpost::test
