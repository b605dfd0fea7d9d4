// The few things that are done to files of the state directory, so that a test can make them fail, or stop
// half-way.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "dns/base/result.h"

namespace signpost::state {

/// A file while it is written. Errors are one line without a path.
class NewFile {
 public:
  virtual ~NewFile() = default;
  virtual Result<void> write(std::string_view octets) = 0;
  /// fdatasync. After a failure nothing more is done with the file: what the kernel could not write it may
  /// have dropped, and a second call would say that all is well.
  virtual Result<void> sync() = 0;
  /// Says what the destructor could not.
  virtual Result<void> close() = 0;
};

/// One directory; names have no slash. One thread at a time.
class Files {
 public:
  virtual ~Files() = default;
  /// The whole file; nothing of it when it is missing (`missing` true) or cannot be read.
  virtual Result<std::string> read(const std::string& name, bool& missing) = 0;
  /// Empty, for the owner alone (0600); what has the name is gone.
  virtual Result<std::unique_ptr<NewFile>> create(const std::string& name) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual void remove(const std::string& name) = 0;
  /// fsync of the directory: a rename lasts from here on.
  virtual Result<void> sync_directory() = 0;
  /// Two programs must not write here at once: the directory is ours from the first success until this
  /// object dies. Asking again is cheap.
  virtual Result<void> take_over() = 0;
};

/// Files as the system has them. The error says what to do about the directory.
Result<std::unique_ptr<Files>> open_directory(const std::string& path);

}  // namespace signpost::state
