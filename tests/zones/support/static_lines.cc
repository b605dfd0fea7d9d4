#include "tests/zones/support/static_lines.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "tests/support/ldns.h"

namespace signpost::test {
namespace {

/// Owner, type, TTL and RDATA of one line, with names as they were written.
struct Line {
  Name owner;
  RRType type{};
  std::uint32_t ttl = 0;
  std::vector<std::uint8_t> rdata;
};

Line parse_line(const std::string& text) {
  Line line;
  ldns_rr* rr = nullptr;
  const auto status = ldns_rr_new_frm_str(&rr, text.c_str(), 3600, nullptr, nullptr);
  EXPECT_EQ(status, LDNS_STATUS_OK) << text << ": " << ldns_get_errorstr_by_id(status);
  if (status != LDNS_STATUS_OK) return line;
  const auto* owner = ldns_rr_owner(rr);
  line.owner = Name::from_wire({ldns_rdf_data(owner), ldns_rdf_size(owner)}).folded();
  line.type = static_cast<RRType>(ldns_rr_get_type(rr));
  line.ttl = ldns_rr_ttl(rr);
  for (std::size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
    const auto* field = ldns_rr_rdf(rr, i);
    line.rdata.insert(line.rdata.end(), ldns_rdf_data(field), ldns_rdf_data(field) + ldns_rdf_size(field));
  }
  ldns_rr_free(rr);
  return line;
}

struct ByWire {
  bool operator()(const Name& a, const Name& b) const {
    return std::lexicographical_compare(a.wire().begin(), a.wire().end(), b.wire().begin(), b.wire().end());
  }
};

}  // namespace

std::shared_ptr<const StaticZone> static_zone(const std::string& apex,
                                              const std::vector<std::string>& lines) {
  auto zone = std::make_shared<StaticZone>();
  zone->apex = Name::parse(apex)->folded();
  std::map<Name, std::map<RRType, StaticRRset>, ByWire> nodes;
  std::map<Name, std::string, ByWire> origins;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto line = parse_line(lines[i]);
    if (line.type == RRType::SOA) {
      zone->soa = line.rdata;
      zone->soa_ttl = line.ttl;
      continue;
    }
    auto& set = nodes[line.owner].try_emplace(line.type, StaticRRset{line.type, line.ttl, {}}).first->second;
    set.ttl = std::min(set.ttl, line.ttl);
    set.rdata.push_back(std::move(line.rdata));
    origins.try_emplace(line.owner, apex + ".zone:" + std::to_string(i + 1));
  }
  for (auto& [name, sets] : nodes) {
    StaticNode node{name, {}, origins[name]};
    for (auto& [type, set] : sets) node.rrsets.push_back(std::move(set));
    zone->nodes.push_back(std::move(node));
  }
  return zone;
}

}  // namespace signpost::test
