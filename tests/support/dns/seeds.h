// Messages to mutate: every row of the checklist, and a few that are longer.
#pragma once

#include "tests/support/dns/rows.h"

namespace signpost::test {

inline std::vector<Bytes> seed_messages() {
  std::vector<Bytes> seeds;
  for (const auto& row : checklist())
    if (row.message.size() <= 300) seeds.push_back(row.message);
  return seeds;
}

}  // namespace signpost::test
