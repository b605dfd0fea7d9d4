#include "dns/base/log_sink.h"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace signpost::log {

Sink::~Sink() {
  if (own_ >= 0) ::close(own_);
}

/// What the descriptor is now; a new one of our own where that helps.
void Sink::look() noexcept {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return;
  const std::pair<unsigned long, unsigned long> now{status.st_dev, status.st_ino};
  if (seen_ == now) return;
  seen_ = now;
  if (own_ >= 0) ::close(own_);
  own_ = -1;
  kind_ = S_ISSOCK(status.st_mode)                                ? Kind::Socket
          : S_ISFIFO(status.st_mode)                              ? Kind::Pipe
          : S_ISCHR(status.st_mode) && ::isatty(descriptor_) != 0 ? Kind::Terminal
                                                                  : Kind::Other;
  if (kind_ != Kind::Pipe && kind_ != Kind::Terminal) return;
  char path[32] = "/proc/self/fd/";
  std::size_t size = 14;
  if (descriptor_ >= 10) path[size++] = static_cast<char>('0' + descriptor_ / 10 % 10);
  path[size++] = static_cast<char>('0' + descriptor_ % 10);
  path[size] = '\0';
  own_ = ::open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_APPEND);
}

bool Sink::write_when_ready(std::string_view line) noexcept {
  pollfd ready{descriptor_, POLLOUT, 0};
  if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  return ::write(descriptor_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

bool Sink::write(std::string_view line) noexcept {
  look();
  if (kind_ == Kind::Pipe && own_ < 0) return write_when_ready(line);
  const int to = own_ >= 0 ? own_ : descriptor_;
  ssize_t count = 0;
  do {
    count = kind_ == Kind::Socket ? ::send(to, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                  : ::write(to, line.data(), line.size());
  } while (count < 0 && errno == EINTR);
  return count == static_cast<ssize_t>(line.size());
}

}  // namespace signpost::log
