#include "config/node.h"

#include <algorithm>
#include <exception>
#include <sstream>
#include <unordered_map>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "config/utf8.h"

namespace signpost::config {
namespace {

// The deepest legal text is zones[].nameservers[].addresses[]: 6. Aliases are copied, so that they can
// multiply.
constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kAliasNodesMax = 100000;
constexpr std::string_view kQuotesHint = R"(; an IPv6 address with a port needs quotes: "[::]:53")";

Mark from_one(const YAML::Mark& mark, int file) {
  return mark.is_null() ? Mark{0, 0, file} : Mark{mark.line + 1, mark.column + 1, file};
}

/// Every child of a list or mapping.
template <class Visit>
void for_children(const Node& node, const Visit& visit) {
  for (const auto& item : node.items) visit(item);
  for (const auto& entry : node.entries) visit(entry.value);
}

std::size_t height(const Node& node) {
  std::size_t below = 0;
  for_children(node, [&](const Node& child) { below = std::max(below, height(child)); });
  return below + 1;
}

std::size_t size(const Node& node) {
  std::size_t count = 1;
  for_children(node, [&](const Node& child) { count += size(child); });
  return count;
}

/// Thrown through yaml-cpp to end the parse at once; the reason is in the report already.
struct GiveUp {};

/// Builds the tree from yaml-cpp's events. Its own Node cannot be used: it forgets that a key came twice and
/// whether a value was an alias.
class Builder final : public YAML::EventHandler {
 public:
  Builder(Report& report, int file) : report_(report), file_(file) {}

  Node take_root() { return std::move(root_); }
  /// Where the innermost list or mapping begins that is not closed yet.
  Mark opened() const { return open_.empty() ? Mark{1, 1, file_} : open_.back().node.mark; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.mark = from_one(mark, file_);
    add(std::move(node), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    Node node;
    node.kind = Node::Kind::Scalar;
    node.mark = from_one(mark, file_);
    node.scalar = value;
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::List, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::Mapping, mark, tag, anchor);
  }
  void OnMapEnd() override {
    refuse_duplicates(open_.back().node);
    close();
  }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    std::optional<Node> key;  // of a mapping: the key whose value comes next
  };

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.size() > 1)
      report_.error(from_one(mark, file_), "tags are not used here; leave out " + in_quotes(tag));
  }
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    if (open_.size() == kDepthMax) {
      report_.error(from_one(mark, file_), fmt::format("nested more than {} deep", kDepthMax));
      throw GiveUp{};
    }
    Open opened;
    opened.node.kind = kind;
    opened.node.mark = from_one(mark, file_);
    opened.anchor = anchor;
    open_.push_back(std::move(opened));
  }
  void close() {
    auto closed = std::move(open_.back());
    open_.pop_back();
    add(std::move(closed.node), closed.anchor);
  }
  void add(Node node, YAML::anchor_t anchor);
  void add_entry(Open& mapping, Node node);
  void refuse_duplicates(Node& mapping);

  Report& report_;
  const int file_;
  Node root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Node> anchors_;
  std::size_t alias_nodes_ = 0;
};

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  Node node;
  const auto known = anchors_.find(anchor);
  if (known == anchors_.end()) {
    report_.error(from_one(mark, file_), "this alias stands inside the value that it names");
  } else {
    alias_nodes_ += size(known->second);
    if (alias_nodes_ > kAliasNodesMax || open_.size() + height(known->second) > kDepthMax) {
      report_.error(from_one(mark, file_),
                    "this alias makes the text too big or too deep; write the value out");
      throw GiveUp{};
    }
    node = known->second;
  }
  node.mark = from_one(mark, file_);
  add(std::move(node), 0);
}

void Builder::add(Node node, YAML::anchor_t anchor) {
  if (anchor != 0) anchors_.insert_or_assign(anchor, node);
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  auto& parent = open_.back();
  if (parent.node.is_list()) {
    parent.node.items.push_back(std::move(node));
  } else if (!parent.key) {
    parent.key = std::move(node);
  } else {
    add_entry(parent, std::move(node));
  }
}

/// "type:file", but not "::" or "a:".
bool is_key_and_value(std::string_view word) {
  const auto colon = word.find(':');
  const auto is_of_key = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return colon != std::string_view::npos && colon > 0 && colon + 1 < word.size() &&
         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(colon), is_of_key);
}

void Builder::add_entry(Open& mapping, Node node) {
  auto key = std::move(*mapping.key);
  mapping.key.reset();
  if (!key.is_scalar()) {
    // `[::]:53` without quotes is YAML for a key that is a list.
    report_.error(
        key.mark,
        fmt::format("a key is a word, not {}{}", called(key),
                    key.is_list() ? kQuotesHint : "; `{{` looks like a template that was not filled in"));
    return;
  }
  if (node.is_null()) node.mark = key.mark;
  if (node.is_null() && is_key_and_value(key.scalar)) {
    // In `{type:file}` it is one word, and a key without a value.
    const auto colon = key.scalar.find(':');
    report_.error(key.mark, fmt::format("a blank belongs behind the `:` of {}", in_quotes(key.scalar)));
    node.kind = Node::Kind::Scalar;
    node.scalar = key.scalar.substr(colon + 1);
    key.scalar.resize(colon);
  }
  mapping.node.entries.push_back({std::move(key.scalar), key.mark, std::move(node)});
}

/// yaml-cpp accepts a key twice (measured); which of the two a person meant nobody knows. The first one
/// stays.
void Builder::refuse_duplicates(Node& mapping) {
  std::unordered_map<std::string, Mark> first;
  const auto repeated = [&](const Entry& entry) {
    const auto [known, fresh] = first.emplace(entry.key, entry.key_mark);
    if (!fresh) {
      report_.error(entry.key_mark, fmt::format("{} is written twice, first in line {}; keep one",
                                                in_quotes(entry.key), known->second.line));
    }
    return !fresh;
  };
  // remove_if may not be used: it does not promise to ask in order.
  std::vector<Entry> kept;
  kept.reserve(mapping.entries.size());
  for (auto& entry : mapping.entries) {
    if (!repeated(entry)) kept.push_back(std::move(entry));
  }
  mapping.entries = std::move(kept);
}

/// The line with this number, without its end.
std::string_view line_of(std::string_view text, int line) {
  std::size_t begin = 0;
  for (int i = 1; i < line && begin != std::string_view::npos; ++i) {
    begin = text.find('\n', begin);
    if (begin != std::string_view::npos) ++begin;
  }
  if (begin == std::string_view::npos) return {};
  const auto end = text.find('\n', begin);
  return text.substr(begin, end == std::string_view::npos ? end : end - begin);
}

/// What people meet most: an unquoted IPv6 address with brackets, a blank that is none, a text to be filled
/// in.
std::string_view hint(std::string_view words) {
  const auto holds = [&](std::string_view part) { return words.find(part) != std::string_view::npos; };
  if (holds("[:") || holds("]:")) return kQuotesHint;
  if (holds("\t")) return "; there is a tab in this line, write blanks";
  if (holds("\u00a0")) return "; there is a no-break space (U+00A0) in this line, write a blank";
  if (holds("{{")) return "; `{{` looks like a template that was not filled in";
  if (holds("${")) return "; variables such as ${X} are not filled in here";
  return {};
}

/// yaml-cpp's words in ours. `opened`: where the innermost list or mapping begins that is not closed.
std::string in_our_words(std::string_view theirs, std::string_view line, Mark mark, Mark opened) {
  const bool first = line.find_first_not_of(" \t") + 1 == static_cast<std::size_t>(mark.column);
  if (theirs == "end of map flow not found" || theirs == "end of sequence flow not found") {
    const bool map = theirs == "end of map flow not found";
    return fmt::format(
        "`,` or `{}` is missing here or just before: the `{}` in line {}, column {} is not closed",
        map ? '}' : ']', map ? '{' : '[', opened.line, opened.column);
  }
  if (theirs == "end of map not found" || theirs == "end of sequence not found") {
    return first ? "the indentation fits no line above: indent it like those that it belongs with"
                 : "not YAML here or just before: the value has ended, and more follows; a text with special "
                   "characters needs quotes";
  }
  if (theirs == "illegal map value")
    return "not YAML here or just before: no value can begin with this `:`; perhaps the line above lacks "
           "its `:`, or a text with `: ` needs quotes";
  if (theirs == "illegal block entry")
    return "not YAML here or just before: no entry of a list can begin with this `-`; indent it like the "
           "others";
  if (theirs == "illegal EOF in scalar") return "the file ends inside a text: a quote is not closed";
  if (theirs.starts_with("unknown escape character"))  // which is the end of it, and may be any octet
    return "not YAML here or just before: in double quotes `\\` begins an escape, and this is none";
  return fmt::format("not YAML here or just before: {}", theirs);
}

/// Where the parser gave up, at the end of the trouble rather than at its start.
void report_trouble(std::string_view text, const YAML::Exception& trouble, Mark opened, int file,
                    Report& report) {
  auto mark = from_one(trouble.mark, file);
  const auto line = line_of(text, mark.line);
  const auto tab = line.find('\t');
  if (tab != std::string_view::npos && tab < line.find_first_not_of(" \t")) {
    mark.column = static_cast<int>(tab) + 1;
    return report.error(mark, "a tab stands in the indentation; indent with blanks");
  }
  const auto known = hint(line);
  report.error(mark, known.empty() ? in_our_words(trouble.msg, line, mark, opened)
                                   : fmt::format("not YAML here or just before{}", known));
}

}  // namespace

const Entry* Node::find(std::string_view key) const noexcept {
  for (const auto& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

std::string called(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Null:
      return "nothing";
    case Node::Kind::Scalar:
      return in_quotes(node.scalar);
    case Node::Kind::List:
      return node.items.empty() ? "an empty list" : "a list";
    case Node::Kind::Mapping:
      return "a mapping";
  }
  return "nothing";
}

std::optional<Node> parse_document(std::string_view text, Report& report, int file) {
  if (const auto bad = first_unprintable(text)) {
    report.error({bad->mark.line, bad->mark.column, file}, bad->what);
    return std::nullopt;
  }
  Builder builder(report, file);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    auto root = builder.take_root();
    if (Builder second(report, file); parser.HandleNextDocument(second)) {
      report.error(second.take_root().mark, "a second document starts here; one file holds one document");
    }
    return root;
  } catch (const GiveUp&) {
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    report_trouble(text, e, builder.opened(), file, report);
  } catch (const std::exception& e) {
    report.error({0, 0, file}, fmt::format("not YAML: {}", e.what()));
  }
  return std::nullopt;
}

}  // namespace signpost::config
