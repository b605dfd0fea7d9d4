#include "dns/run.h"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/resource.h>

#include "dns/base/log.h"
#include "dns/check.h"
#include "dns/notify.h"
#include "dns/program.h"
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
        lameduck_(control) {}

  /// From here on they are obeyed; what came before waits until now.
  void wait() {
    set_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number == SIGHUP) {
        if (!retired_) reload();
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

 private:
  void reload() {
    manager_.reloading(system_clock().now());
    const auto outcome = program_.reload();
    manager_.ready(outcome.accepted ? "answering, as the last reload says"
                                    : "answering; the last reload was refused: " + outcome.errors.front());
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
  asio::signal_set set_;
  asio::steady_timer lameduck_;
  bool retired_ = false;
};

/// Every TCP client is a descriptor, beside those of registries, listeners and files. A soft limit of 1,024
/// is common where the hard one is far higher.
void allow_descriptors(std::uint32_t tcp_clients) {
  constexpr rlim_t kOthers = 256;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < tcp_clients + kOthers)
    log::warning("signpost.few_descriptors", {{"limit", limit.rlim_max}, {"tcp_clients", tcp_clients}});
}

}  // namespace

int run(const std::string& config_path) {
  auto checked = check_config(config_path, CheckScope::Start);
  if (!checked) {
    for (const auto& error : checked.error().errors) std::fprintf(stderr, "error: %s\n", error.c_str());
    return 1;
  }
  log::set_level(checked->config.log.level);
  log::set_format(checked->config.log.format);
  for (const auto& warning : checked->warnings) log::warning("config.warning", {{"reason", warning}});
  allow_descriptors(checked->config.tcp.clients);
  std::signal(SIGPIPE, SIG_IGN);  // a client that went away is an error of one write, not the end

  auto manager = Notifier::from_environment();
  if (!manager) {
    log::warning("signpost.manager_unreachable", {{"reason", manager.error().message}});
    manager = Notifier();
  }
  asio::io_context control(1);
  Program program(control, std::move(checked->config), std::move(checked->statics));
  Signals signals(control, program, *manager);
  program.on_ready([&] { manager->status("answering; every required registry has been listed"); });
  if (const auto started = program.start(); !started) {
    log::error("signpost.cannot_start", {{"reason", started.error().message}});
    return 1;
  }
  manager->ready("answering; required registries are being listed");
  Watchdog watchdog(control, program, *manager);
  signals.wait();
  const auto keep = asio::make_work_guard(control);
  control.run();
  program.stop();
  log::info("signpost.stopped");
  return 0;
}

}  // namespace signpost
