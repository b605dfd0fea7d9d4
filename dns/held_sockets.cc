#include "dns/held_sockets.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace signpost {
namespace {

constexpr std::size_t kDescriptorsMax = 253;  // of one message: SCM_MAX_FD
constexpr std::size_t kTextMax = 4096;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

void HeldSockets::add(Named named) {
  const auto inode = inode_of(named.descriptor.get());
  const bool known = std::any_of(all_.begin(), all_.end(),
                                 [&](const Named& one) { return inode_of(one.descriptor.get()) == inode; });
  if (!known && all_.size() < kCountMax) all_.push_back(std::move(named));
}

void HeldSockets::remove(const std::string& name) {
  std::erase_if(all_, [&](const Named& one) { return one.name == name; });
}

void HeldSockets::remove_files() const noexcept {
  for (const auto& one : all_) {
    sockaddr_un address{};
    socklen_t size = sizeof address;
    if (!one.name.starts_with(kStoredPrefix) ||
        ::getsockname(one.descriptor.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
      continue;
    if (address.sun_family == AF_UNIX && size > offsetof(sockaddr_un, sun_path) && address.sun_path[0] == '/')
      (void)::unlink(address.sun_path);
  }
}

std::optional<std::string> Heard::value(std::string_view key) const {
  for (const auto& line : lines) {
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == '=')
      return line.substr(key.size() + 1);
  }
  return std::nullopt;
}

Result<NotifySocket> NotifySocket::open() {
  NotifySocket made;
  made.descriptor_ = FileDescriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socklen_t size = sizeof address;
  const int fd = made.descriptor_.get();
  // Bound to no name the kernel gives it one that nobody has (unix(7), autobind).
  if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address.sun_family) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return Error{std::string("the socket of the serving process: ") + std::strerror(errno)};
  const auto length = size - offsetof(sockaddr_un, sun_path);
  made.address_ = "@" + std::string(address.sun_path + 1, length - 1);
  return made;
}

std::optional<Heard> NotifySocket::receive() {
  std::array<char, kTextMax> text;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptorsMax * sizeof(int)) + CMSG_SPACE(sizeof(ucred))>
      control;
  iovec line{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &line;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto size = ::recvmsg(descriptor_.get(), &message, MSG_CMSG_CLOEXEC);
  if (size < 0) return std::nullopt;
  Heard heard;
  heard.lines = lines_of({text.data(), static_cast<std::size_t>(size)});
  for (auto* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level != SOL_SOCKET) continue;
    if (one->cmsg_type == SCM_CREDENTIALS) {
      ucred sender{};
      std::memcpy(&sender, CMSG_DATA(one), sizeof sender);
      heard.sender = sender.pid;
    } else if (one->cmsg_type == SCM_RIGHTS) {
      for (std::size_t at = 0; at + sizeof(int) <= one->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(one) + at, sizeof descriptor);
        heard.descriptors.emplace_back(descriptor);
      }
    }
  }
  return heard;
}

}  // namespace signpost
