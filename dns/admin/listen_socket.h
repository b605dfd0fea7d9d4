// Opens the sockets that the HTTP server listens on, and explains in words why one could not be opened.
#pragma once

#include <span>
#include <string>

#include <sys/types.h>

#include "dns/base/ip_address.h"
#include "dns/base/result.h"

namespace signpost::admin {

/// Owns one listening socket (non-blocking, close-on-exec).
class ListenSocket {
 public:
  /// Port 0 takes a free one; address() says which. The error names the address, the reason, and what would
  /// be right.
  /// `leaving`: listening sockets of ours that close once this one stands; the address may overlap with
  /// theirs.
  static Result<ListenSocket> tcp(const SocketAddress& address, std::span<const int> leaving = {});

  /// A socket file of mode 0660. A stale file that nobody listens on is replaced; a file that is no socket,
  /// or one that answers, is an error. The destructor removes the file if it is still this one.
  static Result<ListenSocket> unix_socket(const std::string& path);

  /// Whose the file of a Unix socket is that somebody handed down.
  enum class Adopted { Ours, Lent };
  /// Takes over a listening socket of TCP or of a Unix path. The error: its file is gone, so nobody can
  /// connect; it is closed then.
  static Result<ListenSocket> adopted(int descriptor, Adopted whose);

  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  /// Still owned here unless release() is called: then the caller closes it (the file is removed here all the
  /// same).
  int descriptor() const noexcept { return descriptor_; }
  int release() noexcept;
  /// The file stays: another process listens on it from here on.
  void keep_file() noexcept { path_.clear(); }
  /// "127.0.0.1:8080" with the real port, or "unix:/run/signpost/admin.sock".
  const std::string& address() const noexcept { return address_; }
  /// AF_INET, AF_INET6 or AF_UNIX.
  int family() const noexcept { return family_; }

 private:
  ListenSocket(int descriptor, int family, std::string address)
      : descriptor_(descriptor), family_(family), address_(std::move(address)) {}

  int descriptor_ = -1;
  int family_ = 0;
  std::string address_;
  std::string path_;  // of the socket file; empty for TCP
  dev_t device_{};
  ino_t inode_{};
};

}  // namespace signpost::admin
