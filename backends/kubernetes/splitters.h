// Cut a response, as it arrives, into the pieces that are decoded one by one: the items of a list page, the
// lines of a watch. What is whole in one chunk is passed on without a copy; what is not waits in one buffer.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace signpost::kubernetes {

/// An object of etcd is at most 1.5 MiB and JSON some times its protobuf; over this it is skipped (K25).
inline constexpr std::size_t kPieceBytesMax = std::size_t{8} << 20;
/// So much of a piece that is too large is kept: enough for its metadata, which comes first.
inline constexpr std::size_t kPrefixBytes = std::size_t{64} << 10;

/// One list page: {"kind":..., "metadata":{...}, "items":[{...},...]}, in any order of keys. Only braces,
/// brackets and strings are looked at: whether a piece is JSON is found out by its decoder.
class ListSplitter {
 public:
  enum class Piece : unsigned char {
    Item,
    HugeItem,  // the first octets of one over the bound
    OddItem,   // an element of `items` that is no object
    Metadata,
  };
  /// The view is good during the call.
  using Take = std::function<void(Piece, std::string_view)>;

  explicit ListSplitter(Take take, std::size_t piece_bytes_max = kPieceBytesMax)
      : take_(std::move(take)), bytes_max_(piece_bytes_max) {}

  /// False: this is no object, or something follows it. Nothing more is taken then.
  [[nodiscard]] bool feed(std::string_view octets);
  /// The object has ended.
  bool whole() const noexcept { return ended_; }

 private:
  void open(char bracket, std::size_t at);
  void close(std::string_view octets, std::size_t at);
  void keep(std::string_view octets);
  void finish(std::string_view octets);
  bool capturing() const noexcept { return captured_ != Captured::Nothing; }

  enum class Captured : unsigned char { Nothing, Item, Metadata };

  Take take_;
  std::size_t bytes_max_;
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool ended_ = false;
  bool broken_ = false;
  bool in_items_ = false;
  std::string word_;  // the last string at depth 1, cut: a key when a colon follows
  std::string key_;
  Captured captured_ = Captured::Nothing;
  std::size_t start_ = 0;  // of the capture, in the chunk at hand
  std::string buffer_;     // of the capture, from earlier chunks
  bool huge_ = false;
};

/// The lines of a watch, without their line feeds; empty ones are passed over.
class LineSplitter {
 public:
  /// `huge`: only the first octets of a line over the bound. The view is good during the call. False stops.
  using Take = std::function<bool(std::string_view line, bool huge)>;

  explicit LineSplitter(Take take, std::size_t line_bytes_max = kPieceBytesMax)
      : take_(std::move(take)), bytes_max_(line_bytes_max) {}

  /// False: `take` wanted no more.
  [[nodiscard]] bool feed(std::string_view octets);

 private:
  void keep(std::string_view octets);

  Take take_;
  std::size_t bytes_max_;
  std::string buffer_;
  bool huge_ = false;
};

}  // namespace signpost::kubernetes
