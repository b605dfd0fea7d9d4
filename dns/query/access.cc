#include "dns/query/access.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace signpost {

namespace {

constexpr std::size_t kV4 = 0, kV6 = 1;

std::uint64_t read_number(std::span<const std::uint8_t> octets) noexcept {
  std::uint64_t number = 0;
  for (const auto octet : octets) number = number << 8 | octet;
  return number;
}

/// Four or sixteen octets.
std::array<std::uint64_t, 2> number_of(std::span<const std::uint8_t> octets) noexcept {
  if (octets.size() == 4) return {0, read_number(octets)};
  return {read_number(octets.first(8)), read_number(octets.last(8))};
}

/// ::ffff:0:0/96 (RFC 4291, section 2.5.5.2).
bool is_mapped(std::span<const std::uint8_t> octets) noexcept {
  constexpr std::array<std::uint8_t, 12> kPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(octets.data(), kPrefix.data(), kPrefix.size()) == 0;
}

/// The labels of `name` from the root down, each with its length octet.
std::vector<NameView> labels_from_root(NameView name) {
  std::vector<NameView> labels;
  for (; name.size() > 1; name = parent(name)) labels.push_back(name.first(name[0] + 1u));
  std::reverse(labels.begin(), labels.end());
  return labels;
}

bool label_less(NameView a, NameView b) noexcept {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

/// Fills the tables of one AccessRules.
class AccessRules::Compiler {
 public:
  Compiler(AccessRules& out, std::span<const AccessRule> rules) : out_(out), rules_(rules) {}

  void compile() {
    plant_zones();
    for (const auto family : {kV4, kV6}) cut_ranges(family);
  }

 private:
  /// A set of labels from the root down, as a node of the tree while it grows.
  struct Growing {
    std::map<std::vector<std::uint8_t>, Growing> children;
    bool listed = false;
  };
  struct Span {
    std::uint32_t first, end;  // a zone and those below it: neighbours, since zones are numbered going down
  };

  void plant_zones() {
    Growing root;
    for (const auto& rule : rules_)
      for (const auto& zone : rule.zones) {
        auto* at = &root;
        for (const auto label : labels_from_root(zone.wire()))
          at = &at->children[std::vector(label.begin(), label.end())];
        at->listed = true;
      }
    out_.nodes_.emplace_back();
    spans_.push_back({0, 1});
    settle(root, 0, 0);
    out_.zone_count_ = spans_.size();
    for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) {
      auto& spans = zones_of_.emplace_back();
      for (const auto& zone : rules_[rule].zones) spans.push_back(spans_[out_.zone_of(zone.wire())]);
    }
  }

  void settle(const Growing& growing, std::uint32_t node, std::uint32_t above) {
    const auto zone = growing.listed ? static_cast<std::uint32_t>(spans_.size()) : above;
    if (growing.listed) spans_.push_back({zone, zone + 1});
    out_.nodes_[node].zone = zone;
    out_.nodes_[node].first_child = static_cast<std::uint32_t>(out_.nodes_.size());
    out_.nodes_[node].child_count = static_cast<std::uint32_t>(growing.children.size());
    auto child = out_.nodes_[node].first_child;
    for (const auto& [label, below] : growing.children) {
      Node next;
      next.label = static_cast<std::uint32_t>(out_.labels_.size());
      out_.labels_.insert(out_.labels_.end(), label.begin(), label.end());
      out_.nodes_.push_back(next);
    }
    for (const auto& [label, below] : growing.children) settle(below, child++, zone);
    if (growing.listed) spans_[zone].end = static_cast<std::uint32_t>(spans_.size());
  }

  static bool is_of(const AccessRule& rule, std::size_t family) noexcept {
    return rule.address.is_v6() == (family == kV6);
  }

  struct Edges {
    Key first, last;
  };
  static Edges edges_of(const AccessRule& rule) noexcept {
    const unsigned length = rule.address.is_v6() ? 128 : 32;
    const unsigned fixed = rule.bits + (128 - length);
    const auto mask = [&](unsigned from) -> std::uint64_t {  // of the free bits in 64 from this one on
      if (fixed >= from + 64) return 0;
      return fixed <= from ? ~std::uint64_t{0} : ~std::uint64_t{0} >> (fixed - from);
    };
    const auto key = number_of(rule.address.octets());
    const Key free = {mask(0), mask(64)};
    Edges edges{{key[0] & ~free[0], key[1] & ~free[1]}, {key[0] | free[0], key[1] | free[1]}};
    if (!rule.address.is_v6()) edges.first[0] = edges.last[0] = 0;
    return edges;
  }

  /// Walks the edges by rising address and writes a range whenever the rules that hold change the verdict.
  void cut_ranges(std::size_t family) {
    std::map<Key, std::vector<std::uint32_t>> begins, ends;  // ends: at the address after the last
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
      if (!is_of(rules_[i], family)) continue;
      auto [first, last] = edges_of(rules_[i]);
      begins[first].push_back(i);
      const bool at_end = family == kV4 ? last[1] == 0xffffffff : last == Key{~0ull, ~0ull};
      if (at_end) continue;
      if (++last[1] == 0) ++last[0];
      ends[last].push_back(i);
    }
    std::set<Key> cuts{Key{}};
    for (const auto& [key, list] : begins) cuts.insert(key);
    for (const auto& [key, list] : ends) cuts.insert(key);
    std::set<std::uint32_t> holding;  // in the order written
    auto& ranges = out_.families_[family];
    for (const auto& cut : cuts) {
      if (const auto found = ends.find(cut); found != ends.end())
        for (const auto rule : found->second) holding.erase(rule);
      if (const auto found = begins.find(cut); found != begins.end())
        holding.insert(found->second.begin(), found->second.end());
      const auto row = row_of(holding);
      if (!ranges.rows.empty() && ranges.rows.back() == row) continue;
      ranges.starts.push_back(cut);
      ranges.rows.push_back(row);
    }
  }

  Row row_of(const std::set<std::uint32_t>& holding) {
    constexpr auto kUndecided = static_cast<Admission>(0xff);
    std::vector<Admission> row(out_.zone_count_, kUndecided);
    const auto decide = [&](Span span, Admission verdict) {
      for (auto zone = span.first; zone < span.end; ++zone)
        if (row[zone] == kUndecided) row[zone] = verdict;
    };
    const Span all{0, static_cast<std::uint32_t>(row.size())};
    for (const auto rule : holding) {
      const auto verdict = rules_[rule].verdict;
      if (rules_[rule].zones.empty()) {
        decide(all, verdict);
        break;
      }
      for (const auto span : zones_of_[rule]) decide(span, verdict);
    }
    decide(all, Admission::Allow);
    if (std::all_of(row.begin(), row.end(), [&](Admission verdict) { return verdict == row[0]; }))
      return static_cast<Row>(row[0]);
    const auto [known, is_new] = rows_.try_emplace(row, static_cast<Row>(kUniform + rows_.size()));
    if (is_new) out_.verdicts_.insert(out_.verdicts_.end(), row.begin(), row.end());
    return known->second;
  }

  AccessRules& out_;
  std::span<const AccessRule> rules_;
  std::vector<Span> spans_;                  // by zone
  std::vector<std::vector<Span>> zones_of_;  // by rule
  std::map<std::vector<Admission>, Row> rows_;
};

AccessRules::AccessRules(std::span<const AccessRule> rules) { Compiler(*this, rules).compile(); }

AccessRules::Row AccessRules::find(const IpAddress& source) const noexcept {
  auto octets = source.octets();
  const bool v4 = octets.size() == 4 || is_mapped(octets);
  if (v4) octets = octets.last(4);
  const Key key = number_of(octets);
  const auto& ranges = families_[v4 ? kV4 : kV6];
  const auto after = std::upper_bound(ranges.starts.begin(), ranges.starts.end(), key);
  return ranges.rows[static_cast<std::size_t>(after - ranges.starts.begin()) - 1];
}

/// The deepest listed zone that `folded` lies in: label by label from the root, until the tree ends.
std::uint32_t AccessRules::zone_of(NameView folded) const noexcept {
  std::array<std::uint8_t, 128> starts;  // of the labels; a name has 127 at most
  std::size_t count = 0;
  for (std::size_t at = 0; folded[at] != 0; at += folded[at] + 1u)
    starts[count++] = static_cast<std::uint8_t>(at);
  const auto* node = nodes_.data();
  while (count > 0) {
    const auto start = starts[--count];
    const auto label = folded.subspan(start, folded[start] + 1u);
    const auto* first = nodes_.data() + node->first_child;
    const auto* end = first + node->child_count;
    const auto label_of = [&](const Node& child) {
      const auto* octets = labels_.data() + child.label;
      return NameView(octets, octets[0] + 1u);
    };
    const auto* child = std::lower_bound(
        first, end, label, [&](const Node& a, NameView b) { return label_less(label_of(a), b); });
    if (child == end || label_less(label, label_of(*child))) break;
    node = child;
  }
  return node->zone;
}

Admission AccessRules::verdict(Row row, NameView folded) const noexcept {
  if (row < kUniform) return static_cast<Admission>(row);
  const std::size_t zone = folded.empty() ? 0 : zone_of(folded);
  return verdicts_[(row - kUniform) * zone_count_ + zone];
}

Admission AccessRules::decide(const QueryContext& context, const Asked& asked) const noexcept {
  return verdict(find(context.peer.ip),
                 asked.parsed.has_question ? asked.query.question.folded.wire() : NameView{});
}

Admission AccessRules::decide_followed(const QueryContext& context, NameView folded) const noexcept {
  return verdict(find(context.peer.ip), folded);
}

}  // namespace signpost
