#include "zones/state/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace signpost::state {
namespace {

constexpr off_t kFileOctetsMax = off_t{4} << 30;

/// What would be right, in the words of a Pod as well; empty where the reason says enough.
std::string remedy(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
      return fmt::format(
          "; it must belong to this process, uid {} and gid {} (in a Pod: securityContext.fsGroup {})",
          ::geteuid(), ::getegid(), ::getegid());
    case EROFS:
      return "; mount the directory writable, or leave state_directory out";
    case ENOSPC:
    case EDQUOT:
      return "; the volume is too small: the last good files stay, answers go on";
    case ENOENT:
      return "; create it, for this user alone (0700), or mount a volume there";
    default:
      return {};
  }
}

Error failed(std::string_view what) {
  const auto number = errno;
  return Error{fmt::format("{}: {}{}", what, std::strerror(number), remedy(number))};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset(int fd) noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

class SystemFile final : public NewFile {
 public:
  explicit SystemFile(int fd) : fd_(fd) {}

  Result<void> write(std::string_view octets) override {
    while (!octets.empty()) {
      const auto written = ::write(fd_.get(), octets.data(), octets.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failed("write");
      octets.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }
  Result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0) return failed("fdatasync");
    return {};
  }
  Result<void> close() override {
    if (::close(fd_.release()) != 0) return failed("close");
    return {};
  }

 private:
  Descriptor fd_;
};

class SystemFiles final : public Files {
 public:
  explicit SystemFiles(int directory) : directory_(directory) {}

  Result<std::string> read(const std::string& name, bool& missing) override {
    // O_NONBLOCK: a FIFO of that name must not stop the start.
    const Descriptor fd(
        ::openat(directory_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    missing = fd.get() < 0 && errno == ENOENT;
    if (fd.get() < 0) return failed("open");
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return failed("stat");
    if (!S_ISREG(status.st_mode)) return Error{"it is no regular file"};
    if (status.st_size > kFileOctetsMax) return Error{"it is over 4 GiB long"};
    std::string octets(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t have = 0;
    while (have < octets.size()) {
      const auto got = ::read(fd.get(), octets.data() + have, octets.size() - have);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read");
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    octets.resize(have);
    return octets;
  }
  Result<std::unique_ptr<NewFile>> create(const std::string& name) override {
    ::unlinkat(directory_.get(), name.c_str(), 0);
    const auto fd =
        ::openat(directory_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return failed("create");
    return std::unique_ptr<NewFile>(std::make_unique<SystemFile>(fd));
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::renameat(directory_.get(), from.c_str(), directory_.get(), to.c_str()) != 0)
      return failed("rename");
    return {};
  }
  void remove(const std::string& name) override { ::unlinkat(directory_.get(), name.c_str(), 0); }
  Result<void> sync_directory() override {
    if (::fsync(directory_.get()) != 0) return failed("fsync of the directory");
    return {};
  }
  Result<void> take_over() override {
    if (mine_) return {};
    const auto fd = ::openat(directory_.get(), "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return failed("lock");
    lock_.reset(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return Error{"another process writes here; give each a directory of its own"};
      return failed("lock");
    }
    mine_ = true;
    return {};
  }

 private:
  Descriptor directory_;
  Descriptor lock_{-1};
  bool mine_ = false;
};

}  // namespace

Result<std::unique_ptr<Files>> open_directory(const std::string& path) {
  const auto fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed(path);
  return std::unique_ptr<Files>(std::make_unique<SystemFiles>(fd));
}

}  // namespace signpost::state
