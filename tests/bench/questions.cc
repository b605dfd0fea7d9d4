#include "tests/bench/questions.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "dns/base/random.h"
#include "dns/wire/writer.h"

namespace signpost::bench {

namespace {

Query encode(const std::string& owner, unsigned type) {
  const auto name = Name::parse(owner);
  if (!name) {
    std::fprintf(stderr, "%s\n", name.error().message.c_str());
    std::exit(2);
  }
  Query query(kHeaderSize + name->size() + 4);
  Writer writer(query);
  writer.u16(0);
  writer.u16(0);
  writer.u16(1);
  for (int i = 0; i < 3; ++i) writer.u16(0);
  writer.name(name->wire());
  writer.u16(static_cast<std::uint16_t>(type));
  writer.u16(1);
  return query;
}

}  // namespace

std::vector<Query> load_questions(const std::string& file_name, unsigned count, const std::string& suffix) {
  const std::map<std::string, unsigned> types = {{"A", 1},    {"AAAA", 28}, {"SRV", 33}, {"TXT", 16},
                                                 {"PTR", 12}, {"SOA", 6},   {"NS", 2},   {"CNAME", 5}};
  std::vector<Query> queries;
  if (file_name.empty()) {
    for (unsigned i = 0; i < count; ++i) {
      char label[32];
      std::snprintf(label, sizeof label, "svc-%07u.shop.", i);
      queries.push_back(encode(label + suffix, 1));
    }
  } else {
    std::ifstream file(file_name);
    for (std::string owner, type; file >> owner >> type;) {
      const auto known = types.find(type);
      queries.push_back(encode(owner, known == types.end() ? 1 : known->second));
    }
  }
  if (queries.empty()) {
    std::fprintf(stderr, "no questions in %s\n", file_name.c_str());
    std::exit(2);
  }
  // In random order, but with neighbours of one length, so that they can be sent as segments.
  Random random(1);
  for (std::size_t i = queries.size(); i > 1; --i) std::swap(queries[i - 1], queries[random.below(i)]);
  std::stable_sort(queries.begin(), queries.end(),
                   [](const Query& a, const Query& b) { return a.size() < b.size(); });
  return queries;
}

}  // namespace signpost::bench
