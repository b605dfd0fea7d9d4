#include "dns/notify.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dns/base/environment.h"

namespace signpost {
namespace {

std::optional<std::uint64_t> number(const std::optional<std::string>& text) {
  std::uint64_t value = 0;
  if (!text) return std::nullopt;
  const auto* end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

/// A status is one line, whatever is in it.
std::string line(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return out;
}

constexpr std::size_t kPerMessage = 64;  // descriptors; the kernel takes 253

/// What is lost here would be missed one day: waits while the manager is busy, a second at most. False: that
/// was not enough.
bool send_patiently(int descriptor, const msghdr& message) {
  constexpr int kPatienceMs = 1000;
  while (::sendmsg(descriptor, &message, MSG_NOSIGNAL) < 0) {
    if (errno == EINTR) continue;
    pollfd ready{descriptor, POLLOUT, 0};
    if (errno != EAGAIN) return true;
    if (::poll(&ready, 1, kPatienceMs) <= 0) return false;
  }
  return true;
}

}  // namespace

Result<Notifier> Notifier::from_environment() {
  const auto path = take_variable("NOTIFY_SOCKET");
  const auto microseconds = number(take_variable("WATCHDOG_USEC"));
  const auto pid = take_variable("WATCHDOG_PID");
  Notifier notifier;
  if (!path || path->empty()) return notifier;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool abstract = path->front() == '@';
  if ((!abstract && path->front() != '/') || path->size() < 2 || path->size() >= sizeof address.sun_path)
    return Error{"NOTIFY_SOCKET is no Unix socket: " + *path};
  std::copy(path->begin(), path->end(), address.sun_path);
  if (abstract) address.sun_path[0] = '\0';
  const auto size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path->size() + (abstract ? 0 : 1));
  notifier.descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (notifier.descriptor_ < 0 ||
      ::connect(notifier.descriptor_, reinterpret_cast<const sockaddr*>(&address), size) != 0)
    return Error{"NOTIFY_SOCKET " + *path + ": " + std::strerror(errno)};
  // Of another process in the same unit: its watchdog is not ours.
  if (microseconds && *microseconds > 0 && (!pid || *pid == std::to_string(::getpid())))
    notifier.watchdog_ = std::chrono::microseconds(*microseconds);
  return notifier;
}

Notifier::Notifier(Notifier&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), watchdog_(other.watchdog_) {}

Notifier& Notifier::operator=(Notifier&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(watchdog_, other.watchdog_);
  return *this;
}

Notifier::~Notifier() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Notifier::send(const std::string& message) const {
  if (descriptor_ >= 0) (void)::send(descriptor_, message.data(), message.size(), MSG_NOSIGNAL);
}

void Notifier::send_surely(const msghdr& message) const {
  if (descriptor_ < 0) return;
  if (listens_)
    listens_ = send_patiently(descriptor_, message);
  else
    listens_ = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL) >= 0;
}

void Notifier::send_surely(std::string text) const {
  iovec line{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &line;
  message.msg_iovlen = 1;
  send_surely(message);
}

void Notifier::pass_on(const std::string& lines) const { send_surely(lines); }
void Notifier::ready(std::string_view status) const { send_surely("READY=1\nSTATUS=" + line(status)); }
void Notifier::reloading(Monotonic now) const {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  send_surely(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", since.count()));
}
void Notifier::stopping(std::string_view status) const { send("STOPPING=1\nSTATUS=" + line(status)); }
void Notifier::status(std::string_view status) const { send("STATUS=" + line(status)); }
void Notifier::alive() const { send("WATCHDOG=1"); }

void Notifier::store(const std::string& name, std::span<const int> descriptors) const {
  // FDPOLL=0: systemd would let go of a socket at the first error that poll shows, and UDP has such.
  std::string text = "FDSTORE=1\nFDPOLL=0\nFDNAME=" + name;
  for (; !descriptors.empty(); descriptors = descriptors.subspan(std::min(descriptors.size(), kPerMessage))) {
    const auto part = descriptors.first(std::min(descriptors.size(), kPerMessage));
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kPerMessage * sizeof(int))> control{};
    iovec line{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &line;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(part.size_bytes());
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(part.size_bytes());
    std::memcpy(CMSG_DATA(header), part.data(), part.size_bytes());
    send_surely(message);
  }
}

void Notifier::unstore(const std::string& name) const { send_surely("FDSTOREREMOVE=1\nFDNAME=" + name); }

}  // namespace signpost
