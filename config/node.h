// A YAML text as a tree whose nodes know where they stand. The one place that touches yaml-cpp, behind its
// guards (operations.md 6.2): keys written twice, tags, deep nesting and aliases that multiply are errors
// here; scalars stay the text that was written, what they mean is said by the option that reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/report.h"

namespace signpost::config {

struct Entry;

struct Node {
  enum class Kind { Null, Scalar, List, Mapping };

  Kind kind = Kind::Null;
  Mark mark;                   // an alias: where it is used; inside it, the lines of its anchor
  std::string scalar;          // Scalar: the text without its quotes
  std::vector<Node> items;     // List
  std::vector<Entry> entries;  // Mapping, in the order written, keys unique

  bool is_null() const noexcept { return kind == Kind::Null; }
  bool is_scalar() const noexcept { return kind == Kind::Scalar; }
  bool is_list() const noexcept { return kind == Kind::List; }
  bool is_mapping() const noexcept { return kind == Kind::Mapping; }
  /// The entry of a mapping, or null; null for every other kind. Good while the node lives.
  const Entry* find(std::string_view key) const noexcept;
};

struct Entry {
  std::string key;
  Mark key_mark;
  Node value;  // a Null stands at its key: the text has nothing else to point at
};

/// "a list", "an empty list", "a mapping", "`text`" or "nothing": how a message calls what it found.
std::string called(const Node& node);

/// The one document of `text`, which is file number `file` of the report; an empty one is Null. Mistakes go
/// to `report`; nullopt when there is no tree to go on with. A tree that comes back with errors in the report
/// is whole but for what the errors name.
std::optional<Node> parse_document(std::string_view text, Report& report, int file = 0);

}  // namespace signpost::config
