#include "backends/kubernetes/splitters.h"

#include <algorithm>

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kKeyBytes = 16;  // the keys that count, "items" and "metadata", are shorter

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Appends up to the bound; over it only the prefix stays. True when it went over now or before.
bool append_bounded(std::string& buffer, std::string_view octets, std::size_t bytes_max, bool huge) {
  if (!huge && octets.size() <= bytes_max - buffer.size()) {
    buffer.append(octets);
    return false;
  }
  const auto kept = std::min(kPrefixBytes, bytes_max);
  if (buffer.size() < kept) buffer.append(octets.substr(0, kept - buffer.size()));
  if (buffer.size() > kept) buffer.resize(kept);
  buffer.shrink_to_fit();
  return true;
}

}  // namespace

bool ListSplitter::feed(std::string_view octets) {
  start_ = 0;
  for (std::size_t at = 0; at < octets.size() && !broken_; ++at) {
    const char c = octets[at];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      } else if (depth_ == 1 && word_.size() < kKeyBytes) {
        word_ += c;
      }
      continue;
    }
    switch (c) {
      case '"':
        in_string_ = true;
        if (depth_ == 1) word_.clear();
        if (depth_ == 0) broken_ = true;
        if (depth_ == 2 && in_items_) take_(Piece::OddItem, {});
        break;
      case ':':
        if (depth_ == 1) key_ = word_;
        break;
      case '{':
      case '[':
        open(c, at);
        break;
      case '}':
      case ']':
        close(octets, at);
        break;
      default:
        if (depth_ == 0 && !is_blank(c)) broken_ = true;
    }
  }
  if (capturing() && !broken_) keep(octets.substr(start_));
  return !broken_;
}

void ListSplitter::open(char bracket, std::size_t at) {
  if (depth_ == 0 && (ended_ || bracket != '{')) broken_ = true;
  const bool item = depth_ == 2 && in_items_;
  if (item && bracket == '[') take_(Piece::OddItem, {});
  if (depth_ == 1 && key_ == "items" && bracket == '[') in_items_ = true;
  const bool metadata = depth_ == 1 && key_ == "metadata";
  if (bracket == '{' && (item || metadata)) {
    captured_ = item ? Captured::Item : Captured::Metadata;
    start_ = at;
    buffer_.clear();
    huge_ = false;
  }
  ++depth_;
}

void ListSplitter::close(std::string_view octets, std::size_t at) {
  if (depth_ == 0) {
    broken_ = true;
    return;
  }
  --depth_;
  if (captured_ == Captured::Item && depth_ == 2) finish(octets.substr(start_, at + 1 - start_));
  if (captured_ == Captured::Metadata && depth_ == 1) finish(octets.substr(start_, at + 1 - start_));
  if (depth_ == 1) in_items_ = false;
  if (depth_ == 0) ended_ = true;
}

void ListSplitter::keep(std::string_view octets) {
  huge_ = append_bounded(buffer_, octets, bytes_max_, huge_);
}

void ListSplitter::finish(std::string_view octets) {
  auto piece = captured_ == Captured::Item ? Piece::Item : Piece::Metadata;
  captured_ = Captured::Nothing;
  if (buffer_.empty() && octets.size() <= bytes_max_) {
    take_(piece, octets);
    return;
  }
  keep(octets);
  if (huge_ && piece == Piece::Item) piece = Piece::HugeItem;
  take_(piece, buffer_);
  buffer_.clear();
}

bool LineSplitter::feed(std::string_view octets) {
  while (!octets.empty()) {
    const auto end = octets.find('\n');
    if (end == std::string_view::npos) {
      keep(octets);
      return true;
    }
    auto line = octets.substr(0, end);
    octets.remove_prefix(end + 1);
    bool huge = false;
    if (!buffer_.empty() || line.size() > bytes_max_) {
      keep(line);
      line = buffer_;
      huge = huge_;
    }
    const bool more = line.empty() || line == "\r" || take_(line, huge);
    buffer_.clear();
    huge_ = false;
    if (!more) return false;
  }
  return true;
}

void LineSplitter::keep(std::string_view octets) {
  huge_ = append_bounded(buffer_, octets, bytes_max_, huge_);
}

}  // namespace signpost::kubernetes
