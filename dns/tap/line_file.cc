#include "dns/tap/line_file.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/base/log.h"

namespace signpost::tap {
namespace {

constexpr std::chrono::seconds kLook{1};

}  // namespace

LineFile::LineFile(std::string to) : to_(std::move(to)), stderr_(STDERR_FILENO) {}

LineFile::~LineFile() {
  if (file_ >= 0) ::close(file_);
}

bool LineFile::is_still_there() const {
  struct stat open_file {
  }, named{};
  return ::fstat(file_, &open_file) == 0 && ::stat(to_.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

bool LineFile::open() {
  if (file_ >= 0) ::close(file_);
  file_ = ::open(to_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file_ < 0) log::warning("query_log.failed", {{"file", to_}, {"reason", std::strerror(errno)}});
  return file_ >= 0;
}

std::uint64_t LineFile::write_to_stderr(std::string_view lines) {
  std::uint64_t written = 0;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n') + 1);
    lines.remove_prefix(line.size());
    written += stderr_.write(line) ? 1 : 0;
  }
  return written;
}

std::uint64_t LineFile::write(std::string_view lines, std::uint64_t count, Monotonic now) {
  if (to_ == "stderr") return write_to_stderr(lines);
  if (now >= looked_ + kLook) {
    looked_ = now;
    if ((file_ < 0 || !is_still_there()) && !open()) return 0;
  }
  if (file_ < 0) return 0;
  while (!lines.empty()) {
    const auto done = ::write(file_, lines.data(), lines.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      log::warning("query_log.failed", {{"file", to_}, {"reason", std::strerror(errno)}});
      return count - static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
    }
    lines.remove_prefix(static_cast<std::size_t>(done));
  }
  return count;
}

}  // namespace signpost::tap
