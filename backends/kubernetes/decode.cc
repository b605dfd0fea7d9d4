#include "backends/kubernetes/decode.h"

#include <utility>

#include "backends/kubernetes/visitors.h"

namespace signpost::kubernetes {
namespace {

std::span<const JsonPath> paths_of(Kind kind) {
  switch (kind) {
    case Kind::Service:
      return ServiceVisitor::paths();
    case Kind::EndpointSlice:
      return SliceVisitor::slice_paths();
    case Kind::Endpoints:
      break;
  }
  return SliceVisitor::endpoints_paths();
}

const PathTable& item_table(Kind kind) {
  static const PathTable tables[] = {PathTable(paths_of(Kind::Service)),
                                     PathTable(paths_of(Kind::EndpointSlice)),
                                     PathTable(paths_of(Kind::Endpoints))};
  return tables[static_cast<std::size_t>(kind)];
}

const PathTable& event_table(Kind kind) {
  static const PathTable tables[] = {PathTable(paths_of(Kind::Service), "object", event_paths()),
                                     PathTable(paths_of(Kind::EndpointSlice), "object", event_paths()),
                                     PathTable(paths_of(Kind::Endpoints), "object", event_paths())};
  return tables[static_cast<std::size_t>(kind)];
}

/// Reads with the visitor of the kind, then lets `use` take it.
template <class Use>
auto with_visitor(Kind kind, Words& words, follow::Counts& counts, Use use) {
  if (kind == Kind::Service) {
    ServiceVisitor visitor(counts);
    return use(visitor);
  }
  SliceVisitor visitor(kind == Kind::Endpoints, words, counts);
  return use(visitor);
}

/// Only for what a list says of itself.
class MetaVisitor final : public PathVisitor {
 public:
  void value(int field, const JsonValue& value) override {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr) return;
    if (field == kRevision) revision = *text;
    if (field == kContinue) continue_token = *text;
  }
  void open(int) override {}
  void close(int) override {}
  void mismatch(int) override {}
  std::string revision;
  std::string continue_token;
};

}  // namespace

Result<Object> Decoder::item(std::string_view json) const {
  return with_visitor(kind_, *words_, *counts_, [&](auto& visitor) -> Result<Object> {
    if (auto read = read_paths(json, item_table(kind_), visitor); !read) return read.error();
    return visitor.take();
  });
}

Result<Event> Decoder::event(std::string_view json) const {
  return with_visitor(kind_, *words_, *counts_, [&](auto& visitor) -> Result<Event> {
    if (auto read = read_paths(json, event_table(kind_), visitor); !read) return read.error();
    auto object = visitor.take();
    return Event{visitor.event_type(), std::move(object), visitor.status()};
  });
}

Object Decoder::item_prefix(std::string_view json) const {
  return with_visitor(kind_, *words_, *counts_, [&](auto& visitor) {
    static_cast<void>(
        read_paths(json, item_table(kind_), visitor).has_value());  // it ends in the middle: an error
    auto object = visitor.take();
    object.record = std::monostate();
    return object;
  });
}

Event Decoder::event_prefix(std::string_view json) const {
  return with_visitor(kind_, *words_, *counts_, [&](auto& visitor) {
    static_cast<void>(read_paths(json, event_table(kind_), visitor).has_value());
    auto object = visitor.take();
    object.record = std::monostate();
    return Event{visitor.event_type(), std::move(object), visitor.status()};
  });
}

Result<ListMeta> decode_list_meta(std::string_view json) {
  static constexpr JsonPath kPaths[] = {{"resourceVersion", kRevision}, {"continue", kContinue}};
  static const PathTable table(kPaths);
  MetaVisitor visitor;
  if (auto read = read_paths(json, table, visitor); !read) return read.error();
  ListMeta meta{0, std::move(visitor.continue_token)};
  for (const char c : visitor.revision) {
    if (c < '0' || c > '9' || visitor.revision.size() > 19) return Error{"resourceVersion is no number"};
    meta.revision = meta.revision * 10 + static_cast<Revision>(c - '0');
  }
  return meta;
}

Status decode_status(std::string_view json) {
  static const PathTable table(status_paths());
  follow::Counts nobody;
  ObjectVisitor visitor(nobody);
  if (!read_paths(json, table, visitor)) return {};
  return visitor.status();
}

}  // namespace signpost::kubernetes
