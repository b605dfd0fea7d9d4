#include "zones/synthesis/words.h"

#include <algorithm>
#include <map>
#include <optional>
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
void add_word(SelectorKey key, std::string_view value, std::vector<Word>& words) {
  Word word{key, {}};
  while (!value.empty()) {
    const auto dot = std::min(value.find('.'), value.size());
    if (const auto label = names::fold_label(value.substr(0, dot)); !label.empty()) {
      word.labels += static_cast<char>(label.size());
      word.labels += label;
    }
    value.remove_prefix(std::min(dot + 1, value.size()));
  }
  if (!word.labels.empty() && word.labels.size() < kNameOctetsMax) words.push_back(std::move(word));
}

/// Sorted, each once.
std::vector<Word> words_of(const Instance& instance, PlaceWords places) {
  std::vector<Word> words;
  add_word(SelectorKey::Version, instance.version, words);
  add_word(SelectorKey::Cluster, instance.cluster, words);
  for (const auto& tag : instance.tags) add_word(SelectorKey::Tag, tag, words);
  if (places.zones) add_word(SelectorKey::Zone, instance.zone, words);
  if (places.near) {
    for (const auto& zone : instance.for_zones) add_word(SelectorKey::Near, zone, words);
    if (instance.for_zones.empty()) add_word(SelectorKey::Near, instance.zone, words);
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

/// What words are made of, before it is folded: the same of both means the same words.
struct ByWords {
  PlaceWords places;
  bool operator()(const Instance* a, const Instance* b) const {
    const auto words = [](const Instance* i) { return std::tie(i->version, i->cluster, i->tags); };
    if (const auto order = words(a) <=> words(b); order != 0) return order < 0;
    if (places.near && a->for_zones != b->for_zones) return a->for_zones < b->for_zones;
    return (places.zones || places.near) && a->zone < b->zone;
  }
};

/// Every instance's words, numbered. Few instances differ: what is the same for all of a kind is done once.
class Table {
 public:
  Table(const ServiceState& state, const policy::Decision& decision, PlaceWords places) {
    struct Kind {
      std::vector<Word> words;
      std::optional<std::uint16_t> combo;
    };
    std::map<const Instance*, Kind, ByWords> known(ByWords{places});
    std::vector<Kind*> all;
    all.reserve(state.instances.size());
    for (const auto& instance : state.instances) {
      const auto [found, fresh] = known.try_emplace(&instance);
      if (fresh) found->second.words = words_of(instance, places);
      all.push_back(&found->second);
    }
    for (const auto& [instance, kind] : known)
      draft.words.insert(draft.words.end(), kind.words.begin(), kind.words.end());
    std::sort(draft.words.begin(), draft.words.end());
    draft.words.erase(std::unique(draft.words.begin(), draft.words.end()), draft.words.end());
    fits_ = draft.words.size() <= kNumbersMax;
    if (!fits_ || draft.words.empty()) return;
    std::map<std::vector<std::uint16_t>, std::uint16_t> combos;
    std::size_t words_in_combos = 0;
    of_instance.reserve(all.size());
    for (std::size_t i = 0; i < all.size() && fits_; ++i) {
      auto& kind = *all[i];
      if (!kind.combo) {
        auto words = numbers_of(kind.words);
        const auto [combo, fresh] = combos.try_emplace(words, static_cast<std::uint16_t>(combos.size()));
        if (fresh) {
          words_in_combos += words.size();
          draft.combos.push_back({std::move(words), 0, 0});
        }
        kind.combo = combo->second;
      }
      auto& counted = draft.combos[*kind.combo];
      ++counted.known;
      if (decision.verdicts[i] == policy::Verdict::Eligible) ++counted.answering;
      of_instance.push_back(*kind.combo);
      fits_ = combos.size() <= kNumbersMax && words_in_combos <= kNumbersMax;
    }
  }

  bool fits() const { return fits_; }

  SelectorDraft draft;
  std::vector<std::uint16_t> of_instance;  // combination

 private:
  std::vector<std::uint16_t> numbers_of(const std::vector<Word>& words) const {
    std::vector<std::uint16_t> numbers;
    numbers.reserve(words.size());
    for (const auto& word : words) {
      const auto at = std::lower_bound(draft.words.begin(), draft.words.end(), word);
      numbers.push_back(static_cast<std::uint16_t>(at - draft.words.begin()));
    }
    return numbers;
  }

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
    weights.reserve(gathered.rows.size());
    for (const auto& row : gathered.rows) weights.push_back(row.weight);
    out.rows.reserve(gathered.rows.size());
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
