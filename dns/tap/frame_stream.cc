#include "dns/tap/frame_stream.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace signpost::tap {
namespace {

constexpr std::uint32_t kAccept = 1, kStart = 2, kStop = 3, kReady = 4, kFinish = 5;
constexpr std::uint32_t kContentType = 1;  // the one field there is
constexpr std::size_t kControlOctetsMax = 512;
constexpr timeval kPatience{1, 0};  // for each call

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

std::uint32_t u32_at(std::string_view octets, std::size_t at) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(octets[at + i]);
  return value;
}

/// An escape (a data frame of no octets), the length, the type, and the content type where there is one.
std::string control_frame(std::uint32_t type, std::string_view content_type = {}) {
  std::string body;
  append_u32(body, type);
  if (!content_type.empty()) {
    append_u32(body, kContentType);
    append_u32(body, static_cast<std::uint32_t>(content_type.size()));
    body += content_type;
  }
  std::string out;
  append_u32(out, 0);
  append_u32(out, static_cast<std::uint32_t>(body.size()));
  return out + body;
}

Error failed(const std::string& what) { return Error{what + ": " + std::strerror(errno)}; }

}  // namespace

void append_frame(std::string& out, std::string_view data) {
  append_u32(out, static_cast<std::uint32_t>(data.size()));
  out += data;
}

FrameStream::FrameStream(std::string to, std::string content_type)
    : to_(to.starts_with("unix:") ? to.substr(5) : to),
      content_type_(std::move(content_type)),
      is_socket_(to.starts_with("unix:")) {}

FrameStream::~FrameStream() { end(); }

void FrameStream::end() {
  if (is_open() && send(control_frame(kStop)) && is_socket_) (void)receive_control(kFinish);
  close();
}

void FrameStream::close() noexcept {
  if (is_open()) ::close(std::exchange(out_, -1));
}

Result<void> FrameStream::open() {
  close();
  if (!is_socket_) {
    out_ = ::open(to_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (!is_open()) return failed(to_);
  } else {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (to_.size() >= sizeof address.sun_path)
      return Error{to_ + ": the path of a socket has at most 107 octets"};
    std::memcpy(address.sun_path, to_.data(), to_.size());
    out_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!is_open()) return failed("socket");
    (void)::setsockopt(out_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    (void)::setsockopt(out_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    if (::connect(out_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      const auto error = failed(to_);
      close();
      return error;
    }
  }
  auto ready = shake_hands();
  if (!ready) close();
  return ready;
}

Result<void> FrameStream::shake_hands() {
  if (is_socket_) {
    if (!send(control_frame(kReady, content_type_))) return failed(to_);
    if (!receive_control(kAccept)) return Error{to_ + ": does not accept " + content_type_};
  }
  if (!send(control_frame(kStart, content_type_))) return failed(to_);
  return {};
}

/// A frame of this type. What it lists is not looked at: who accepts nothing of ours closes.
bool FrameStream::receive_control(unsigned type) {
  const auto receive = [&](std::size_t count) {
    std::string octets(count, '\0');
    const bool all = ::recv(out_, octets.data(), count, MSG_WAITALL) == static_cast<ssize_t>(count);
    return all ? octets : std::string();
  };
  const auto head = receive(8);
  if (head.empty() || u32_at(head, 0) != 0) return false;
  const auto size = u32_at(head, 4);
  if (size < 4 || size > kControlOctetsMax) return false;
  const auto body = receive(size);
  return !body.empty() && u32_at(body, 0) == type;
}

bool FrameStream::send(std::string_view octets) noexcept {
  while (!octets.empty()) {
    const auto count = is_socket_ ? ::send(out_, octets.data(), octets.size(), MSG_NOSIGNAL)
                                  : ::write(out_, octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool FrameStream::write(std::string_view frames) {
  if (is_open() && send(frames)) return true;
  close();  // half a frame may be gone: what follows could not be told apart
  return false;
}

}  // namespace signpost::tap
