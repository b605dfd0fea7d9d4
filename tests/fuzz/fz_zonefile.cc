// fz_zonefile: master-file text to a zone's static data, or errors; then all of it written as unknown types
// are (RFC 3597, section 5) and read again, which gives the same.
#include <algorithm>
#include <string>

#include "tests/fuzz/fuzzer.h"
#include "zones/files/read_zone.h"

namespace {

using namespace signpost;
using test::require;

const Name& apex() {
  static const Name name = *Name::parse("static.test.");
  return name;
}

void check_rrset(const StaticRRset& rrset) {
  require(!rrset.rdata.empty(), "an RRset has records");
  auto sorted = rrset.rdata;
  std::sort(sorted.begin(), sorted.end());
  require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), "N12: no two are equal");
  for (const auto& rdata : rrset.rdata) require(rdata.size() <= 65535, "RDATA of 65,535 octets");
}

void check_zone(const StaticZone& zone) {
  require(zone.apex == apex(), "the apex");
  const StaticNode* before = nullptr;
  for (const auto& node : zone.nodes) {
    require(is_at_or_below(node.name.wire(), apex().wire()), "inside the zone: " + node.name.to_string());
    require(node.name == node.name.folded(), "folded: " + node.name.to_string());
    require(!node.rrsets.empty(), "a node has records: " + node.name.to_string());
    const auto less = [](const Name& a, const Name& b) {
      return std::ranges::lexicographical_compare(a.wire(), b.wire());
    };
    require(before == nullptr || less(before->name, node.name),
            "in order, each once: " + node.name.to_string());
    for (std::size_t i = 0; i < node.rrsets.size(); ++i) {
      require(i == 0 || node.rrsets[i - 1].type < node.rrsets[i].type, "types in order");
      require(node.rrsets[i].type != RRType::CNAME || node.rrsets.size() == 1, "a CNAME stands alone");
      check_rrset(node.rrsets[i]);
    }
    before = &node;
  }
}

void add_record(std::string& text, const Name& owner, std::uint32_t ttl, RRType type,
                const std::vector<std::uint8_t>& rdata) {
  text += owner.to_string() + " " + std::to_string(ttl) + " IN TYPE" +
          std::to_string(static_cast<unsigned>(type)) + " \\# " + std::to_string(rdata.size()) + " ";
  for (const auto octet : rdata) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  text += '\n';
}

std::string written(const StaticZone& zone) {
  std::string text;
  if (!zone.soa.empty()) add_record(text, zone.apex, zone.soa_ttl, RRType::SOA, zone.soa);
  for (const auto& node : zone.nodes)
    for (const auto& rrset : node.rrsets)
      for (const auto& rdata : rrset.rdata) add_record(text, node.name, rrset.ttl, rrset.type, rdata);
  return text;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(octets), size);
  const auto reading = read_zone_text(text, apex());
  if (!reading.zone) return 0;
  require(reading.findings.errors.empty(), "a zone with errors is no zone");
  check_zone(*reading.zone);
  const auto once = written(*reading.zone);
  const auto again = read_zone_text(once, apex());
  if (!again.zone) {
    require(reading.zone->empty(),
            "what was read is read again: " + again.findings.errors.front() + "\n" + once);
    return 0;
  }
  require(written(*again.zone) == once, "the same zone again:\n" + once + "---\n" + written(*again.zone));
  return 0;
}
