// Where lines go: a descriptor that somebody else reads, and may stop reading.
//
// Whoever reads stderr can hold up whoever writes to it: a full pipe blocks. stderr is shared with other
// programs, so O_NONBLOCK must not be set on it. A socket is written with MSG_DONTWAIT; a pipe or terminal is
// opened once more for us alone, without waiting; where that is forbidden (a pipe of another user), a pipe
// that says there is room takes PIPE_BUF octets at once. A line that has no room is lost, and counted by the
// caller.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

namespace signpost::log {

/// One thread at a time.
class Sink {
 public:
  /// The descriptor is the caller's, and may change what it is (dup2) between two lines.
  explicit Sink(int descriptor) noexcept : descriptor_(descriptor) {}
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  /// All of the line or nothing, and never waits for a reader. False: it was lost. At most kLineOctetsMax
  /// octets.
  bool write(std::string_view line) noexcept;

 private:
  enum class Kind { Other, Pipe, Terminal, Socket };

  void look() noexcept;
  bool write_when_ready(std::string_view line) noexcept;

  const int descriptor_;
  std::optional<std::pair<unsigned long, unsigned long>> seen_;  // device and inode
  Kind kind_ = Kind::Other;
  int own_ = -1;
};

}  // namespace signpost::log
