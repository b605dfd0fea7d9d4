#include "dns/transport/inherited.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "dns/base/environment.h"
#include "dns/transport/socket.h"

namespace signpost {
namespace {

constexpr int kFirstDescriptor = 3;  // SD_LISTEN_FDS_START
constexpr int kDescriptorsMax = 4096;
constexpr std::array<std::string_view, 5> kDoors = {"health", "ready", "metrics", "admin", "page"};

int number(const std::string& text) {
  int value = -1;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stopped == end ? value : -1;
}

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> names(1);
  for (const char c : text) {
    if (c == ':')
      names.emplace_back();
    else
      names.back() += c;
  }
  return names;
}

int option_of(int descriptor, int level, int name) noexcept {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, level, name, &value, &size) == 0 ? value : -1;
}

std::string path_of(int descriptor) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  const std::size_t start = offsetof(sockaddr_un, sun_path);
  if (size <= start || address.sun_path[0] == '\0') return {};
  return std::string(address.sun_path, ::strnlen(address.sun_path, size - start));
}

/// "ready" of "ready" and of "stored-ready"; empty: it is of no door.
std::string_view door_of(std::string_view name) {
  if (name.starts_with(kStoredPrefix)) name.remove_prefix(kStoredPrefix.size());
  return std::find(kDoors.begin(), kDoors.end(), name) == kDoors.end() ? std::string_view() : name;
}

}  // namespace

std::string stored_name(const SocketAddress& bound) {
  auto text = bound.to_string();
  std::replace(text.begin(), text.end(), ':', '_');
  return std::string(kStoredDnsPrefix) + text;
}

ino_t inode_of(int descriptor) noexcept {
  struct stat found {};
  return ::fstat(descriptor, &found) == 0 ? found.st_ino : 0;
}

InheritedSockets InheritedSockets::from_environment() {
  const auto pid = take_variable("LISTEN_PID");
  const auto count = take_variable("LISTEN_FDS");
  const auto names = split_names(take_variable("LISTEN_FDNAMES").value_or(""));
  InheritedSockets made;
  if (!pid || !count) return made;
  if (number(*pid) != ::getpid()) {
    made.refused_.push_back("LISTEN_PID is " + *pid + ", and this process is " + std::to_string(::getpid()) +
                            ": its sockets are for another process");
    return made;
  }
  const int descriptors = std::clamp(number(*count), 0, kDescriptorsMax);
  for (int i = 0; i < descriptors; ++i) {
    const int descriptor = kFirstDescriptor + i;
    if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) continue;
    const auto index = static_cast<std::size_t>(i);
    made.add({FileDescriptor(descriptor), index < names.size() ? names[index] : std::string()});
  }
  return made;
}

InheritedSockets::InheritedSockets(std::vector<Named> sockets) {
  for (auto& each : sockets) add(std::move(each));
}

std::vector<InheritedSockets::Named> InheritedSockets::release() {
  std::vector<Named> out;
  for (auto& one : sockets_) out.push_back({std::move(one.descriptor), std::move(one.name)});
  sockets_.clear();
  return out;
}

void InheritedSockets::add(Named named) {
  const int fd = named.descriptor.get();
  const int family = option_of(fd, SOL_SOCKET, SO_DOMAIN), type = option_of(fd, SOL_SOCKET, SO_TYPE);
  const bool listens = type == SOCK_STREAM && option_of(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1;
  const auto refuse = [&](const std::string& why) {
    refused_.push_back("socket " + std::to_string(fd) + (named.name.empty() ? "" : " (" + named.name + ")") +
                       " " + why);
  };
  if (family == AF_UNIX && listens) {
    auto path = path_of(fd);
    sockets_.push_back({std::move(named.descriptor), std::move(named.name), {}, std::move(path), false});
    return;
  }
  const bool udp = type == SOCK_DGRAM;
  if ((family != AF_INET && family != AF_INET6) || (!udp && !listens))
    return refuse("is no UDP socket and no socket that listens for TCP or on a Unix path");
  const auto bound = bound_address(fd);
  if (bound.port == 0) return refuse("is bound to no port");
  if (bound.ip == *IpAddress::parse("::") && option_of(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0)
    return refuse("takes IPv4 as well, at " + bound.to_string() +
                  ": write BindIPv6Only=ipv6-only in the socket unit, and 0.0.0.0 for IPv4");
  sockets_.push_back({std::move(named.descriptor), std::move(named.name), bound, {}, udp});
}

void InheritedSockets::remove_taken() {
  std::erase_if(sockets_, [](const Socket& one) { return !one.descriptor; });
}

bool InheritedSockets::has_dns() const noexcept {
  return std::any_of(sockets_.begin(), sockets_.end(),
                     [](const Socket& one) { return one.udp && one.path.empty(); });
}

std::vector<ino_t> InheritedSockets::inodes() const {
  std::vector<ino_t> out;
  for (const auto& one : sockets_) out.push_back(inode_of(one.descriptor.get()));
  return out;
}

std::optional<InheritedSockets::Group> InheritedSockets::take_dns(const SocketAddress& wanted) {
  const auto could = [&](const Socket& one) {
    return one.path.empty() && door_of(one.name).empty() && one.bound.ip == wanted.ip &&
           (wanted.port == 0 || one.bound.port == wanted.port);
  };
  const auto has_other_kind = [&](const Socket& one) {
    return std::any_of(sockets_.begin(), sockets_.end(), [&](const Socket& other) {
      return could(other) && other.bound == one.bound && other.udp != one.udp;
    });
  };
  const auto found = std::find_if(sockets_.begin(), sockets_.end(), [&](const Socket& one) {
    return could(one) && (wanted.port != 0 || has_other_kind(one));
  });
  if (found == sockets_.end()) return std::nullopt;
  Group group{found->bound, {}, {}, found->name.starts_with(kStoredPrefix)};
  for (auto& one : sockets_) {
    if (could(one) && one.bound == group.bound)
      (one.udp ? group.udp : group.tcp).push_back(std::move(one.descriptor));
  }
  remove_taken();
  return group;
}

std::optional<InheritedSockets::Named> InheritedSockets::take_door(std::string_view door,
                                                                   const SocketAddress& wanted) {
  for (auto& one : sockets_) {
    const bool there = wanted.port == 0 ? door_of(one.name) == door : one.bound.port == wanted.port;
    if (!one.path.empty() || one.udp || one.bound.ip != wanted.ip || !there) continue;
    Named taken{std::move(one.descriptor), one.name};
    remove_taken();
    return taken;
  }
  return std::nullopt;
}

std::optional<InheritedSockets::Named> InheritedSockets::take_path(const std::string& path) {
  for (auto& one : sockets_) {
    if (one.path.empty() || one.path != path) continue;
    Named taken{std::move(one.descriptor), one.name};
    remove_taken();
    return taken;
  }
  return std::nullopt;
}

std::vector<InheritedSockets::Left> InheritedSockets::left() const {
  std::vector<Left> out;
  for (const auto& one : sockets_)
    out.push_back({one.name, !one.path.empty() ? "unix:" + one.path
                                               : one.bound.to_string() + (one.udp ? " (UDP)" : " (TCP)")});
  return out;
}

}  // namespace signpost
