// Reads chosen paths of a JSON text as it is parsed; the rest (managedFields, say) is passed over without a
// copy.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dns/base/result.h"

namespace signpost::kubernetes {

/// A scalar; the text lives as long as the call. Numbers that are no int64 come as double.
using JsonValue = std::variant<std::monostate, bool, std::int64_t, double, std::string_view>;

/// A path is words separated by blanks, `[]` for "each element": "spec ports [] name". The field is the
/// visitor's number for it; of two paths to one place the first counts.
struct JsonPath {
  std::string_view path;
  int field;
};

/// The paths as a tree. Made once, read by any thread.
class PathTable {
 public:
  static constexpr int kNone = -1;
  struct Node {
    std::string key;
    int field = kNone;
    bool element = false;  // an element of an array
    std::vector<int> children;
  };

  /// Every path is taken to start with `prefix` ("object" of an event); `more` start as they stand.
  explicit PathTable(std::span<const JsonPath> paths, std::string_view prefix = {},
                     std::span<const JsonPath> more = {});

  const Node& node(int index) const { return nodes_[static_cast<std::size_t>(index)]; }
  /// The child of that key, `[]` for elements; kNone without one.
  int child(int index, std::string_view key) const;

 private:
  void add(std::string_view prefix, const JsonPath& path);
  std::vector<Node> nodes_;
};

/// Told what is found on the paths, in the order of the text.
class PathVisitor {
 public:
  virtual ~PathVisitor() = default;
  /// A scalar at a path that ends there. null is told too.
  virtual void value(int field, const JsonValue& value) = 0;
  /// An object or array at a place with a field begins and ends.
  virtual void open(int field) = 0;
  virtual void close(int field) = 0;
  /// Something of another kind than the paths expect: a scalar where paths go on, an object where one ends, a
  /// null element. `field` of that place, kNone when it has none.
  virtual void mismatch(int field) = 0;
};

/// Deeper texts are refused: no object of Kubernetes comes near.
inline constexpr std::size_t kJsonDepthMax = 64;

/// The error says where the text stops being JSON (or how deep it is); what was visited until then stands.
Result<void> read_paths(std::string_view json, const PathTable& table, PathVisitor& visitor);

}  // namespace signpost::kubernetes
