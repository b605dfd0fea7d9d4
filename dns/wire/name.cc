#include "dns/wire/name.h"

#include <cassert>
#include <optional>

namespace signpost {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The octet that an escape stands for; `at` is behind the backslash and moves over what was read.
std::optional<std::uint8_t> unescape(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return std::nullopt;
  if (!is_digit(text[at])) return static_cast<std::uint8_t>(text[at++]);
  if (text.size() - at < 3 || !is_digit(text[at + 1]) || !is_digit(text[at + 2])) return std::nullopt;
  const int value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
  if (value > 255) return std::nullopt;
  at += 3;
  return static_cast<std::uint8_t>(value);
}

Error name_error(std::string_view text, std::string_view what) {
  return Error{"name '" + std::string(text) + "': " + std::string(what)};
}

void append_octet(std::string& text, std::uint8_t octet) {
  const auto c = static_cast<char>(octet);
  if (octet <= ' ' || octet >= 0x7f) {
    text += '\\';
    text += static_cast<char>('0' + octet / 100);
    text += static_cast<char>('0' + octet / 10 % 10);
    text += static_cast<char>('0' + octet % 10);
    return;
  }
  if (std::string_view("\"$().;@\\").find(c) != std::string_view::npos) text += '\\';
  text += c;
}

}  // namespace

Result<Name> Name::parse(std::string_view text) {
  if (text.empty()) return name_error(text, "is empty; the root is written '.'");
  if (text == ".") return Name();
  Name name;
  std::size_t label_at = 0;  // where the length octet of the label being read goes
  std::size_t used = 1;      // that length octet included
  const auto close_label = [&] {
    name.octets_[label_at] = static_cast<std::uint8_t>(used - label_at - 1);
    label_at = used++;
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at++];
    if (c == '.') {
      if (used - label_at == 1) return name_error(text, "has an empty label");
      close_label();
      continue;
    }
    auto octet = static_cast<std::uint8_t>(c);
    if (c == '\\') {
      const auto escaped = unescape(text, at);
      if (!escaped) return name_error(text, "has a bad escape; \\. and \\000 to \\255 are understood");
      octet = *escaped;
    }
    if (used - label_at > kLabelOctetsMax) return name_error(text, "has a label of more than 63 octets");
    if (used >= kNameOctetsMax - 1) return name_error(text, "is longer than 255 octets");
    name.octets_[used++] = octet;
  }
  if (used - label_at > 1) close_label();
  name.octets_[label_at] = 0;
  name.size_ = static_cast<std::uint8_t>(label_at + 1);
  return name;
}

Name Name::from_wire(NameView wire) noexcept {
  assert(!wire.empty() && wire.size() <= kNameOctetsMax);
  Name name;
  std::memcpy(name.octets_.data(), wire.data(), wire.size());
  name.size_ = static_cast<std::uint8_t>(wire.size());
  return name;
}

std::string Name::to_string() const { return to_text(wire()); }

Name Name::folded() const noexcept {
  Name name;
  // Length octets are at most 63, below 'A': folding them changes nothing.
  for (std::size_t i = 0; i < size_; ++i) name.octets_[i] = fold(octets_[i]);
  name.size_ = size_;
  return name;
}

bool Name::prepend(std::string_view label) noexcept {
  if (label.empty() || label.size() > kLabelOctetsMax || size_ + label.size() + 1 > kNameOctetsMax)
    return false;
  std::memmove(octets_.data() + label.size() + 1, octets_.data(), size_);
  octets_[0] = static_cast<std::uint8_t>(label.size());
  std::memcpy(octets_.data() + 1, label.data(), label.size());
  size_ = static_cast<std::uint8_t>(size_ + label.size() + 1);
  return true;
}

std::string to_text(NameView name) {
  if (name.size() <= 1) return ".";
  std::string text;
  text.reserve(name.size() + 1);
  for (; name[0] != 0; name = parent(name)) {
    for (const auto octet : name.subspan(1, name[0])) append_octet(text, octet);
    text += '.';
  }
  return text;
}

std::size_t label_count(NameView name) noexcept {
  std::size_t count = 0;
  for (; name.size() > 1; name = parent(name)) ++count;
  return count;
}

bool is_at_or_below(NameView name, NameView ancestor) noexcept {
  if (ancestor.size() > name.size()) return false;
  // Labels must line up: walk whole labels until as many octets are left as the ancestor has.
  while (name.size() > ancestor.size()) name = parent(name);
  return name.size() == ancestor.size() && std::memcmp(name.data(), ancestor.data(), name.size()) == 0;
}

}  // namespace signpost
