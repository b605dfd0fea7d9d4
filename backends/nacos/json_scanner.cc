#include "backends/nacos/json_scanner.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "backends/nacos/utf8.h"

namespace signpost::nacos {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '+' || c == '-' ||
         c == '.' || c == '_';
}
/// Stands for itself in a string, and is one octet.
bool is_plain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

/// RFC 8259, section 6: [-] 0 | 1-9 digits [. digits] [e [+-] digits].
bool is_number(std::string_view word, bool& whole) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto from = at;
    while (at < word.size() && is_digit(word[at])) ++at;
    return at - from;
  };
  if (at < word.size() && word[at] == '-') ++at;
  const bool zero = at < word.size() && word[at] == '0';
  const auto count = digits();
  if (count == 0 || (zero && count > 1)) return false;
  whole = at == word.size();
  if (at < word.size() && word[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < word.size() && (word[at] == 'e' || word[at] == 'E')) {
    ++at;
    if (at < word.size() && (word[at] == '+' || word[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == word.size();
}

template <class Number>
bool converted(std::string_view word, Number& number) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc{} && end == word.data() + word.size();
}

/// Text: it is no word of JSON.
JsonScalar scalar_of(std::string_view word) {
  JsonScalar scalar;
  bool whole = false;
  if (word == "null") return scalar;
  if (word == "true" || word == "false") {
    scalar.kind = JsonScalar::Kind::Flag;
    scalar.flag = word == "true";
  } else if (!is_number(word, whole)) {
    scalar.kind = JsonScalar::Kind::Text;
  } else if (whole && word[0] != '-' && converted(word, scalar.natural)) {
    scalar.kind = JsonScalar::Kind::Unsigned;
  } else if (whole && word[0] == '-' && converted(word, scalar.integer)) {
    scalar.kind = JsonScalar::Kind::Integer;
  } else {
    // from_chars() says the same of what is too large and of what is too small, which is 0.
    if (!converted(word, scalar.number)) scalar.number = std::strtod(std::string(word).c_str(), nullptr);
    scalar.kind = std::isfinite(scalar.number) ? JsonScalar::Kind::Float : JsonScalar::Kind::Text;
  }
  scalar.text = word;
  return scalar;
}

}  // namespace

bool JsonScanner::step(std::size_t octets) {
  const auto until = at_ + std::min(octets, text_.size() - at_);
  while (at_ < until && !failed()) {
    const auto first = text_[at_];
    if (is_blank(first)) {
      ++at_;
    } else {
      token(first);
    }
  }
  if (at_ < text_.size() && !failed()) return false;
  if (expected_ != Expected::End) fail();
  return true;
}

void JsonScanner::token(char first) {
  const bool key = expected_ == Expected::Key || expected_ == Expected::FirstKey;
  const bool value = expected_ == Expected::Value || expected_ == Expected::FirstElement;
  if (first == '"' || is_word(first)) {
    if (!key && !value) return fail();
    JsonScalar scalar;
    if (first == '"') {
      scalar.kind = JsonScalar::Kind::Text;
      scalar.text = read_string();
      if (failed()) return;
    } else {
      scalar = scalar_of(read_word());
      repaired_ = repaired_ || key || scalar.kind == JsonScalar::Kind::Text;
    }
    if (value) return said(scalar);
    sink_.key(scalar.text);
    expected_ = Expected::Colon;
    return;
  }
  ++at_;
  if ((first == '{' || first == '[') && value) return opened(first == '{');
  if (first == '}' || first == ']') return closed(first);
  if (first == ',' && expected_ == Expected::CommaOrEnd) return comma();
  if (first != ':' || expected_ != Expected::Colon) return fail();
  expected_ = Expected::Value;
}

void JsonScanner::said(const JsonScalar& scalar) {
  sink_.value(scalar);
  expected_ = objects_.empty() ? Expected::End : Expected::CommaOrEnd;
}

void JsonScanner::opened(bool object) {
  objects_.push_back(object);
  sink_.open(object);
  expected_ = object ? Expected::FirstKey : Expected::FirstElement;
}

void JsonScanner::closed(char bracket) {
  const bool fits = !objects_.empty() && objects_.back() == (bracket == '}');
  const bool may = expected_ == Expected::CommaOrEnd || expected_ == Expected::FirstKey ||
                   expected_ == Expected::FirstElement;
  if (!fits || !may) return fail();
  objects_.pop_back();
  sink_.close();
  expected_ = objects_.empty() ? Expected::End : Expected::CommaOrEnd;
}

void JsonScanner::comma() { expected_ = objects_.back() ? Expected::Key : Expected::Value; }

std::string_view JsonScanner::read_word() {
  const auto from = at_;
  while (at_ < text_.size() && is_word(text_[at_])) ++at_;
  return text_.substr(from, at_ - from);
}

/// Most strings are in the text as they are. Fails at the end of the text.
std::string_view JsonScanner::read_string() {
  auto from = ++at_;
  while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
  if (at_ < text_.size() && text_[at_] == '"') return text_.substr(from, at_++ - from);
  scratch_.assign(text_, from, at_ - from);
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] == '\\') {
      read_escape();
      continue;
    }
    read_octets();
    from = at_;
    while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
    scratch_.append(text_, from, at_ - from);
  }
  if (at_ >= text_.size()) {
    fail();
    return {};
  }
  ++at_;
  return scratch_;
}

/// One character that is no plain one.
void JsonScanner::read_octets() {
  const auto octets = utf8_octets(text_.substr(at_));
  const bool control = static_cast<unsigned char>(text_[at_]) < 0x20;
  if (octets == 0 || control) repaired_ = true;
  if (octets == 0) {
    scratch_ += kReplacement;
  } else if (control) {
    scratch_ += ' ';
  } else {
    scratch_.append(text_, at_, octets);
  }
  at_ += std::max<std::size_t>(octets, 1);
}

/// One escape (RFC 8259, section 7); two for a pair of surrogates. What is none becomes U+FFFD.
void JsonScanner::read_escape() {
  const auto unit = [this](std::size_t at) {
    std::uint32_t number = 0;
    if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') return std::uint32_t{0x110000};
    const auto* const from = text_.data() + at + 2;
    const auto [end, error] = std::from_chars(from, from + 4, number, 16);
    return error == std::errc{} && end == from + 4 ? number : 0x110000;
  };
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  const auto letter = at_ + 1 < text_.size() ? kLetters.find(text_[at_ + 1]) : std::string_view::npos;
  if (letter != std::string_view::npos) {
    scratch_ += kMeanings[letter];
    at_ += 2;
    return;
  }
  const auto first = unit(at_);
  const auto second = first >= 0xD800 && first < 0xDC00 ? unit(at_ + 6) : 0;
  if (second >= 0xDC00 && second < 0xE000) {
    append_utf8(0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00), scratch_);
    at_ += 12;
  } else if (first < 0xD800 || (first >= 0xE000 && first < 0x10000)) {
    append_utf8(first, scratch_);
    at_ += 6;
  } else {
    scratch_ += kReplacement;
    repaired_ = true;
    at_ += first < 0x110000 ? 6 : 1;
  }
}

}  // namespace signpost::nacos
