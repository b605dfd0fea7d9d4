// What a value looks like, for those who read the tables without reading a value: the reference and the JSON
// Schema.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace signpost::config {

/// One scalar. `takes` of the option says the same, and more, in words.
struct Shape {
  enum class Kind : std::uint8_t {
    Text,      // anything; what fits is in words
    Whole,     // min to max
    Decimal,   // min to max
    Duration,  // min to max milliseconds
    Size,      // min to max octets
    Word,      // one of `words`
  };
  Kind kind = Kind::Text;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::vector<std::string> words;  // also of other kinds: `auto` beside a number
  std::string pattern = {};        // ECMA 262, of a text; empty: any
};

/// How scalars stand together.
enum class Form : std::uint8_t {
  Scalar,
  List,          // of scalars, at least `count_min`
  ScalarOrList,  // one alone needs no brackets
  Section,       // keys of their own
  Sections,      // a list of them, at least `count_min`
  Names,         // words of the user's, each with a scalar
  NamedLists,    // words of the user's, each with a list of scalars
  Registries,    // words of the user's, each with a section that its `type` decides on
};

/// When a change of an option acts.
enum class Acts : std::uint8_t {
  AtReload,  // all at once, without a loss
  Anew,      // at a reload: the registry is connected anew, what was known answers on meanwhile
};

}  // namespace signpost::config
