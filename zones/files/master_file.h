// Reads master-file text record by record (RFC 1035, section 5): directives, owners, TTLs, included files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "zones/files/assembly.h"
#include "zones/files/findings.h"
#include "zones/files/lexer.h"

namespace signpost::files {

/// All files of one zone together, and how many there may be: an include that includes itself ends here.
inline constexpr std::size_t kZoneOctetsMax = std::size_t{256} << 20;
inline constexpr std::size_t kIncludesMax = 1000;
inline constexpr int kIncludeDepthMax = 8;

class MasterFile {
 public:
  /// A text that was asked for by $INCLUDE: its content and the path that messages show.
  struct Included {
    std::string path;
    std::string text;
  };
  /// Gets what was written, and the path of the file that it was written in.
  using Open = std::function<Result<Included>(std::string_view written, const std::string& from)>;

  /// `ttl` is for records before any TTL is said. Without `open` an include is an error.
  MasterFile(const Name& apex, std::uint32_t ttl, Assembly& assembly, Findings& findings, Open open = {});

  /// Reads one text after another, each from the apex as its origin. `source` is its index in the findings,
  /// `path` what its includes are relative to.
  void read(std::string_view text, std::uint32_t source, const std::string& path, int first_line = 1);

 private:
  /// What an include has for itself.
  struct Scope {
    std::uint32_t source;
    const std::string& path;
    Name origin;
    std::optional<Name> owner;  // of the record before
    int depth;
  };

  void read_text(std::string_view text, int first_line, Scope& scope);
  void read_directive(const Entry& entry, Scope& scope);
  void set_origin(const Entry& entry, Scope& scope);
  void set_ttl(const Entry& entry, const Scope& scope);
  void include(const Entry& entry, const Scope& scope);
  void read_record(const Entry& entry, Scope& scope);
  bool read_owner(const Entry& entry, Scope& scope);
  /// TTL and class in either order, then the type; `at` moves behind it.
  bool read_head(const Entry& entry, std::size_t& at, const Scope& scope, std::optional<std::uint32_t>& ttl,
                 RRType& type);
  std::uint32_t missing_ttl(RRType type, const Octets& rdata) const;
  std::optional<RRType> type_of(std::string_view word);
  void error(const Word& word, const Scope& scope, const std::string& what);

  const Name& apex_;
  Assembly& assembly_;
  Findings& findings_;
  Open open_;
  const std::uint32_t fallback_ttl_;
  std::optional<std::uint32_t> default_ttl_;  // $TTL (RFC 2308, section 4), also of an included file
  std::optional<std::uint32_t> last_ttl_;     // of the record before that said one
  std::size_t includes_ = 0;
  std::size_t octets_ = 0;
  std::unordered_map<std::string, RRType> types_;  // ldns compares with each name it knows
};

}  // namespace signpost::files
