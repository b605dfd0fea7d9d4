#include "zones/guard/merge.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace signpost {
namespace {

/// By what makes two instances the same process.
struct Before {
  static auto process(const Instance& i) { return std::tie(i.v4, i.v6, i.ports, i.cluster); }
  bool operator()(const Instance* a, const Instance* b) const { return process(*a) < process(*b); }
};

}  // namespace

std::vector<Instance> absent_from(const std::vector<Instance>& shown, const std::vector<Instance>& told) {
  std::vector<const Instance*> known;
  known.reserve(told.size());
  for (const auto& one : told) known.push_back(&one);
  std::sort(known.begin(), known.end(), Before{});
  std::vector<Instance> absent;
  for (const auto& one : shown) {
    if (!std::binary_search(known.begin(), known.end(), &one, Before{})) absent.push_back(one);
  }
  return absent;
}

ServiceState with_kept(ServiceState told, std::vector<Instance> kept) {
  told.pending = false;
  told.instances.insert(told.instances.end(), std::make_move_iterator(kept.begin()),
                        std::make_move_iterator(kept.end()));
  return told;
}

}  // namespace signpost
