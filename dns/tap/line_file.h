// The file that the query log is appended to, or stderr.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dns/base/clock.h"
#include "dns/base/log_sink.h"

namespace signpost::tap {

/// The background thread's. A file that was renamed or removed is begun anew within a second, which is all
/// that a rotation has to do.
class LineFile {
 public:
  /// `to`: "stderr", or a path.
  explicit LineFile(std::string to);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// Whole lines, `count` of them. How many were written.
  std::uint64_t write(std::string_view lines, std::uint64_t count, Monotonic now);

 private:
  bool open();
  bool is_still_there() const;
  std::uint64_t write_to_stderr(std::string_view lines);

  const std::string to_;
  log::Sink stderr_;
  int file_ = -1;
  Monotonic looked_{};
};

}  // namespace signpost::tap
