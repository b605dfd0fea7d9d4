#include "dns/run.h"

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <pthread.h>

#include "dns/base/log.h"
#include "dns/check.h"
#include "dns/descriptors.h"
#include "dns/held_process.h"
#include "dns/low_ports.h"
#include "dns/notify.h"
#include "dns/program.h"
#include "dns/socket_store.h"
#include "dns/watchdog.h"

namespace signpost {
namespace {

namespace asio = boost::asio;

/// What signals do. HUP reloads. TERM ends the program, after `lameduck`: whoever sends queries here goes on
/// for a few seconds after it was told not to (operations.md 1). INT ends it at once: somebody sits there.
class Signals {
 public:
  Signals(asio::io_context& control, Program& program, const Notifier& manager)
      : control_(control),
        program_(program),
        manager_(manager),
        set_(control, SIGHUP, SIGTERM, SIGINT),
        hand_over_(control, SIGUSR2),
        lameduck_(control) {}

  /// From here on they are obeyed; what came before waits until now.
  void obey() {
    wait();
    hand_over_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) hand_over();
    });
  }

 private:
  void wait() {
    set_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number == SIGHUP) {
        if (!retired_) (void)program_.reload();
      } else if (number == SIGINT || retired_ || program_.lameduck() == Duration::zero()) {
        log::info("signpost.stopping", {{"signal", number == SIGTERM ? "TERM" : "INT"}});
        manager_.stopping("ending");
        return control_.stop();
      } else {
        retire();
      }
      wait();
    });
  }

  /// From the parent of `--hold`: another process answers. (By hand it is the end of a program without one.)
  void hand_over() {
    if (std::exchange(retired_, true)) return;
    log::info("signpost.handed_over", {{"signal", "USR2"}});
    program_.hand_over([this] { control_.stop(); });
  }

  void retire() {
    retired_ = true;
    program_.retire();
    manager_.stopping("answering until clients have gone elsewhere (lameduck)");
    const auto seconds = std::chrono::duration<double>(program_.lameduck()).count();
    log::info("signpost.lameduck", {{"signal", "TERM"}, {"seconds", seconds}});
    lameduck_.expires_after(program_.lameduck());
    lameduck_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      log::info("signpost.stopping", {{"signal", "TERM"}});
      control_.stop();
    });
  }

  asio::io_context& control_;
  Program& program_;
  const Notifier& manager_;
  asio::signal_set set_, hand_over_;
  asio::steady_timer lameduck_;
  bool retired_ = false;
};

/// What the parent of `--hold` says, and nobody else: without it a program begins at once.
BeginWhen begin_when() {
  const char* value = std::getenv(kWaitVariable);
  if (value == nullptr) return {};
  const std::string text(value);
  ::unsetenv(kWaitVariable);
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return {true, std::nullopt};
  return {true, std::chrono::milliseconds(count)};
}

}  // namespace

int run(const std::string& config_path) {
  (void)::pthread_setname_np(::pthread_self(),
                             "signpost");  // started from an open file it has that one's name
  take_up_low_ports();
  auto manager = Notifier::from_environment();
  auto inherited = InheritedSockets::from_environment();
  const auto begin = begin_when();
  auto checked = check_config(config_path, CheckScope::Start);
  if (!checked) {
    for (const auto& error : checked.error().errors) std::fprintf(stderr, "error: %s\n", error.c_str());
    return 1;
  }
  log::set_level(checked->config.log.level);
  log::set_format(checked->config.log.format);
  for (const auto& warning : checked->warnings) log::warning("config.warning", {{"reason", warning}});
  if (const auto limit = too_few_descriptors(checked->config.tcp.clients))
    log::warning("signpost.few_descriptors",
                 {{"limit", *limit}, {"tcp_clients", checked->config.tcp.clients}});
  std::signal(SIGPIPE, SIG_IGN);  // a client that went away is an error of one write, not the end

  if (!manager) {
    log::warning("signpost.manager_unreachable", {{"reason", manager.error().message}});
    manager = Notifier();
  }
  asio::io_context control(1);
  SocketStore sockets(*manager, std::move(inherited));
  Program program(control, std::move(checked->config), std::move(checked->statics), sockets, begin);
  Signals signals(control, program, *manager);
  program.on_ready([&] { manager->status("answering; every required registry has been listed"); });
  program.on_reload([&] { manager->reloading(system_clock().now()); },
                    [&](const admin::ReloadOutcome& outcome) {
                      manager->ready(outcome.accepted ? "answering, as the last reload says"
                                                      : "answering; the last reload was refused: " +
                                                            outcome.errors.front());
                    });
  std::optional<Watchdog> watchdog;
  int result = 0;
  program.on_begun([&](const Result<void>& begun) {
    if (!begun) {
      log::error("signpost.cannot_start", {{"reason", begun.error().message}});
      result = 1;
      return control.stop();
    }
    manager->ready(begin.ready ? "answering, in the place of another process"
                               : "answering; required registries are being listed");
    watchdog.emplace(control, program, *manager);
  });
  if (const auto started = program.start(); !started) {
    log::error("signpost.cannot_start", {{"reason", started.error().message}});
    return 1;
  }
  signals.obey();
  const auto keep = asio::make_work_guard(control);
  control.run();
  program.stop();
  log::info("signpost.stopped");
  return result;
}

}  // namespace signpost
