#include "config/read_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace signpost::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

Error failed(int number) {
  return Error{fmt::format("cannot be read: {}", std::generic_category().message(number))};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t octets_max) {
  if (path.find('\0') != std::string::npos) return failed(EINVAL);
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return failed(errno);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return failed(errno);
  if (!S_ISREG(status.st_mode)) return Error{"cannot be read: it is not a regular file"};
  std::string text;
  char buffer[65536];
  while (true) {
    const auto count = read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > octets_max) {
      return Error{fmt::format("cannot be read: it is larger than {} MiB", octets_max >> 20)};
    }
  }
}

}  // namespace signpost::config
