// What the parent of `signpost run --hold` keeps for the processes that it starts: their sockets, under the
// names that they gave them, and the socket through which they speak to it (sd_notify(3)).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "dns/base/result.h"
#include "dns/transport/file_descriptor.h"
#include "dns/transport/inherited.h"

namespace signpost {

/// The one thread of the parent. Only ever a list: it neither reads nor writes these sockets.
class HeldSockets {
 public:
  using Named = InheritedSockets::Named;
  static constexpr std::size_t kCountMax = 4096;  // what a child takes over, too

  /// Keeps it; one that is kept already is closed.
  void add(Named named);
  /// Closes all of that name.
  void remove(const std::string& name);
  const std::vector<Named>& all() const noexcept { return all_; }
  /// Of Unix sockets that a Signpost opened: nobody will listen on them any more.
  void remove_files() const noexcept;

 private:
  std::vector<Named> all_;
};

/// What one datagram said.
struct Heard {
  pid_t sender = 0;
  std::vector<std::string> lines;  // "READY=1"
  std::vector<FileDescriptor> descriptors;

  /// What comes after "key="; nullopt: no line has it.
  std::optional<std::string> value(std::string_view key) const;
};

/// What NOTIFY_SOCKET names for the processes that the parent starts. The parent's one thread.
class NotifySocket {
 public:
  static Result<NotifySocket> open();
  /// For NOTIFY_SOCKET: "@00a1b".
  const std::string& address() const noexcept { return address_; }
  int descriptor() const noexcept { return descriptor_.get(); }
  /// The next one that has come, without waiting. The kernel vouches for the sender.
  std::optional<Heard> receive();

 private:
  FileDescriptor descriptor_;
  std::string address_;
};

}  // namespace signpost
