#include "zones/files/lexer.h"

#include <utility>

#include <fmt/format.h>

namespace signpost::files {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }
bool ends_word(char c) noexcept { return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')'; }

/// Tab and the end of a line were dealt with; a NUL would end the text for C, the rest nobody can see.
bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string control_text(char c) {
  return fmt::format("the control character \\{:03} is written as a backslash and its three digits",
                     static_cast<unsigned char>(c));
}

}  // namespace

Lexer::Lexer(std::string_view text, int first_line) : text_(text), line_(first_line) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
}

Lexer::Got Lexer::next(Entry& entry) {
  entry.words.clear();
  entry.starts_blank = false;
  int depth = 0;
  Word opened;  // the outermost parenthesis
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '\n') {
      end_line();
      if (depth > 0) continue;
      if (!entry.words.empty()) return Got::Entry;
      entry.starts_blank = false;
    } else if (is_blank(c)) {
      if (at_ == line_begin_ && depth == 0 && entry.words.empty()) entry.starts_blank = true;
      ++at_;
    } else if (c == ';') {
      skip_comment();
    } else if (c == '(') {
      if (depth++ == 0) opened = {{}, false, line_, column(at_)};
      ++at_;
    } else if (c == ')') {
      if (depth-- == 0) {
        fail(at_, "there is no `(` that this `)` closes");
        return give_up();
      }
      ++at_;
    } else if (!(c == '"' ? read_quoted(entry) : read_word(entry))) {
      return give_up();
    }
  }
  if (depth > 0) {
    error_ = "this `(` is never closed";
    error_line_ = opened.line;
    error_column_ = opened.column;
    return Got::Error;
  }
  return entry.words.empty() ? Got::End : Got::Entry;
}

/// Moves from an opening quote behind the closing one.
bool Lexer::skip_string() {
  const auto opened = at_++;
  for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
    if (text_[at_] == '"') {
      ++at_;
      return true;
    }
    if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
    if (is_control(text_[at_]) && text_[at_] != '\t' && text_[at_] != '\r')
      return fail(at_, control_text(text_[at_]));
  }
  return fail(opened, "this quote is not closed on its line");
}

bool Lexer::read_quoted(Entry& entry) {
  const auto opened = at_;
  if (!skip_string()) return false;
  entry.words.push_back({text_.substr(opened + 1, at_ - opened - 2), true, line_, column(opened)});
  return true;
}

/// Quotes inside a word only where `key="value"` has them (RFC 9460, section 2.1): elsewhere people mean two
/// words, and other servers disagree.
bool Lexer::read_word(Entry& entry) {
  const auto begin = at_;
  while (at_ < text_.size() && !ends_word(text_[at_])) {
    const char c = text_[at_];
    if (c == '"') {
      if (text_[at_ - 1] != '=')
        return fail(at_, "put a blank before this quote, or write \\\" for the octet");
      if (!skip_string()) return false;
      continue;
    }
    if (is_control(c)) return fail(at_, control_text(c));
    if (c == '\\') {
      if (++at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r')
        return fail(at_ - 1, "nothing follows this backslash");
      if (is_control(text_[at_])) return fail(at_, control_text(text_[at_]));
    }
    ++at_;
  }
  entry.words.push_back({text_.substr(begin, at_ - begin), false, line_, column(begin)});
  return true;
}

void Lexer::end_line() {
  line_begin_ = ++at_;
  ++line_;
}

void Lexer::skip_comment() {
  at_ = text_.find('\n', at_);
  if (at_ == std::string_view::npos) at_ = text_.size();
}

bool Lexer::fail(std::size_t at, std::string what) {
  error_ = std::move(what);
  error_line_ = line_;
  error_column_ = column(at);
  return false;
}

Lexer::Got Lexer::give_up() {
  skip_comment();
  if (at_ < text_.size()) end_line();
  return Got::Error;
}

}  // namespace signpost::files
