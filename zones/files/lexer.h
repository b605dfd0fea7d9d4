// Cuts master-file text into entries and words (RFC 1035, section 5.1): parentheses join lines, `;` starts a
// comment, quotes hold blanks. What the words mean is not known here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"

namespace signpost::files {

/// One word as it was written, escapes and all; it looks into the text that the lexer reads.
struct Word {
  std::string_view text;  // a quoted one: what stands between its quotes
  bool quoted = false;
  int line = 0;    // from 1
  int column = 0;  // in octets, from 1
};

/// One logical line.
struct Entry {
  std::vector<Word> words;
  bool starts_blank = false;  // the owner is that of the record before
};

class Lexer {
 public:
  /// The text outlives the lexer and its words. `first_line` is the number of its first line.
  explicit Lexer(std::string_view text, int first_line = 1);

  enum class Got { Entry, Error, End };
  /// After an error the next call goes on behind the end of the line.
  Got next(Entry& entry);
  /// What was wrong, and where; after Got::Error.
  const std::string& error() const noexcept { return error_; }
  int error_line() const noexcept { return error_line_; }
  int error_column() const noexcept { return error_column_; }

 private:
  bool read_quoted(Entry& entry);
  bool read_word(Entry& entry);
  bool skip_string();
  void end_line();
  void skip_comment();
  int column(std::size_t at) const noexcept { return static_cast<int>(at - line_begin_) + 1; }
  bool fail(std::size_t at, std::string what);
  Got give_up();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  int line_;
  std::string error_;
  int error_line_ = 0;
  int error_column_ = 0;
};

}  // namespace signpost::files
