// The parts of a running Signpost and their order of life.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "backends/checks/checker.h"
#include "config/config.h"
#include "dns/admin/admin.h"
#include "dns/base/result.h"
#include "dns/config_watch.h"
#include "dns/cookie_keeper.h"
#include "dns/doors.h"
#include "dns/on_query.h"
#include "dns/overload_log.h"
#include "dns/query/rules.h"
#include "dns/query_taps.h"
#include "dns/registries.h"
#include "dns/reload.h"
#include "dns/state_files.h"
#include "dns/static_files.h"
#include "dns/transport/server.h"
#include "zones/snapshot/store.h"
#include "zones/table/builder.h"

namespace signpost {

class SocketStore;

/// When a program begins to read queries that wait in sockets which were handed down.
struct BeginWhen {
  bool ready = false;                              // every required registry has told it all; else at once
  std::optional<std::chrono::milliseconds> after;  // or so long after the start, whichever is sooner
};

/// Everything here happens on the main thread, which runs `control`, unless said otherwise.
class Program {
 public:
  /// `sockets` outlives it.
  Program(boost::asio::io_context& control, config::Config config, StaticReadings statics,
          SocketStore& sockets, BeginWhen begin);
  ~Program();

  /// Opens every listener or none; after it, or when BeginWhen says, queries are answered. The error says
  /// which address and why.
  Result<void> start();
  /// Before start(). Called once, on the main thread: queries are answered from here on; an error: they never
  /// will be.
  void on_begun(std::function<void(Result<void>)> then) { begun_ = std::move(then); }
  /// Before start(). Called once, on the main thread: every required registry has been complete once.
  void on_ready(std::function<void()> then) { ready_ = std::move(then); }
  /// Before start(). Called around each reload from when queries are answered, whoever asked for it, on the
  /// main thread.
  void on_reload(std::function<void()> before, std::function<void(const admin::ReloadOutcome&)> after) {
    before_reload_ = std::move(before);
    after_reload_ = std::move(after);
  }
  /// Asks every worker a query through its own socket; never waits.
  void ask_workers() noexcept { server_->ask_all(); }
  /// When the latest question was asked that the slowest worker has answered.
  Monotonic oldest_sign() const noexcept { return server_->oldest_sign(); }
  /// Reads the configuration again; a bad one changes nothing.
  admin::ReloadOutcome reload();
  /// Not ready from here on, while everything else goes on.
  void retire();
  /// How long it is to go on after retire().
  Duration lameduck() const { return config_->lameduck; }
  /// Another process answers at the same sockets: reads nothing more, closes the doors, and serves TCP
  /// clients on, 30 s at most; then `done`, on the main thread.
  void hand_over(std::function<void()> done);
  /// Not ready from here on, then silence: listeners, registries, builder, admin.
  void stop();

 private:
  admin::Sources admin_sources();
  void publish_rules();
  Result<void> start_server();
  void start_registries();
  Result<void> begin();
  void begin_when();
  void wait_for_retired(std::function<void()> done);
  void watch_readiness(std::chrono::milliseconds pause);
  void watch_cookie_file();
  admin::ReloadOutcome read_again();
  void take(Change& changed);
  /// Opens what differs, before anything else changes; an error changes nothing.
  Result<void> move_listeners(const config::Config& next);
  /// Has report() show what is open, and logs what was not before.
  void show_listeners();
  /// Any thread.
  admin::ProgramReport report() const;

  boost::asio::io_context& control_;
  std::shared_ptr<const config::Config> config_;
  const WallTime started_;
  SocketStore& sockets_;
  const BeginWhen begin_when_;

  CookieKeeper cookies_;
  QueryTaps query_taps_;  // outlives server_
  const std::shared_ptr<RulesStore> rules_;
  SnapshotStore store_;
  Builder builder_;
  StateFiles state_files_;
  StaticFiles static_files_;
  StaticReadings first_statics_;  // until start()

  boost::asio::io_context registry_context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> registry_work_;
  Registries registries_;
  OnQuery on_query_;
  checks::Checker checker_;
  SharedDurations registry_steps_;
  std::thread registry_thread_;

  admin::Admin admin_;
  Doors doors_;
  std::unique_ptr<ResponderFactory> responders_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<OverloadLog> overload_log_;  // looks at server_
  std::function<void()> ready_ = [] {};
  std::function<void()> before_reload_ = [] {};
  std::function<void(const admin::ReloadOutcome&)> after_reload_ = [](const admin::ReloadOutcome&) {};
  std::function<void(Result<void>)> begun_ = [](const Result<void>&) {};  // null once it was called
  boost::asio::steady_timer begin_timer_;
  boost::asio::steady_timer readiness_timer_;
  boost::asio::steady_timer cookie_timer_;
  ConfigWatch config_watch_;

  mutable std::mutex mutex_;  // what report() shows and the main thread changes
  std::vector<admin::ListenerReport> listeners_;
  admin::ReloadReport reload_;
};

}  // namespace signpost
