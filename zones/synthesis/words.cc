#include "zones/synthesis/words.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "zones/policy/shares.h"
#include "zones/snapshot/selectors.h"
#include "zones/synthesis/names.h"

namespace signpost {
namespace {

using Word = SelectorDraft::Word;
constexpr std::size_t kNumbersMax = 0xffff;  // a table counts in 16 bits

/// "1.2.0" is three labels; what nothing is left of is no word.
void add_word(SelectorKey key, const std::string& value, std::set<Word>& words) {
  if (value.empty()) return;
  const auto labels = names::fold_name(value);
  if (!labels) return;
  Word word{key, {}};
  for (const auto& label : *labels) word.labels += wire_label(label);
  if (word.labels.size() < kNameOctetsMax) words.insert(std::move(word));
}

std::set<Word> words_of(const Instance& instance, PlaceWords places) {
  std::set<Word> words;
  add_word(SelectorKey::Version, instance.version, words);
  add_word(SelectorKey::Cluster, instance.cluster, words);
  for (const auto& tag : instance.tags) add_word(SelectorKey::Tag, tag, words);
  if (places.zones) add_word(SelectorKey::Zone, instance.zone, words);
  if (places.near) {
    for (const auto& zone : instance.for_zones) add_word(SelectorKey::Near, zone, words);
    if (instance.for_zones.empty()) add_word(SelectorKey::Near, instance.zone, words);
  }
  return words;
}

/// Those of the registry, before they are folded.
struct ByWords {
  bool operator()(const Instance* a, const Instance* b) const {
    return std::tie(a->version, a->cluster, a->zone, a->tags, a->for_zones) <
           std::tie(b->version, b->cluster, b->zone, b->tags, b->for_zones);
  }
};

/// Every instance's words, numbered.
class Table {
 public:
  Table(const ServiceState& state, const policy::Decision& decision, PlaceWords places) {
    std::map<const Instance*, std::set<Word>, ByWords> known;  // few differ: each is folded once
    std::vector<const std::set<Word>*> all;
    for (const auto& instance : state.instances) {
      const auto [found, fresh] = known.try_emplace(&instance);
      if (fresh) found->second = words_of(instance, places);
      all.push_back(&found->second);
    }
    std::map<Word, std::uint16_t> numbers;
    for (const auto& [instance, words] : known) {
      for (const auto& word : words) numbers.emplace(word, std::uint16_t{0});
    }
    fits_ = numbers.size() <= kNumbersMax;
    if (!fits_) return;
    for (auto& [word, number] : numbers) {
      number = static_cast<std::uint16_t>(draft.words.size());
      draft.words.push_back(word);
    }
    std::map<std::vector<std::uint16_t>, std::uint16_t> combos;
    std::size_t words_in_combos = 0;
    for (std::size_t i = 0; i < all.size() && fits_; ++i) {
      std::vector<std::uint16_t> words;
      for (const auto& word : *all[i]) words.push_back(numbers.at(word));
      const auto [combo, fresh] = combos.try_emplace(words, static_cast<std::uint16_t>(combos.size()));
      if (fresh) {
        draft.combos.push_back({words, 0, 0});
        words_in_combos += words.size();
      }
      auto& counted = draft.combos[combo->second];
      ++counted.known;
      if (decision.verdicts[i] == policy::Verdict::Eligible) ++counted.answering;
      of_instance.push_back(combo->second);
      fits_ = combos.size() <= kNumbersMax && words_in_combos <= kNumbersMax;
    }
  }

  bool fits() const { return fits_; }

  SelectorDraft draft;
  std::vector<std::uint16_t> of_instance;  // combination

 private:
  bool fits_ = true;
};

template <class Address, class Octets>
std::uint16_t index_in(const std::vector<Address>& all, const std::optional<Octets>& octets) {
  if (!octets) return SelectorRow::kNone;
  const auto at = std::lower_bound(all.begin(), all.end(), *octets,
                                   [](const Address& a, const Octets& wanted) { return a.octets < wanted; });
  if (at == all.end() || at->octets != *octets) return SelectorRow::kNone;
  return static_cast<std::uint16_t>(at - all.begin());
}

}  // namespace

bool has_words(const ServiceState& state) {
  return std::any_of(state.instances.begin(), state.instances.end(),
                     [](const Instance& instance) { return !words_of(instance, {}).empty(); });
}

bool write_selectors(const ServiceState& state, const policy::Decision& decision, const Gathered& gathered,
                     const std::vector<std::uint16_t>& members, PlaceWords places, BlockDraft& draft) {
  // Hints count where there are some (kubernetes.md 3.8); else the instance's zone says it already.
  places.near &= std::any_of(state.instances.begin(), state.instances.end(),
                             [](const Instance& instance) { return !instance.for_zones.empty(); });
  Table table(state, decision, places);
  if (!table.fits()) return false;
  auto& out = table.draft;
  if (out.words.empty()) return true;
  if (out.combos.size() > 1) {
    std::vector<double> weights;
    for (const auto& row : gathered.rows) weights.push_back(row.weight);
    const auto shares = policy::draw_shares(weights);
    for (std::size_t i = 0; i < gathered.rows.size(); ++i) {
      const auto& row = gathered.rows[i];
      out.rows.push_back({shares[i], index_in(draft.v4, row.v4), index_in(draft.v6, row.v6), members[i],
                          table.of_instance[row.instance]});
    }
    std::sort(out.rows.begin(), out.rows.end(), [](const SelectorRow& a, const SelectorRow& b) {
      return std::tie(a.v4, a.v6, a.member, a.combo, a.share) <
             std::tie(b.v4, b.v6, b.member, b.combo, b.share);
    });
  }
  if (draft.implied && out.rows.size() == draft.v4.size()) {
    for (const auto& row : out.rows) out.combos_of.push_back(row.combo);  // row i is address i
    out.rows.clear();
  }
  draft.selectors = out.encode();
  return true;
}

}  // namespace signpost
