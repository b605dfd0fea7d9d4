// What a file says now: tokens, passwords and certificates that somebody else rotates.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "dns/base/clock.h"
#include "dns/base/result.h"

namespace signpost::follow {

/// A small file, read again by its path and never by its inode: a projected volume swaps a symlink (K16).
/// A reading that fails or is refused leaves the last good content in force (K18). One owner, one thread.
class FileValue {
 public:
  using Check = bool (*)(std::string_view content);

  /// Nothing is read yet. `check` refuses content (half-written, say); without one only empty content is
  /// refused. Files over 1 MiB are refused.
  explicit FileValue(std::string path, Duration refresh = std::chrono::seconds(60), Check check = nullptr);

  /// The content, at most `refresh` old, without white space at its end. The view is good until the next
  /// call. An error only while nothing good has ever been read.
  Result<std::string_view> get(Monotonic now);
  /// The same, but read now whatever its age: after a 401 (K15).
  Result<std::string_view> read_again(Monotonic now);
  const std::string& path() const noexcept { return path_; }
  /// Readings that changed nothing because they failed or were refused.
  std::uint64_t refused() const noexcept { return refused_; }

 private:
  std::string path_;
  Duration refresh_;
  Check check_;
  std::string content_;
  Monotonic read_at_{};
  bool good_ = false;
  bool tried_ = false;
  std::string trouble_;
  std::uint64_t refused_ = 0;
};

/// For certificate files: true when there is at least one whole PEM certificate in it.
bool holds_pem_certificate(std::string_view content);

}  // namespace signpost::follow
