#include "zones/files/findings.h"

#include <utility>

#include <fmt/format.h>

namespace signpost::files {

std::uint32_t Findings::add_source(std::string name, bool has_columns) {
  sources_.push_back({std::move(name), has_columns});
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

void Findings::Lines::add(std::string line) {
  if (lines.size() == kFindingsMax) {
    ++left_out;
  } else {
    lines.push_back(std::move(line));
  }
}

std::vector<std::string> Findings::Lines::all() const {
  auto out = lines;
  if (left_out > 0) out.push_back(fmt::format("and {} more", left_out));
  return out;
}

std::string Findings::text(Spot spot, const std::string& what) const {
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

config::Diagnostics Findings::diagnostics() const { return {errors_.all(), warnings_.all()}; }

}  // namespace signpost::files
