#include "dns/admin/listen_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "dns/base/socket_trouble.h"

namespace signpost::admin {
namespace {

constexpr int kBacklog = 64;
constexpr mode_t kSocketMode = 0660;

std::string words(int error_number) { return std::strerror(error_number); }

struct BoundAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

BoundAddress to_sockaddr(const SocketAddress& address) noexcept {
  BoundAddress bound;
  const auto octets = address.ip.octets();
  if (address.ip.is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port);
    std::memcpy(&in.sin_addr, octets.data(), octets.size());
    std::memcpy(&bound.storage, &in, sizeof in);
    bound.size = sizeof in;
  } else {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(address.port);
    std::memcpy(&in.sin6_addr, octets.data(), octets.size());
    std::memcpy(&bound.storage, &in, sizeof in);
    bound.size = sizeof in;
  }
  return bound;
}

/// AF_INET or AF_INET6.
SocketAddress address_of(const BoundAddress& bound) noexcept {
  if (bound.storage.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &bound.storage, sizeof in);
    std::array<std::uint8_t, 4> octets;
    std::memcpy(octets.data(), &in.sin_addr, octets.size());
    return {IpAddress::v4(octets), ntohs(in.sin_port)};
  }
  sockaddr_in6 in{};
  std::memcpy(&in, &bound.storage, sizeof in);
  std::array<std::uint8_t, 16> octets;
  std::memcpy(octets.data(), &in.sin6_addr, octets.size());
  return {IpAddress::v6(octets), ntohs(in.sin6_port)};
}

std::uint16_t port_of(int descriptor) noexcept {
  BoundAddress bound;
  bound.size = sizeof bound.storage;
  return getsockname(descriptor, bound.get(), &bound.size) == 0 ? address_of(bound).port : 0;
}

/// Nothing there: fine. A socket that nobody serves: removed. Anything else stays, and is an error.
Result<void> clear_stale(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return {};
    return Error{"unix:" + path + ": " + words(errno)};
  }
  if (!S_ISSOCK(found.st_mode)) {
    return Error{"unix:" + path +
                 ": a file that is not a socket is in the way; remove it or choose another path"};
  }
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return Error{"unix:" + path + ": " + words(errno)};
  const int connected = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int reason = connected == 0 ? 0 : errno;
  close(probe);
  if (reason == ECONNREFUSED) {
    if (unlink(path.c_str()) != 0)
      return Error{"unix:" + path + ": cannot remove the stale socket: " + words(errno)};
    return {};
  }
  if (reason == 0 || reason == EAGAIN) {  // EAGAIN: somebody listens and is busy
    return Error{"unix:" + path + ": another process answers on it; stop it or choose another path"};
  }
  return Error{"unix:" + path + ": " + words(reason)};
}

bool listen_on(int descriptor, BoundAddress& bound) noexcept {
  return bind(descriptor, bound.get(), bound.size) == 0 && listen(descriptor, kBacklog) == 0;
}

/// 0.0.0.0:80 and 127.0.0.1:80 exclude each other while one listens, SO_REUSEADDR or not; with SO_REUSEPORT
/// on both they do not (socket(7)). It is taken away again, so that who binds without it, such as another
/// server of this configuration, still hears that the address is in use.
bool listen_beside(int descriptor, BoundAddress& bound, std::span<const int> leaving) noexcept {
  const auto share = [&](int on) {
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    for (const int other : leaving) setsockopt(other, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  };
  share(1);
  const bool listens = listen_on(descriptor, bound);
  const auto reason = errno;
  share(0);
  errno = reason;
  return listens;
}

}  // namespace

Result<ListenSocket> ListenSocket::tcp(const SocketAddress& address, std::span<const int> leaving) {
  const int family = address.ip.is_v4() ? AF_INET : AF_INET6;
  const int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return Error{address.to_string() + ": " + socket_trouble(errno, address.port)};
  ListenSocket opened(descriptor, family, address.to_string());
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // An IPv6 listener says nothing about IPv4: the same rule as for DNS.
  if (family == AF_INET6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  auto bound = to_sockaddr(address);
  const bool alone = listen_on(descriptor, bound);
  const bool overlaps = !alone && errno == EADDRINUSE && !leaving.empty();
  if (!alone && !(overlaps && listen_beside(descriptor, bound, leaving)))
    return Error{address.to_string() + ": " + socket_trouble(errno, address.port)};
  opened.address_ = SocketAddress{address.ip, port_of(descriptor)}.to_string();
  return opened;
}

Result<ListenSocket> ListenSocket::unix_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Error{"unix:" + path + ": the path of a Unix socket takes 1 to " +
                 std::to_string(sizeof address.sun_path - 1) + " octets"};
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  if (const auto cleared = clear_stale(path, address); !cleared) return cleared.error();
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return Error{"unix:" + path + ": " + words(errno)};
  ListenSocket opened(descriptor, AF_UNIX, "unix:" + path);
  // Linux gives the file the mode of the unbound socket, so there is no moment in which it is open to all;
  // the chmod after it undoes the umask.
  fchmod(descriptor, kSocketMode);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    auto text = "unix:" + path + ": " + words(errno);
    if (errno == ENOENT) text += "; the directory must exist";
    if (errno == EROFS || errno == EACCES)
      text += "; the directory must be writable for this user (in a Pod: mount an emptyDir there)";
    return Error{std::move(text)};
  }
  struct stat made {};
  if (chmod(path.c_str(), kSocketMode) != 0 || listen(descriptor, kBacklog) != 0 ||
      lstat(path.c_str(), &made) != 0) {
    const auto reason = errno;
    unlink(path.c_str());
    return Error{"unix:" + path + ": " + words(reason)};
  }
  opened.path_ = path;
  opened.device_ = made.st_dev;
  opened.inode_ = made.st_ino;
  return opened;
}

Result<ListenSocket> ListenSocket::adopted(int descriptor, Adopted whose) {
  BoundAddress bound;
  bound.size = sizeof bound.storage;
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  const bool known = getsockname(descriptor, bound.get(), &bound.size) == 0;
  if (!known || bound.storage.ss_family != AF_UNIX) {
    ListenSocket made(descriptor, bound.storage.ss_family, {});
    made.address_ = address_of(bound).to_string();
    return made;
  }
  sockaddr_un address{};
  std::memcpy(&address, &bound.storage, sizeof address);
  const std::string path(address.sun_path, strnlen(address.sun_path, sizeof address.sun_path));
  ListenSocket made(descriptor, AF_UNIX, "unix:" + path);
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode))
    return Error{"unix:" + path + ": the socket that was handed down has no file any more"};
  if (whose == Adopted::Ours) {
    made.path_ = path;
    made.device_ = found.st_dev;
    made.inode_ = found.st_ino;
  }
  return made;
}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      family_(other.family_),
      address_(std::move(other.address_)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

ListenSocket::~ListenSocket() {
  if (!path_.empty()) {
    struct stat now {};
    const bool ours = lstat(path_.c_str(), &now) == 0 && now.st_dev == device_ && now.st_ino == inode_;
    if (ours) unlink(path_.c_str());
  }
  if (descriptor_ >= 0) close(descriptor_);
}

int ListenSocket::release() noexcept { return std::exchange(descriptor_, -1); }

}  // namespace signpost::admin
