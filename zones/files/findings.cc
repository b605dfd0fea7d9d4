#include "zones/files/findings.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace signpost::files {

std::uint32_t Findings::add_source(std::string name, bool has_columns) {
  sources_.push_back({std::move(name), has_columns});
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

void Findings::List::add(Spot spot, const std::string& what) {
  if (found.size() == kFindingsMax) {
    ++left_out;
  } else {
    found.push_back({spot, what});
  }
}

std::vector<std::string> Findings::lines(const List& list) const {
  auto sorted = list.found;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.spot.source, a.spot.line, a.spot.column) <
           std::tie(b.spot.source, b.spot.line, b.spot.column);
  });
  std::vector<std::string> out;
  for (const auto& finding : sorted) out.push_back(text(finding));
  if (list.left_out > 0) out.push_back(fmt::format("and {} more", list.left_out));
  return out;
}

std::string Findings::text(const Finding& finding) const {
  const auto& [spot, what] = finding;
  const auto& source = sources_[spot.source];
  if (spot.line == 0) return fmt::format("{}: {}", source.name, what);
  if (spot.column == 0 || !source.has_columns) return fmt::format("{}:{}: {}", source.name, spot.line, what);
  return fmt::format("{}:{}:{}: {}", source.name, spot.line, spot.column, what);
}

std::string Findings::refer(Spot spot, Spot beside) const {
  if (sources_[spot.source].name == sources_[beside.source].name) return fmt::format("line {}", spot.line);
  return fmt::format("{}:{}", sources_[spot.source].name, spot.line);
}

std::string Findings::brief(Spot spot) const {
  const auto& name = sources_[spot.source].name;
  return fmt::format("{}:{}", name.substr(name.rfind('/') + 1), spot.line);
}

config::Diagnostics Findings::diagnostics() const { return {lines(errors_), lines(warnings_)}; }

}  // namespace signpost::files
