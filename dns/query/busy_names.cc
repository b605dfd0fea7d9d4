#include "dns/query/busy_names.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>

#include <xxhash.h>

namespace signpost {

void BusyTable::count(NameView folded, RRType type, std::uint32_t by) noexcept {
  const auto hash =
      static_cast<std::uint32_t>(XXH3_64bits_withSeed(folded.data(), folded.size(), std::uint64_t(type)));
  const auto is_it = [&](std::size_t i) {
    const auto& place = places_[i];
    return hashes_[i] == hash && place.type == type && place.name.size() == folded.size() &&
           std::memcmp(place.name.wire().data(), folded.data(), folded.size()) == 0;
  };
  for (std::size_t i = 0; i < used_; ++i) {
    if (hashes_[i] != hash || !is_it(i)) continue;
    places_[i].count += by;
    return;
  }
  auto at = used_;
  std::uint64_t least = 0;
  if (used_ < kPlaces) {
    ++used_;
  } else {
    const auto found = std::min_element(places_.begin(), places_.end(),
                                        [](const auto& a, const auto& b) { return a.count < b.count; });
    at = static_cast<std::size_t>(found - places_.begin());
    least = found->count;
  }
  hashes_[at] = hash;
  places_[at].name = Name::from_wire(folded);
  places_[at].type = type;
  places_[at].taken_over = least;
  places_[at].count = least + by;
}

std::vector<BusyName> BusyTable::names() const {
  std::vector<BusyName> out;
  for (std::size_t i = 0; i < used_; ++i) {
    const auto& place = places_[i];
    if (place.count >= 2 * place.taken_over) out.push_back({place.name, place.type, place.count});
  }
  return out;
}

void BusyNames::sample(NameView folded, RRType type) noexcept {
  if (--left_ > 0) return;
  // 1 to 31 and 16 on average: a fixed step would always meet the same of clients that ask in turn.
  random_ ^= random_ << 13, random_ ^= random_ >> 17, random_ ^= random_ << 5;
  left_ = 1 + random_ % (2 * kSampleOneOf - 1);
  if (current_ == nullptr) {
    current_ = spare_.exchange(nullptr, std::memory_order_acquire);
    if (current_ == nullptr) return;
  } else if (asked_.load(std::memory_order_relaxed)) {
    if (auto* fresh = spare_.exchange(nullptr, std::memory_order_acquire)) {
      asked_.store(false, std::memory_order_relaxed);
      given_.store(std::exchange(current_, fresh), std::memory_order_release);
    }
  }
  current_->count(folded, type, kSampleOneOf);
}

void BusyNames::watch(bool on) {
  if (on && tables_[0] == nullptr) {
    for (auto& table : tables_) table = std::make_unique<BusyTable>();
    spare_.store(tables_[0].get(), std::memory_order_release);
    // The second one comes when the first is in use: take() sees to that.
  }
  watched_.store(on, std::memory_order_relaxed);
}

std::vector<BusyName> BusyNames::take() {
  std::vector<BusyName> names;
  if (tables_[0] == nullptr) return names;
  auto* given = given_.exchange(nullptr, std::memory_order_acquire);
  if (given != nullptr) {
    names = given->names();
    given->clear();
    spare_.store(given, std::memory_order_release);
  } else if (!second_out_ && spare_.load(std::memory_order_relaxed) == nullptr) {
    second_out_ = true;
    spare_.store(tables_[1].get(), std::memory_order_release);
  }
  asked_.store(true, std::memory_order_relaxed);
  return names;
}

std::vector<BusyName> busiest(std::vector<BusyName> all, std::size_t most) {
  std::map<std::pair<std::string, RRType>, std::size_t> known;
  std::vector<BusyName> sums;
  for (const auto& one : all) {
    const auto wire = one.name.wire();
    const auto [at, fresh] =
        known.try_emplace({std::string(wire.begin(), wire.end()), one.type}, sums.size());
    if (fresh) {
      sums.push_back(one);
    } else {
      sums[at->second].queries += one.queries;
    }
  }
  std::stable_sort(sums.begin(), sums.end(),
                   [](const auto& a, const auto& b) { return a.queries > b.queries; });
  if (sums.size() > most) sums.resize(most);
  return sums;
}

}  // namespace signpost
