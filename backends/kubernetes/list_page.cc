#include "backends/kubernetes/list_page.h"

#include <utility>

namespace signpost::kubernetes {

ListPage::ListPage(const Decoder& decoder, follow::Counts& counts, Take take)
    : decoder_(decoder),
      counts_(counts),
      take_(std::move(take)),
      splitter_([this](auto what, auto json) { piece(what, json); }) {}

bool ListPage::feed(std::string_view octets) {
  if (!splitter_.feed(octets) && trouble_.empty()) trouble_ = "the list is no JSON object";
  return trouble_.empty();
}

Result<ListMeta> ListPage::finish() {
  if (trouble_.empty() && !splitter_.whole()) trouble_ = "the list ended early";
  if (trouble_.empty() && !(meta_ && meta_->revision != 0)) trouble_ = "the list has no resourceVersion";
  if (!trouble_.empty()) return Error{trouble_};
  return std::move(*meta_);
}

void ListPage::piece(ListSplitter::Piece piece, std::string_view json) {
  if (!trouble_.empty()) return;
  switch (piece) {
    case ListSplitter::Piece::OddItem:
      return counts_.add("skipped", "object_malformed");
    case ListSplitter::Piece::HugeItem:
      return take_(decoder_.item_prefix(json));
    case ListSplitter::Piece::Metadata: {
      auto meta = decode_list_meta(json);
      if (meta) {
        meta_ = std::move(*meta);
      } else {
        trouble_ = "list metadata: " + meta.error().message;
      }
      return;
    }
    case ListSplitter::Piece::Item:
      break;
  }
  auto object = decoder_.item(json);
  if (object) {
    take_(std::move(*object));
  } else {
    trouble_ = "list item: " + object.error().message;
  }
}

}  // namespace signpost::kubernetes
