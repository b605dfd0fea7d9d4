#include "backends/follow/file_value.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace signpost::follow {
namespace {

constexpr std::size_t kBytesMax = std::size_t{1} << 20;

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

/// O_NONBLOCK: a path that has become a pipe must not hold the thread.
Result<std::string> read_whole(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) return Error{path + ": " + std::strerror(errno)};
  std::string content;
  std::array<char, 16384> buffer;
  for (;;) {
    const auto count = ::read(file.fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error{path + ": " + std::strerror(errno)};
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (content.size() > kBytesMax) return Error{path + ": larger than 1 MiB"};
  }
}

void trim_end(std::string& content) {
  const auto last = content.find_last_not_of(" \t\r\n");
  content.resize(last == std::string::npos ? 0 : last + 1);
}

}  // namespace

FileValue::FileValue(std::string path, Duration refresh, Check check)
    : path_(std::move(path)), refresh_(refresh), check_(check) {}

Result<std::string_view> FileValue::get(Monotonic now) {
  if (!tried_ || !good_ || now - read_at_ >= refresh_) return read_again(now);
  return std::string_view(content_);
}

Result<std::string_view> FileValue::read_again(Monotonic now) {
  tried_ = true;
  read_at_ = now;
  auto read = read_whole(path_);
  if (read) trim_end(*read);
  const bool refused = read && (read->empty() || (check_ != nullptr && !check_(*read)));
  if (read && !refused) {
    content_ = std::move(*read);
    good_ = true;
  } else {
    ++refused_;
    trouble_ =
        refused ? path_ + (read->empty() ? ": is empty" : ": content is not usable") : read.error().message;
  }
  if (!good_) return Error{trouble_};
  return std::string_view(content_);
}

bool holds_pem_certificate(std::string_view content) {
  const auto begin = content.find("-----BEGIN CERTIFICATE-----");
  return begin != std::string_view::npos &&
         content.find("-----END CERTIFICATE-----", begin) != std::string_view::npos &&
         content.rfind("-----END CERTIFICATE-----") > content.rfind("-----BEGIN CERTIFICATE-----");
}

}  // namespace signpost::follow
