#include "tests/zones/support/static_lines.h"

#include <gtest/gtest.h>

#include "zones/files/read_zone.h"

namespace signpost::test {

std::shared_ptr<const StaticZone> static_zone(const std::string& apex,
                                              const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  auto reading = read_zone_text(text, *Name::parse(apex), 3600, apex + ".zone");
  if (reading.zone != nullptr) return reading.zone;
  for (const auto& error : reading.findings.errors) ADD_FAILURE() << error;
  auto empty = std::make_shared<StaticZone>();
  empty->apex = Name::parse(apex)->folded();
  return empty;
}

}  // namespace signpost::test
