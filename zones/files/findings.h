// What is wrong with a zone's static data, which may come from many files: each finding names its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/report.h"

namespace signpost::files {

/// A place in one of the sources; small, since every record keeps its own.
struct Spot {
  std::uint32_t source = 0;  // index of Findings
  int line = 0;              // from 1; 0: the source as a whole
  int column = 0;            // from 1; 0: not known
};

/// One thread. Errors refuse the zone, warnings do not. After kFindingsMax of a kind it only counts.
class Findings {
 public:
  static constexpr std::size_t kFindingsMax = 100;

  /// Gives the index for Spot. Without columns: text inside a configuration, whose indentation is not known.
  std::uint32_t add_source(std::string name, bool has_columns = true);
  void error(Spot spot, const std::string& what) { errors_.add(spot, what); }
  void warning(Spot spot, const std::string& what) { warnings_.add(spot, what); }

  bool failed() const noexcept { return !errors_.found.empty(); }
  /// There is no use in reading on.
  bool full() const noexcept { return errors_.found.size() == kFindingsMax; }
  /// "line 12", or with the file when it is another one than that of `beside`.
  std::string refer(Spot spot, Spot beside) const;
  /// "example.org.zone:12": without the directory.
  std::string brief(Spot spot) const;
  /// "example.org.zone:12:8: what, and what would be right", by source and line.
  config::Diagnostics diagnostics() const;

 private:
  struct Source {
    std::string name;
    bool has_columns;
  };
  struct Finding {
    Spot spot;
    std::string what;
  };
  struct List {
    std::vector<Finding> found;
    std::size_t left_out = 0;
    void add(Spot spot, const std::string& what);
  };
  std::string text(const Finding& finding) const;
  std::vector<std::string> lines(const List& list) const;

  std::vector<Source> sources_;
  List errors_;
  List warnings_;
};

}  // namespace signpost::files
