// Goes over JSON from front to back, in pieces if need be, and without a tree of it: what a server calls
// JSON.
//
// What is JSON (RFC 8259) is read as that. What is not quite JSON costs as little as possible: a bare word
// such as NaN, 1e999 or 01 is a string, octets that are no UTF-8 become U+FFFD, control characters blanks;
// repaired() tells. Brackets, colons and commas must be right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signpost::nacos {

/// A value that is no object and no array. `text` is good until the next token.
struct JsonScalar {
  enum class Kind : std::uint8_t { Null, Flag, Integer, Unsigned, Float, Text };
  Kind kind = Kind::Null;
  bool flag = false;
  std::int64_t integer = 0;   // Integer: below 0
  std::uint64_t natural = 0;  // Unsigned
  double number = 0;          // Float, finite; also whole numbers that fit into neither
  std::string_view text;      // Text
};

/// Who is told, token by token.
class JsonSink {
 public:
  virtual ~JsonSink() = default;
  virtual void key(std::string_view text) = 0;
  virtual void value(const JsonScalar& scalar) = 0;
  virtual void open(bool object) = 0;
  virtual void close() = 0;
};

/// Looks at the text and at the sink until it is done.
class JsonScanner {
 public:
  JsonScanner(std::string_view text, JsonSink& sink) : text_(text), sink_(sink) {}

  /// Goes on for about so many octets (one token more at most). True: it is done, or failed.
  bool step(std::size_t octets);
  bool failed() const noexcept { return expected_ == Expected::Nothing; }
  bool repaired() const noexcept { return repaired_; }

 private:
  enum class Expected : std::uint8_t { Value, FirstElement, FirstKey, Key, Colon, CommaOrEnd, End, Nothing };

  void token(char first);
  void opened(bool object);
  void closed(char bracket);
  void comma();
  void said(const JsonScalar& scalar);
  std::string_view read_string();
  void read_escape();
  void read_octets();
  std::string_view read_word();
  void fail() noexcept { expected_ = Expected::Nothing; }

  std::string_view text_;
  JsonSink& sink_;
  std::size_t at_ = 0;
  Expected expected_ = Expected::Value;
  std::vector<bool> objects_;  // what is open: true for an object
  std::string scratch_;        // a string that is not in the text as it is
  bool repaired_ = false;
};

}  // namespace signpost::nacos
