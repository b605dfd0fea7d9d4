#include "dns/static_files.h"

#include <algorithm>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "backends/file/directory_watch.h"
#include "dns/base/background.h"
#include "dns/base/log.h"

namespace signpost {
namespace {

namespace asio = boost::asio;

constexpr int kNiceness = 10;             // a large file must not take a core from the workers
constexpr std::size_t kLinesLogged = 20;  // `signpost check` shows all

bool same(const std::shared_ptr<const StaticZone>& a, const std::shared_ptr<const StaticZone>& b) {
  return a == b || (a && b && *a == *b);
}

void log_warnings(const std::vector<std::string>& warnings) {
  for (std::size_t i = 0; i < std::min(warnings.size(), kLinesLogged); ++i)
    log::warning("zone.file_warning", {{"reason", warnings[i]}});
}

}  // namespace

StaticReadings read_statics(const config::Config& config) {
  StaticReadings readings;
  readings.reserve(config.zones.size());
  for (const auto& zone : config.zones) readings.push_back(read_static_zone(zone));
  return readings;
}

StaticZones zones_of(const StaticReadings& readings) {
  StaticZones zones;
  zones.reserve(readings.size());
  for (const auto& reading : readings) zones.push_back(reading.zone);
  return zones;
}

class StaticFiles::Core {
 public:
  Core(const Clock& clock, Publish publish)
      : clock_(clock), publish_(std::move(publish)), work_(context_.get_executor()) {}

  std::unique_lock<std::mutex> pause() { return std::unique_lock(busy_); }

  void follow(std::shared_ptr<const config::Config> config, StaticReadings readings) {
    std::vector<Followed> next;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      const auto& zone = config->zones[i];
      if (zone.file.empty()) continue;
      next.push_back({Name::parse(zone.name).value().folded(), &zone, std::move(readings[i]), {}});
    }
    config_ = std::move(config);
    keep_counts(next);
    followed_ = std::move(next);
    show();
    if (followed_.empty() && !thread_.joinable()) return;
    if (!thread_.joinable()) start();
    asio::post(context_, [this] { watch_anew(); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    context_.stop();
    thread_.join();
  }

  std::vector<admin::StaticFileReport> reports() const {
    const std::lock_guard lock(shown_mutex_);
    return shown_;
  }

 private:
  struct Followed {
    Name apex;
    const config::Zone* rules;  // inside config_
    StaticReading reading;      // its zone is what is served, its files are what was seen last
    admin::StaticFileReport report;
  };

  void start() {
    thread_ = std::thread([this] {
      begin_background_thread("zone-files");
      setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);  // if not, it is only less polite
      context_.run();
    });
  }

  /// A zone that stays keeps its counters; what a reload accepted has no mistake.
  void keep_counts(std::vector<Followed>& next) const {
    for (auto& zone : next) {
      zone.report = {zone.apex.to_string(), zone.rules->file, 0, 0, {}};
      for (const auto& before : followed_) {
        if (!(before.apex == zone.apex)) continue;
        zone.report.accepted = before.report.accepted;
        zone.report.refused = before.report.refused;
      }
    }
  }

  void show() {
    std::vector<admin::StaticFileReport> reports;
    for (const auto& zone : followed_) reports.push_back(zone.report);
    const std::lock_guard lock(shown_mutex_);
    shown_ = std::move(reports);
  }

  /// On the thread: the watch of the configuration before ends, one of the files that count now begins.
  void watch_anew() {
    if (watching_) watching_->emit(asio::cancellation_type::terminal);
    watching_ = std::make_shared<asio::cancellation_signal>();
    asio::co_spawn(context_, watch(),
                   asio::bind_cancellation_slot(
                       watching_->slot(), [signal = watching_](const std::exception_ptr& error) {
                         if (error)
                           log::error("zone.watch_failed", {{"remedy", "reload looks at the files"}});
                       }));
  }

  asio::awaitable<void> watch() {
    try {
      // The watch comes first: what changes while files are read is seen by the next wait().
      file::DirectoryWatch watch(context_.get_executor(), clock_, paths());
      while (true) {
        look();
        watch.set_paths(paths());
        co_await watch.wait();
      }
    } catch (const boost::system::system_error& error) {
      if (error.code() != asio::error::operation_aborted) throw;
    }
  }

  std::vector<std::string> paths() {
    const std::lock_guard lock(busy_);
    std::vector<std::string> all;
    for (const auto& zone : followed_) {
      for (const auto& seen : zone.reading.files) all.push_back(seen.path);
    }
    return all;
  }

  void look() {
    const std::lock_guard lock(busy_);
    for (auto& zone : followed_) {
      if (!files::any_changed(zone.reading.files)) continue;
      auto reading = read_static_zone(*zone.rules);
      zone.reading.files = std::move(reading.files);
      if (reading.findings.errors.empty()) {
        take(zone, std::move(reading));
      } else {
        refuse(zone, std::move(reading.findings.errors));
      }
    }
    show();
  }

  void take(Followed& zone, StaticReading reading) {
    zone.report.last_error.clear();
    zone.reading.findings.errors.clear();
    if (same(zone.reading.zone, reading.zone)) return;
    log_warnings(reading.findings.warnings);
    zone.reading.zone = std::move(reading.zone);
    ++zone.report.accepted;
    log::info("zone.file_accepted",
              {{"zone", zone.report.zone},
               {"path", zone.report.path},
               {"names", zone.reading.zone ? zone.reading.zone->nodes.size() : std::size_t{0}}});
    publish_(zone.apex, zone.reading.zone);
  }

  /// The same mistakes again are neither counted nor logged.
  void refuse(Followed& zone, std::vector<std::string> errors) {
    if (errors == zone.reading.findings.errors) return;
    ++zone.report.refused;
    zone.report.last_error = errors.front();
    for (std::size_t i = 0; i < std::min(errors.size(), kLinesLogged); ++i)
      log::error("zone.file_refused", {{"zone", zone.report.zone}, {"reason", errors[i]}});
    zone.reading.findings.errors = std::move(errors);
  }

  const Clock& clock_;
  const Publish publish_;
  std::mutex busy_;  // config_, followed_, and reading what they name
  std::shared_ptr<const config::Config> config_;
  std::vector<Followed> followed_;
  mutable std::mutex shown_mutex_;
  std::vector<admin::StaticFileReport> shown_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::shared_ptr<asio::cancellation_signal> watching_;
  std::thread thread_;
};

StaticFiles::StaticFiles(const Clock& clock, Publish publish)
    : core_(std::make_unique<Core>(clock, std::move(publish))) {}
StaticFiles::~StaticFiles() { stop(); }
std::unique_lock<std::mutex> StaticFiles::pause() { return core_->pause(); }
void StaticFiles::follow(std::shared_ptr<const config::Config> config, StaticReadings readings) {
  core_->follow(std::move(config), std::move(readings));
}
void StaticFiles::stop() { core_->stop(); }
std::vector<admin::StaticFileReport> StaticFiles::reports() const { return core_->reports(); }

}  // namespace signpost
