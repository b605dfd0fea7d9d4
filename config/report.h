// Gathers everything that is wrong with one configuration, whatever files it is in, and helps to say it well.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/place.h"
#include "config/sources.h"

namespace signpost::config {

/// One line of text each: "file:line:column: what, and what would be right", file by file in the
/// order of the lines.
struct Diagnostics {
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  Sources sources = {};  // what was read to find them
};

/// A place in the text, both counted from 1, as people and editors count. Line 0: the file as a whole.
struct Mark {
  int line = 0;
  int column = 0;
  int file = 0;  // which of Report::files()
};

/// One thread. Errors refuse the file, warnings do not. After kFindingsMax of each it only counts.
class Report {
 public:
  static constexpr std::size_t kFindingsMax = 1000;

  explicit Report(std::string file) : files_{std::move(file)} {}

  void error(Mark mark, std::string what) { errors_.add(mark, std::move(what)); }
  void warning(Mark mark, std::string what) { warnings_.add(mark, std::move(what)); }
  bool failed() const noexcept { return !errors_.found.empty(); }
  /// The first is the one that includes the others.
  const std::vector<std::string>& files() const noexcept { return files_; }
  /// Its number, for marks.
  int add_file(std::string file);
  Place place(Mark mark) const;
  Mark mark(const Place& place) const;
  /// How a message at `from` names another place: "line 4", or "conf.d/a.yaml:4".
  std::string other(Mark from, Mark mark) const;
  Diagnostics diagnostics() const;

 private:
  struct Finding {
    Mark mark;
    std::string what;
  };
  struct Findings {
    std::vector<Finding> found;
    std::size_t left_out = 0;
    void add(Mark mark, std::string what);
  };
  std::vector<std::string> lines(const Findings& findings) const;

  std::vector<std::string> files_;
  Findings errors_;
  Findings warnings_;
};

/// `text` between backquotes on one line: control characters escaped, long text cut at 60 octets.
std::string in_quotes(std::string_view text);

/// "a, b or c".
std::string one_of(const std::vector<std::string_view>& words);

/// What a person who wrote `word` may have meant: "; did you mean `ttl`?", or "; known here: a, b or c".
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace signpost::config
