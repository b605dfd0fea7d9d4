#include "dns/tap/query_line.h"

#include <array>
#include <string_view>

#include "dns/base/log_line.h"
#include "dns/query/counters.h"
#include "dns/query/parse.h"
#include "dns/wire/reader.h"

namespace signpost::tap {
namespace {

constexpr std::array<std::string_view, 11> kRcodes{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                                   "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                                   "NXRRSET", "NOTAUTH", "NOTZONE"};
constexpr unsigned kBadVersion = 16, kBadCookie = 23;

std::string type_text(RRType type) {
  const auto index = counted_type(type);
  if (index + 1 < kCountedTypes.size()) return std::string(kCountedTypes[index]);
  return "TYPE" + std::to_string(static_cast<unsigned>(type));
}

void skip_name(Reader& reader) {
  for (unsigned length = reader.u8(); length != 0 && !reader.failed(); length = reader.u8()) {
    if (length >= 0xc0) {
      (void)reader.u8();
      return;
    }
    (void)reader.bytes(length);
  }
}

struct Outcome {
  unsigned rcode = 0;
  unsigned answers = 0;
};

/// Our own response: its OPT holds the upper bits of the code (RFC 6891, section 6.1.3).
Outcome read_response(std::span<const std::uint8_t> response) {
  Reader reader(response);
  (void)reader.u16();
  Outcome outcome;
  outcome.rcode = reader.u16() & 15;
  const unsigned questions = reader.u16();
  outcome.answers = reader.u16();
  unsigned records = outcome.answers;
  records += reader.u16();
  records += reader.u16();
  for (unsigned i = 0; i < questions; ++i) {
    skip_name(reader);
    (void)reader.bytes(4);
  }
  for (unsigned i = 0; i < records && !reader.failed(); ++i) {
    skip_name(reader);
    const auto type = reader.u16();
    (void)reader.u16();
    const unsigned upper = reader.u8();
    (void)reader.bytes(3);
    (void)reader.bytes(reader.u16());
    if (type == static_cast<std::uint16_t>(RRType::OPT)) outcome.rcode |= upper << 4;
  }
  return outcome;
}

std::string rcode_text(unsigned rcode) {
  if (rcode < kRcodes.size()) return std::string(kRcodes[rcode]);
  if (rcode == kBadVersion) return "BADVERS";
  return rcode == kBadCookie ? "BADCOOKIE" : std::to_string(rcode);
}

}  // namespace

std::string query_line(const Note& note, WallTime received, log::Format format) {
  const auto client = note.head.peer.to_string(), server = note.head.local.to_string();
  const std::string_view proto = note.head.transport == Transport::Tcp ? "tcp" : "udp";
  Query query;
  const auto parsed = parse(note.query, {}, query);
  const auto name = parsed.has_question ? to_text(query.question.name) : "-";
  const auto type = parsed.has_question ? type_text(query.question.type) : "-";
  const bool dropped = note.response.empty();
  const auto outcome = dropped ? Outcome() : read_response(note.response);
  return log::format_line(format, received, log::Level::Info, "query",
                          {{"client", client},
                           {"server", server},
                           {"proto", proto},
                           {"name", name},
                           {"type", type},
                           {"rcode", dropped ? std::string("dropped") : rcode_text(outcome.rcode)},
                           {"answers", outcome.answers},
                           {"octets", note.response.size()}});
}

}  // namespace signpost::tap
