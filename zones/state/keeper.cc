#include "zones/state/keeper.h"

#include <utility>

#include "dns/base/background.h"
#include "dns/base/log.h"

namespace signpost::state {
namespace {

std::int64_t unix_time(const Clock& clock) { return std::chrono::system_clock::to_time_t(clock.wall()); }

}  // namespace

Keeper::Keeper(const Clock& clock, Open open) : clock_(clock), open_(std::move(open)) {}
Keeper::~Keeper() { stop(); }

void Keeper::use(const std::string& directory) {
  const std::lock_guard lock(files_mutex_);
  if (directory == directory_) return;
  directory_ = directory;
  generations_.clear();
  files_.reset();
  unreachable_ = false;
  if (!directory.empty()) (void)reach();
}

/// With the mutex of files.
Result<void> Keeper::reach() {
  if (files_) return {};
  if (directory_.empty()) return Error{"there is no state directory any more"};
  auto opened = open_(directory_);
  if (!opened) {
    if (!std::exchange(unreachable_, true))
      log::warning("state.no_directory", {{"why", opened.error().message}});
    return opened.error();
  }
  files_ = std::move(*opened);
  if (std::exchange(unreachable_, false)) log::info("state.directory_found", {{"directory", directory_}});
  return {};
}

/// With the mutex of files, and files.
Generations& Keeper::generations(const std::string& registry) {
  return generations_.try_emplace(registry, *files_, registry).first->second;
}

std::optional<Image> Keeper::load(const Source& source,
                                  const std::function<Result<void>(const Image&)>& accepts) {
  Loaded loaded;
  {
    const std::lock_guard lock(files_mutex_);
    if (directory_.empty() || !reach()) return std::nullopt;
    loaded = generations(source.registry).load(source, accepts);
  }
  for (const auto& why : loaded.refused) log::warning("state.refused", {{"file", why}});
  const std::lock_guard lock(mutex_);
  auto& report = reports_[source.registry];
  report.load_errors += loaded.refused.size();
  if (!loaded.refused.empty()) report.last_error = loaded.refused.back();
  if (loaded.image) report.written = loaded.image->meta.written;
  return std::move(loaded.image);
}

void Keeper::save(Content content, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    jobs_.push_back({std::move(content), std::move(done)});
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  arrived_.notify_one();
}

void Keeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Keeper::run() {
  begin_background_thread("state");
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    const auto written = write(job.content);
    note_written(job.content.source.registry, written);
    if (job.done) job.done(job.content.source.registry, written.has_value());
    job = {};
    lock.lock();
  }
}

Result<std::uint64_t> Keeper::write(const Content& content) {
  const std::lock_guard lock(files_mutex_);
  if (auto reached = reach(); !reached) return reached.error();
  if (auto ours = files_->take_over(); !ours) return ours.error();
  Meta meta;
  meta.source = content.source;
  meta.packed_version = content.packed_version;
  meta.written = unix_time(clock_);
  meta.revision = content.revision;
  meta.complete = content.complete;
  return generations(content.source.registry).write(meta, content.records);
}

/// An error is logged when it is another one than before.
void Keeper::note_written(const std::string& registry, const Result<std::uint64_t>& written) {
  const std::lock_guard lock(mutex_);
  auto& report = reports_[registry];
  report.registry = registry;
  if (written) {
    ++report.writes;
    report.octets = *written;
    report.written = unix_time(clock_);
    if (!report.last_error.empty())
      log::info("state.written", {{"registry", registry}, {"octets", *written}});
    report.last_error.clear();
    return;
  }
  ++report.write_errors;
  const auto& why = written.error().message;
  if (report.last_error != why) log::warning("state.not_written", {{"registry", registry}, {"why", why}});
  report.last_error = why;
}

std::vector<FileReport> Keeper::reports() const {
  const std::lock_guard lock(mutex_);
  std::vector<FileReport> all;
  for (const auto& [name, report] : reports_) {
    all.push_back(report);
    all.back().registry = name;
  }
  return all;
}

}  // namespace signpost::state
