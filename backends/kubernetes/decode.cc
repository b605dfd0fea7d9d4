#include "backends/kubernetes/decode.h"

#include <utility>

#include "backends/kubernetes/node_visitor.h"
#include "backends/kubernetes/pod_visitor.h"
#include "backends/kubernetes/service_visitor.h"
#include "backends/kubernetes/slice_visitor.h"

namespace signpost::kubernetes {
namespace {

std::string label_path(const std::string& key) {
  return key.empty() ? std::string() : "metadata labels " + key;
}

std::vector<JsonPath> paths_of(Kind kind, const PodLabelPaths& labels) {
  const auto all = [](std::span<const JsonPath> paths) {
    return std::vector<JsonPath>(paths.begin(), paths.end());
  };
  switch (kind) {
    case Kind::Service:
      return all(ServiceVisitor::service_paths());
    case Kind::Import:
      return all(ServiceVisitor::import_paths());
    case Kind::EndpointSlice:
      return all(SliceVisitor::slice_paths());
    case Kind::Endpoints:
      return all(SliceVisitor::endpoints_paths());
    case Kind::Pod:
      return PodVisitor::paths(labels);
    case Kind::Node:
      return all(NodeVisitor::paths());
    case Kind::Namespace:
      break;
  }
  return all(NamespaceVisitor::paths());
}

/// Reads with the visitor of the kind, then lets `use` take it.
template <class Use>
auto with_visitor(Kind kind, const DecodeOptions& options, Words& words, follow::Counts& counts, Use use) {
  switch (kind) {
    case Kind::Service:
    case Kind::Import: {
      ServiceVisitor visitor(kind == Kind::Import, counts);
      return use(visitor);
    }
    case Kind::Pod: {
      PodVisitor visitor(words, counts);
      return use(visitor);
    }
    case Kind::Node: {
      NodeVisitor visitor(counts);
      return use(visitor);
    }
    case Kind::Namespace: {
      NamespaceVisitor visitor(counts);
      return use(visitor);
    }
    case Kind::EndpointSlice:
    case Kind::Endpoints:
      break;
  }
  SliceVisitor visitor(kind == Kind::Endpoints, options, words, counts);
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

struct Decoder::Tables {
  PathTable item;
  PathTable event;
};

Decoder::Decoder(Kind kind, Words& words, follow::Counts& counts, DecodeOptions options)
    : kind_(kind), words_(&words), counts_(&counts), options_(std::move(options)) {
  const PodLabelPaths labels{label_path(options_.version_label), label_path(options_.tag_label)};
  const auto paths = paths_of(kind, labels);
  tables_ =
      std::make_shared<const Tables>(Tables{PathTable(paths), PathTable(paths, "object", event_paths())});
}

Result<Object> Decoder::item(std::string_view json) const {
  return with_visitor(kind_, options_, *words_, *counts_, [&](auto& visitor) -> Result<Object> {
    if (auto read = read_paths(json, tables_->item, visitor); !read) return read.error();
    return visitor.take();
  });
}

Result<Event> Decoder::event(std::string_view json) const {
  return with_visitor(kind_, options_, *words_, *counts_, [&](auto& visitor) -> Result<Event> {
    if (auto read = read_paths(json, tables_->event, visitor); !read) return read.error();
    auto object = visitor.take();
    return Event{visitor.event_type(), visitor.initial_events_end(), std::move(object), visitor.status()};
  });
}

// A text that is cut ends in the middle: an error that says nothing.

Object Decoder::item_prefix(std::string_view json) const {
  return with_visitor(kind_, options_, *words_, *counts_, [&](auto& visitor) {
    static_cast<void>(read_paths(json, tables_->item, visitor).has_value());
    return visitor.take_start();
  });
}

Event Decoder::event_prefix(std::string_view json) const {
  return with_visitor(kind_, options_, *words_, *counts_, [&](auto& visitor) {
    static_cast<void>(read_paths(json, tables_->event, visitor).has_value());
    auto object = visitor.take_start();
    return Event{visitor.event_type(), visitor.initial_events_end(), std::move(object), visitor.status()};
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
