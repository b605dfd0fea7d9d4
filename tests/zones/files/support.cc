#include "tests/zones/files/support.h"

#include <algorithm>
#include <memory>

#include "tests/support/ldns.h"

namespace signpost {
namespace {

void put(std::vector<std::uint8_t>& wire, std::uint64_t value, int octets) {
  for (int i = octets; i-- > 0;) wire.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::string line(const Name& owner, RRType type, std::uint32_t ttl, const std::vector<std::uint8_t>& rdata) {
  std::vector<std::uint8_t> wire(owner.wire().begin(), owner.wire().end());
  put(wire, static_cast<std::uint16_t>(type), 2);
  put(wire, 1, 2);
  put(wire, ttl, 4);
  put(wire, rdata.size(), 2);
  wire.insert(wire.end(), rdata.begin(), rdata.end());
  ldns_rr* rr = nullptr;
  std::size_t at = 0;
  if (ldns_wire2rr(&rr, wire.data(), wire.size(), &at, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
    return "ldns cannot read " + owner.to_string() + "\n";
  const std::unique_ptr<char, decltype(&std::free)> text(ldns_rr2str(rr), std::free);
  ldns_rr_free(rr);
  std::string out;
  for (const char c : std::string_view(text.get())) out += c == '\t' ? ' ' : c;
  out.erase(std::min(out.find(" ;{"), out.size()));  // what ldns remarks on keys
  out.erase(out.find_last_not_of(" \n") + 1);
  return out + "\n";
}

}  // namespace

std::string lines_of(const StaticZone& zone) {
  std::string out;
  if (!zone.soa.empty()) out += line(zone.apex, RRType::SOA, zone.soa_ttl, zone.soa);
  for (const auto& node : zone.nodes) {
    for (const auto& rrset : node.rrsets) {
      for (const auto& rdata : rrset.rdata) out += line(node.name, rrset.type, rrset.ttl, rdata);
    }
  }
  return out;
}

std::string told(const StaticReading& reading) {
  std::string out = reading.zone ? lines_of(*reading.zone) : "";
  for (const auto& error : reading.findings.errors) out += "E " + error + "\n";
  for (const auto& warning : reading.findings.warnings) out += "W " + warning + "\n";
  return out;
}

std::string told(std::string_view text) {
  return told(read_zone_text(text, Name::parse("example").value(), 7, "z"));
}

}  // namespace signpost
