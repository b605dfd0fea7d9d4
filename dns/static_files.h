// Keeps the static data of zones what their files say, while the program runs.
//
// The life of an edit: something happens in a directory that holds a zone file or what it includes; the
// thread of this class, one of low priority, sees which files are others now, reads their zones anew, and
// hands a good one to the builder. A bad one changes nothing but the log, the status and a counter.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "config/config.h"
#include "dns/admin/sources.h"
#include "dns/base/clock.h"
#include "zones/files/read_zone.h"

namespace signpost {

/// By index of config::Config::zones.
using StaticReadings = std::vector<StaticReading>;

/// Reads all that is there; findings are in each.
StaticReadings read_statics(const config::Config& config);
StaticZones zones_of(const StaticReadings& readings);

/// One thread of its own. The other functions are for the main thread, but for reports().
class StaticFiles {
 public:
  /// Gets a zone's static data after a change; null: it has none any more. Called on this class' thread.
  using Publish = std::function<void(const Name& zone, std::shared_ptr<const StaticZone> data)>;

  StaticFiles(const Clock& clock, Publish publish);
  ~StaticFiles();

  /// While the lock is held nothing is read nor published: a reload must not be overtaken by an older
  /// reading. Waits for one that has begun.
  std::unique_lock<std::mutex> pause();
  /// What is served now, and what it was read from. Hold pause(), except for the first time.
  void follow(std::shared_ptr<const config::Config> config, StaticReadings readings);
  void stop();

  /// Any thread: every zone with a file.
  std::vector<admin::StaticFileReport> reports() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace signpost
