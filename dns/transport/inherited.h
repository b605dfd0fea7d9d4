// Sockets that another process kept for us: a service manager that opened them (sd_listen_fds(3)) or stores
// them (FDSTORE of sd_notify(3)), or the parent of `signpost run --hold`. Who dies and comes back finds the
// same sockets, and in them what came meanwhile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "dns/base/ip_address.h"
#include "dns/transport/file_descriptor.h"

namespace signpost {

/// Names of sockets that a Signpost opened and had stored begin so; it may open more beside them.
inline constexpr std::string_view kStoredPrefix = "stored-";
inline constexpr std::string_view kStoredDnsPrefix = "stored-dns-";
/// What the DNS sockets of one address are stored as: "stored-dns-127.0.0.1_53". A name takes no colon.
std::string stored_name(const SocketAddress& bound);
/// The inode of an open socket; 0 when it has none.
ino_t inode_of(int descriptor) noexcept;

/// One owner, one thread.
class InheritedSockets {
 public:
  struct Named {
    FileDescriptor descriptor;
    std::string name;  // of LISTEN_FDNAMES; may be empty
  };
  /// UDP and TCP of one address; either may be empty.
  struct Group {
    SocketAddress bound;
    std::vector<FileDescriptor> udp, tcp;
    bool stored = false;  // by a Signpost that opened them
  };
  /// What nobody took.
  struct Left {
    std::string name;
    std::string what;  // "127.0.0.1:5353 (UDP)"
  };

  InheritedSockets() = default;
  /// What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say is ours; takes the variables out of the environment,
  /// so that nothing that we start takes them for its own. What no listener can use is closed, and refused()
  /// says why.
  static InheritedSockets from_environment();
  /// For tests, and for who has them in another way.
  explicit InheritedSockets(std::vector<Named> sockets);
  /// All that nobody took, to be kept for somebody else.
  std::vector<Named> release();

  bool empty() const noexcept { return sockets_.empty(); }
  /// Whether DNS sockets are among them: then somebody may be reading them, or was until just now.
  bool has_dns() const noexcept;
  /// By which the kernel knows them, however many copies there are (fstat(2)).
  std::vector<ino_t> inodes() const;
  /// All that are bound to `wanted`; with port 0 those of the first port of that address that has both UDP
  /// and TCP. nullopt: none.
  std::optional<Group> take_dns(const SocketAddress& wanted);
  /// A TCP listener for HTTP that is bound to `wanted`; with port 0 one of that address which is called
  /// `door`.
  std::optional<Named> take_door(std::string_view door, const SocketAddress& wanted);
  /// The listener of a Unix socket of that path.
  std::optional<Named> take_path(const std::string& path);
  std::vector<Left> left() const;
  /// Lines that say what was handed down and cannot be used, and what would be right.
  const std::vector<std::string>& refused() const noexcept { return refused_; }

 private:
  struct Socket {
    FileDescriptor descriptor;
    std::string name;
    SocketAddress bound;
    std::string path;  // of a Unix socket
    bool udp = false;
  };
  void add(Named named);
  void remove_taken();

  std::vector<Socket> sockets_;
  std::vector<std::string> refused_;
};

}  // namespace signpost
