// One page of a list as it arrives: each item is given on when it is whole.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "backends/follow/counts.h"
#include "backends/kubernetes/decode.h"
#include "backends/kubernetes/splitters.h"
#include "dns/base/result.h"

namespace signpost::kubernetes {

/// One owner, not moved; decoder and counts outlive it.
class ListPage {
 public:
  using Take = std::function<void(Object)>;

  ListPage(const Decoder& decoder, follow::Counts& counts, Take take);
  ListPage(const ListPage&) = delete;
  ListPage& operator=(const ListPage&) = delete;

  /// False: it makes no sense from here on.
  [[nodiscard]] bool feed(std::string_view octets);
  /// What the page says of the list, when it was complete; the error says what was wrong with it.
  Result<ListMeta> finish();

 private:
  void piece(ListSplitter::Piece piece, std::string_view json);

  const Decoder& decoder_;
  follow::Counts& counts_;
  Take take_;
  ListSplitter splitter_;
  std::optional<ListMeta> meta_;
  std::string trouble_;
};

}  // namespace signpost::kubernetes
