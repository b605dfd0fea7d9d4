#include "zones/answer/browse.h"

#include <algorithm>

#include "zones/snapshot/snapshot.h"

namespace signpost {
namespace {

struct Row {
  std::string name;
  const Block* block;
};

/// The first spelling that leads to the block: another service may have taken the others. Empty: none does.
std::string name_of(const Snapshot& snapshot, const Block& block) {
  for (std::size_t i = 0; i < block.spelling_count(); ++i) {
    if (snapshot.find(block.spelling(i)) == &block) return to_text(block.spelling(i));
  }
  return {};
}

template <class Address>
void add_shares(std::span<const Address> addresses, std::vector<double>& percent) {
  std::uint64_t sum = 0;
  for (const auto& address : addresses) sum += address.share;
  for (const auto& address : addresses.first(std::min(addresses.size(), kBrowsedShares)))
    percent.push_back(sum == 0 ? 0 : 100.0 * address.share / static_cast<double>(sum));
}

BrowsedService describe(const Row& row) {
  BrowsedService out;
  const auto& block = *row.block;
  out.name = row.name;
  out.kind = block.kind();
  if (block.kind() == BlockKind::Alias) out.alias = to_text(block.alias());
  if (block.kind() != BlockKind::Answers) return out;
  out.doubt = block.doubt();
  out.addresses = block.v4().size() + block.v6().size();
  block.v4().empty() ? add_shares(block.v6(), out.percent) : add_shares(block.v4(), out.percent);
  return out;
}

bool is_service(const Block& block) {
  return block.kind() == BlockKind::Answers || block.kind() == BlockKind::Alias ||
         block.kind() == BlockKind::Pending || block.kind() == BlockKind::Absent;
}

std::vector<Row> matching(const Snapshot& snapshot, std::uint16_t zone, std::string_view holds) {
  std::vector<Row> rows;
  const auto& servers = snapshot.zones[zone].zone->nameservers;
  const auto is_server = [&](const Block& block) {  // whose addresses come from the configuration
    return std::any_of(servers.begin(), servers.end(),
                       [&](const Name& name) { return block.is_spelled(name.folded().wire()); });
  };
  const auto* root = snapshot.slots.root;
  for (std::uint32_t c = 0; root != nullptr && c < root->chunks; ++c) {
    for (const auto* block : root->chunk[c]->blocks) {
      if (block == nullptr || block->zone() != zone || !is_service(*block) || is_server(*block)) continue;
      auto name = name_of(snapshot, *block);
      if (!name.empty() && name.find(holds) != std::string::npos) rows.push_back({std::move(name), block});
    }
  }
  return rows;
}

}  // namespace

Result<BrowsedPage> browse(const Snapshot& snapshot, const Browse& what) {
  const auto wanted = Name::parse(what.zone);
  if (!wanted) return wanted.error();
  const auto& zones = snapshot.zones;
  const auto view = std::find_if(zones.begin(), zones.end(),
                                 [&](const auto& one) { return one.zone->name == wanted->folded(); });
  if (view == zones.end()) {
    std::string known;
    for (const auto& one : zones) known += (known.empty() ? "" : ", ") + one.zone->name.to_string();
    return Error{wanted->to_string() + " is not a zone of this server; its zones are " +
                 (known.empty() ? "none" : known)};
  }
  BrowsedPage page;
  page.zone = view->zone->name.to_string();
  page.cold = view->cold;
  page.stale = view->stale;
  auto rows = matching(snapshot, static_cast<std::uint16_t>(view - zones.begin()), what.holds);
  page.matching = rows.size();
  const auto by_name = [](const Row& a, const Row& b) { return a.name < b.name; };
  rows.erase(std::remove_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name <= what.after; }),
             rows.end());
  const auto shown = std::min(what.most, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(), by_name);
  for (std::size_t i = 0; i < shown; ++i) page.services.push_back(describe(rows[i]));
  if (shown < rows.size() && shown > 0) page.next = page.services.back().name;
  return page;
}

}  // namespace signpost
