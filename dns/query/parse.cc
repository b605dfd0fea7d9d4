#include "dns/query/parse.h"

#include <algorithm>

#include "dns/wire/reader.h"

namespace signpost {

namespace {

struct Counts {
  unsigned questions, answers, authorities, additionals;
};

/// Reads over an owner name without following its pointer: nobody wants to know it, so there is nothing to
/// follow (C2).
void skip_owner(Reader& reader) noexcept {
  while (!reader.failed()) {
    const auto length = reader.u8();
    if (length == 0) return;
    if (length >= 0xc0) return reader.skip(1);
    reader.skip(length <= kLabelOctetsMax ? length : kMessageOctetsMax + 1);  // 0x40 and 0x80: fails
  }
}

void skip_record_fields(Reader& reader) noexcept {
  reader.skip(8);
  reader.skip(reader.u16());
}

Guard read_question(Reader& reader, Query& query) noexcept {
  query.question.name = reader.name();
  const auto type_and_class = reader.u32();
  query.question.type = RRType{static_cast<std::uint16_t>(type_and_class >> 16)};
  query.question.klass = RRClass{static_cast<std::uint16_t>(type_and_class)};
  if (reader.failed()) return Guard::BadQuestion;
  query.question.folded = Name::folded_from_wire(query.question.name);
  return Guard::None;
}

/// One option of a query. The first of each kind counts (E6); what is not here means nothing (E5):
/// EXPIRE (E19), and PADDING, for there is no encrypted transport (E20).
Guard read_option(EdnsOption code, std::span<const std::uint8_t> value, Query& query) noexcept {
  auto& asked = query.edns.options;
  switch (code) {
    case EdnsOption::Nsid:
      asked |= kAskedNsid;  // its value means nothing (E12)
      break;
    case EdnsOption::Cookie:
      if ((asked & kAskedCookie) != 0) break;
      if (!is_cookie_length(value.size())) return Guard::BadCookie;
      asked |= kAskedCookie;
      query.cookie = value;
      break;
    case EdnsOption::Keepalive:
      asked |= kAskedKeepalive;  // with or without a value (E17)
      break;
    case EdnsOption::ZoneVersion:
      if (!value.empty()) return Guard::BadOption;  // RFC 9660, section 3.1: a query's is empty
      asked |= kAskedZoneVersion;
      break;
    case EdnsOption::ClientSubnet:
      if ((asked & kAskedSubnet) != 0) break;
      asked |= kAskedSubnet;  // who sent it decides whether it is looked at (E18)
      query.subnet = value;
      break;
    case EdnsOption::ExtendedError:
      break;
  }
  return Guard::None;
}

Guard read_options(std::span<const std::uint8_t> octets, Query& query) noexcept {
  Reader options(octets);
  for (unsigned count = 0; count < kOptionsMax && !options.rest().empty(); ++count) {
    const EdnsOption code{options.u16()};
    const auto value = options.bytes(options.u16());
    if (options.failed()) return Guard::BadOption;
    if (const auto guard = read_option(code, value, query); guard != Guard::None) return guard;
  }
  return Guard::None;
}

/// From CLASS on; owner and type were read. What can be answered with is kept before anything can fail (E3).
Guard read_opt(Reader& reader, bool owner_is_root, Query& query) noexcept {
  auto& edns = query.edns;
  if (edns.present) return Guard::SecondOpt;
  const auto udp_size = reader.u16();
  reader.skip(1);  // the upper bits of the rcode: ours to say (E8)
  const auto version = reader.u8();
  const auto flags = reader.u16();
  const auto rdlength = reader.u16();
  if (reader.failed()) return Guard::BadRecord;
  edns.present = true;
  edns.version = version;
  edns.dnssec_ok = (flags & 0x8000) != 0;
  edns.udp_size = std::max<std::uint16_t>(udp_size, 512);
  if (!owner_is_root) return Guard::OptOwner;
  if (rdlength == 0) return Guard::None;
  const auto options = reader.bytes(rdlength);
  if (reader.failed()) return Guard::BadOption;
  // What options look like in another version nobody knows: BADVERS comes first (E4).
  return version == 0 ? read_options(options, query) : Guard::None;
}

Guard read_additional(Reader& reader, unsigned count, Query& query) noexcept {
  for (; count > 0; --count) {
    const bool owner_is_root = !reader.rest().empty() && reader.rest()[0] == 0;
    skip_owner(reader);
    if (RRType{reader.u16()} == RRType::OPT && !reader.failed()) {
      if (const auto guard = read_opt(reader, owner_is_root, query); guard != Guard::None) return guard;
      continue;
    }
    reader.skip(6);
    reader.skip(reader.u16());
    if (reader.failed()) return Guard::BadRecord;
  }
  return Guard::None;
}

/// E1 holds for messages that are turned away before their additional section was reached: looks for OPT
/// behind the rest, as far as it can be read, within a bound that no honest query comes near.
void find_opt(Reader reader, unsigned questions, unsigned records, unsigned additionals,
              Query& query) noexcept {
  constexpr unsigned kWalkMax = 16;
  if (questions + records > kWalkMax) return;
  for (; questions > 0; --questions) {
    skip_owner(reader);
    reader.skip(4);
  }
  for (; records > 0; --records) {
    skip_owner(reader);
    skip_record_fields(reader);
  }
  if (!reader.failed()) (void)read_additional(reader, std::min(additionals, kWalkMax), query);
}

/// H15, and the one record that a query may carry: the SOA of IXFR (RFC 1995, section 3).
bool has_foreign_records(const Counts& counts, RRType type) noexcept {
  return counts.answers > 0 || counts.authorities > (type == RRType::IXFR ? 1u : 0u);
}

Guard read_sections(Reader& reader, const Counts& counts, ParseOptions options, Query& query) noexcept {
  unsigned records = counts.answers + counts.authorities;
  if (records > 0) {
    if (!options.lenient && has_foreign_records(counts, query.question.type)) return Guard::ForeignRecords;
    for (; records > 0 && !reader.failed(); --records) {
      skip_owner(reader);
      if (RRType{reader.u16()} == RRType::OPT) return Guard::OptOwner;  // E2: OPT outside its section
      reader.skip(6);
      reader.skip(reader.u16());
    }
    if (reader.failed()) return Guard::BadRecord;
  }
  if (counts.additionals > kAdditionalMax) return Guard::ManyAdditional;
  if (const auto guard = read_additional(reader, counts.additionals, query); guard != Guard::None)
    return guard;
  return reader.rest().empty() || options.lenient ? Guard::None : Guard::TrailingOctets;
}

}  // namespace

Parsed parse(std::span<const std::uint8_t> message, ParseOptions options, Query& query) noexcept {
  query.edns = {};
  if (message.size() < kHeaderSize) return {Verdict::Silence, Guard::Short, Opcode::Query, false};
  const auto header = [&](std::size_t at) -> std::uint16_t {  // within the twelve octets that are there
    return static_cast<std::uint16_t>(message[at] << 8 | message[at + 1]);
  };
  query.id = header(0);
  const unsigned flags = header(2);
  const Counts counts{header(4), header(6), header(8), header(10)};
  Reader reader(message.subspan(kHeaderSize));
  if ((flags & 0x8000) != 0) return {Verdict::Silence, Guard::IsResponse, Opcode::Query, false};
  query.recursion_desired =
      (flags & 0x0100) != 0;  // AA, TC, RA, Z, AD and rcode of a query mean nothing (H4)
  query.checking_disabled = (flags & 0x0010) != 0;

  Parsed parsed{Verdict::Reject, Guard::None, Opcode{static_cast<std::uint8_t>(flags >> 11 & 0xf)}, false};
  const auto first_question = reader;
  if (counts.questions == 1) {
    parsed.guard = read_question(reader, query);
    parsed.has_question = parsed.guard == Guard::None;
  } else if (counts.questions > 1) {
    parsed.guard = Guard::ManyQuestions;
  } else {
    query.question.type = RRType{};
  }
  if (parsed.guard == Guard::None && parsed.opcode == Opcode::Query)
    parsed.guard = read_sections(reader, counts, options, query);

  const bool stopped_early = parsed.opcode != Opcode::Query || parsed.guard == Guard::ManyQuestions ||
                             parsed.guard == Guard::ForeignRecords || parsed.guard == Guard::ManyAdditional;
  if (stopped_early)
    find_opt(first_question, counts.questions, counts.answers + counts.authorities, counts.additionals,
             query);
  if (counts.questions == 0 && parsed.guard == Guard::None) parsed.guard = Guard::NoQuestion;
  if (parsed.guard == Guard::None) parsed.verdict = Verdict::Accept;
  return parsed;
}

}  // namespace signpost
