#include "backends/kubernetes/path_reader.h"

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

namespace signpost::kubernetes {
namespace {

constexpr int kRoot = 0;
constexpr std::string_view kElement = "[]";

/// nlohmann's SAX interface. One frame for each open object or array: where in the table it is, or kNone.
class Handler {
 public:
  Handler(const PathTable& table, PathVisitor& visitor) : table_(table), visitor_(visitor) {}

  bool null() { return scalar(JsonValue()); }
  bool boolean(bool flag) { return scalar(flag); }
  bool number_integer(std::int64_t number) { return scalar(number); }
  bool number_unsigned(std::uint64_t number) {
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return scalar(static_cast<double>(number));
    }
    return scalar(static_cast<std::int64_t>(number));
  }
  bool number_float(double number, const std::string&) { return scalar(number); }
  bool string(std::string& text) { return scalar(std::string_view(text)); }
  bool binary(nlohmann::json::binary_t&) { return false; }

  bool start_object(std::size_t) { return start(false); }
  bool start_array(std::size_t) { return start(true); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }
  bool key(std::string& name) {
    frames_.back().next =
        frames_.back().node == PathTable::kNone ? PathTable::kNone : table_.child(frames_.back().node, name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    trouble = "not JSON at octet " + std::to_string(position);
    return false;
  }

  std::string trouble;

 private:
  struct Frame {
    int node;  // in the table; kNone: passed over
    int next;  // where the next value is
  };

  int place() const { return frames_.empty() ? kRoot : frames_.back().next; }

  bool scalar(const JsonValue& value) {
    const int at = place();
    if (at == PathTable::kNone) return true;
    const auto& node = table_.node(at);
    const bool null = std::holds_alternative<std::monostate>(value);
    if (node.children.empty()) {
      visitor_.value(node.field, value);
    } else if (!null || node.element) {
      visitor_.mismatch(node.field);
    }
    return true;
  }

  bool start(bool array) {
    if (frames_.size() >= kJsonDepthMax) {
      trouble = "nested deeper than " + std::to_string(kJsonDepthMax);
      return false;
    }
    int at = place();
    int next = PathTable::kNone;
    if (at != PathTable::kNone) {
      next = array ? table_.child(at, kElement) : PathTable::kNone;
      const auto& node = table_.node(at);
      const bool wants_array = table_.child(at, kElement) != PathTable::kNone;
      if (node.children.empty() || wants_array != array) {
        visitor_.mismatch(node.field);
        at = next = PathTable::kNone;
      } else if (node.field != PathTable::kNone) {
        visitor_.open(node.field);
      }
    }
    frames_.push_back({at, next});
    return true;
  }

  bool end() {
    const int at = frames_.back().node;
    frames_.pop_back();
    if (at != PathTable::kNone && table_.node(at).field != PathTable::kNone)
      visitor_.close(table_.node(at).field);
    return true;
  }

  const PathTable& table_;
  PathVisitor& visitor_;
  std::vector<Frame> frames_;
};

}  // namespace

PathTable::PathTable(std::span<const JsonPath> paths, std::string_view prefix, std::span<const JsonPath> more)
    : nodes_(1) {
  for (const auto& path : paths) add(prefix, path);
  for (const auto& path : more) add({}, path);
}

int PathTable::child(int index, std::string_view key) const {
  for (const int child : node(index).children) {
    if (node(child).key == key) return child;
  }
  return kNone;
}

void PathTable::add(std::string_view prefix, const JsonPath& path) {
  auto words = std::string(prefix) + " " + std::string(path.path);
  int at = kRoot;
  for (std::string_view rest = words; !rest.empty();) {
    const auto blank = std::min(rest.find(' '), rest.size());
    const auto word = rest.substr(0, blank);
    rest.remove_prefix(std::min(blank + 1, rest.size()));
    if (word.empty()) continue;
    int next = child(at, word);
    if (next == kNone) {
      next = static_cast<int>(nodes_.size());
      nodes_.push_back({std::string(word), kNone, word == kElement, {}});
      nodes_[static_cast<std::size_t>(at)].children.push_back(next);
    }
    at = next;
  }
  auto& field = nodes_[static_cast<std::size_t>(at)].field;
  if (field == kNone) field = path.field;
}

Result<void> read_paths(std::string_view json, const PathTable& table, PathVisitor& visitor) {
  Handler handler(table, visitor);
  const bool whole = nlohmann::json::sax_parse(json.begin(), json.end(), &handler);
  if (!whole) return Error{handler.trouble};
  return {};
}

}  // namespace signpost::kubernetes
