// fz_k8s_list_json: a list page of the apiserver, whatever it says. Input: an octet for the kind of object,
// one for the size of the chunks, and the page. The items do not depend on the chunks; each makes a sound
// record (K38), and the same one as when a watch tells it.
#include <algorithm>

#include "backends/kubernetes/splitters.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/kubernetes_records.h"

namespace {

using namespace signpost;
using test::require;

using Pieces = std::vector<std::pair<kubernetes::ListSplitter::Piece, std::string>>;

struct Page {
  Pieces pieces;
  bool good = true;
  bool whole = false;
};

Page split(std::string_view text, std::size_t chunk) {
  Page page;
  kubernetes::ListSplitter splitter(
      [&](auto piece, std::string_view json) { page.pieces.emplace_back(piece, json); });
  for (std::size_t at = 0; at < text.size() && page.good; at += chunk)
    page.good = splitter.feed(text.substr(at, chunk));
  page.whole = page.good && splitter.whole();
  return page;
}

void check_item(const kubernetes::Decoder& decoder, const std::string& json) {
  const auto item = decoder.item(json);
  if (!item) return;
  test::require_sound(*item);
  test::require_kept(*item);
  const auto event = decoder.event(R"({"type":"MODIFIED","object":)" + json + "}");
  if (!event) return require(event.error().message.starts_with("nested deeper"), "an item in an event");
  test::require_same(*item, event->object);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  if (size < 2 || size > 65536) return 0;
  test::Decoders decoders;
  const auto& decoder = decoders.of(octets[0]);
  const std::string_view text(reinterpret_cast<const char*>(octets) + 2, size - 2);
  const auto page = split(text, text.size() + 1);
  const auto chunked = split(text, octets[1] + std::size_t{1});
  require(page.good == chunked.good && page.whole == chunked.whole, "chunks decide nothing");
  require(page.pieces == chunked.pieces || !page.good, "the same pieces from chunks of any size");
  for (const auto& [piece, json] : page.pieces) {
    if (piece == kubernetes::ListSplitter::Piece::Item) check_item(decoder, json);
    if (piece == kubernetes::ListSplitter::Piece::Metadata)
      (void)kubernetes::decode_list_meta(json).has_value();
    test::require_sound(decoder.item_prefix(json));
  }
  test::require_sound(decoders.counts);
  return 0;
}
