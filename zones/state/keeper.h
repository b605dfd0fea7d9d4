// The thread that writes state files, and the one place that reads them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dns/base/clock.h"
#include "dns/base/result.h"
#include "zones/state/content.h"
#include "zones/state/files.h"
#include "zones/state/generations.h"

namespace signpost::state {

/// The files of one registry, for status and metrics.
struct FileReport {
  std::string registry;
  std::int64_t written = 0;  // Unix time of the newest image that was read or written; 0: none
  std::uint64_t octets = 0;  // of the last one written
  std::uint64_t writes = 0, write_errors = 0;
  std::uint64_t load_errors = 0;  // files that were passed over: damaged, or of something else
  std::string last_error;         // empty: none, or a write after it was well
};

class Keeper {
 public:
  using Open = std::function<Result<std::unique_ptr<Files>>(const std::string& path)>;
  explicit Keeper(const Clock& clock, Open open = open_directory);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// Any thread: another directory from now on; empty: none. What is wrong with it is logged, once; it is
  /// tried again with every write.
  void use(const std::string& directory);

  /// Any thread but the writer's; waits while a file is written. Generations::load() with log lines.
  std::optional<Image> load(const Source& source, const std::function<Result<void>(const Image&)>& accepts);

  /// Any thread: writes it soon. `done` is called on the writer's thread.
  using Done = std::function<void(const std::string& registry, bool well)>;
  void save(Content content, Done done);

  /// Writes what waits, and ends the thread. Nothing is saved afterwards.
  void stop();

  /// Any thread.
  std::vector<FileReport> reports() const;

 private:
  struct Job {
    Content content;
    Done done;
  };
  void run();
  Result<std::uint64_t> write(const Content& content);
  Result<void> reach();
  Generations& generations(const std::string& registry);
  void note_written(const std::string& registry, const Result<std::uint64_t>& written);

  const Clock& clock_;
  const Open open_;

  std::mutex files_mutex_;  // held while files are read or written
  std::string directory_;
  std::unique_ptr<Files> files_;
  std::map<std::string, Generations> generations_;
  bool unreachable_ = false;  // and it was said

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::map<std::string, FileReport> reports_;
  std::thread thread_;  // starts with the first job
};

}  // namespace signpost::state
