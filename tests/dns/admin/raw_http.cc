#include "tests/dns/admin/raw_http.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace signpost::admin {
namespace {

int connect_or_close(int descriptor, const sockaddr* address, socklen_t size) {
  if (connect(descriptor, address, size) == 0) return descriptor;
  close(descriptor);
  return -1;
}

}  // namespace

RawHttp RawHttp::tcp(std::string_view text) {
  const auto address = SocketAddress::parse(text);
  if (!address || !address->ip.is_v4()) return RawHttp(-1);
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(address->port);
  std::memcpy(&in.sin_addr, address->ip.octets().data(), 4);
  return RawHttp(connect_or_close(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
                                  reinterpret_cast<sockaddr*>(&in), sizeof in));
}

RawHttp RawHttp::unix_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  return RawHttp(connect_or_close(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
                                  reinterpret_cast<sockaddr*>(&address), sizeof address));
}

RawHttp::RawHttp(RawHttp&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)) {}

RawHttp::~RawHttp() {
  if (descriptor_ >= 0) close(descriptor_);
}

void RawHttp::send(std::string_view octets) {
  while (!octets.empty()) {
    const auto sent = ::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // a server that has had enough may close first; the response says why
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawHttp::fill() {
  pollfd waiting{descriptor_, POLLIN, 0};
  if (poll(&waiting, 1, 10000) != 1) return false;
  char octets[4096];
  const auto got = recv(descriptor_, octets, sizeof octets, 0);
  if (got <= 0) return false;
  buffer_.append(octets, static_cast<std::size_t>(got));
  return true;
}

std::string RawHttp::response(bool head_only) {
  std::size_t head_end = std::string::npos;
  while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::exchange(buffer_, {});
  }
  std::size_t length = 0;
  static constexpr std::string_view kField = "Content-Length: ";
  if (const auto field = buffer_.find(kField); field < head_end && !head_only) {
    std::from_chars(buffer_.data() + field + kField.size(), buffer_.data() + head_end, length);
  }
  const auto total = head_end + 4 + length;
  while (buffer_.size() < total && fill()) {
  }
  auto whole = buffer_.substr(0, total);
  buffer_.erase(0, std::min(total, buffer_.size()));
  return whole;
}

std::string RawHttp::chunked_response() {
  constexpr std::string_view kLast = "\r\n0\r\n\r\n";
  while (!buffer_.ends_with(kLast) && fill()) continue;
  return std::exchange(buffer_, {});
}

std::string RawHttp::until_closed() {
  while (fill()) continue;
  return std::exchange(buffer_, {});
}

bool RawHttp::closed() {
  pollfd waiting{descriptor_, POLLIN, 0};
  if (poll(&waiting, 1, 10000) != 1) return false;
  char octet = 0;
  return recv(descriptor_, &octet, 1, MSG_PEEK) <= 0;
}

int status_of(std::string_view response) {
  if (response.size() < 12 || response.substr(0, 7) != "HTTP/1.") return 0;
  int status = 0;
  std::from_chars(response.data() + 9, response.data() + 12, status);
  return status;
}

std::string body_of(std::string_view response) {
  const auto head_end = response.find("\r\n\r\n");
  return head_end == std::string_view::npos ? "" : std::string(response.substr(head_end + 4));
}

TemporaryDirectory::TemporaryDirectory() {
  auto pattern = (std::filesystem::temp_directory_path() / "signpost-admin-XXXXXX").string();
  path_ = mkdtemp(pattern.data()) == nullptr ? "" : pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace signpost::admin
