// Which files a configuration came from, so that one can tell later whether they say something else now.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace signpost::config {

struct Source {
  std::string path;        // absolute
  std::uint64_t hash = 0;  // of its octets; 0: it could not be read
};

/// Values. The functions read files: any thread, never throw.
struct Sources {
  std::vector<Source> files;          // the first includes the others
  std::vector<std::string> patterns;  // of all `include`, absolute

  /// Whether a file says something else than it did, has gone, or a pattern matches another one.
  bool changed() const;
  /// What to watch: the directories of these paths see every change.
  std::vector<std::string> paths() const;
  /// One word for the contents of all files: 16 hexadecimal digits.
  std::string version() const;
};

/// The files that a pattern matches (`*`, `?` and `[...]`, glob(7)), by octet order of their paths. Names
/// with a leading dot need one in the pattern. A pattern without such signs matches itself, there or not.
std::vector<std::string> matching_files(const std::string& pattern);

/// What Source holds of a content.
std::uint64_t content_hash(const std::string& content);

}  // namespace signpost::config
