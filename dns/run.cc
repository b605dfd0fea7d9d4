#include "dns/run.h"

#include <csignal>
#include <cstdint>
#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <sys/resource.h>

#include "dns/base/log.h"
#include "dns/check.h"
#include "dns/program.h"

namespace signpost {
namespace {

namespace asio = boost::asio;

/// HUP reloads and waits for the next signal; TERM and INT end the waiting, and with it control.run().
void wait_for_signals(asio::signal_set& signals, Program& program, asio::io_context& control) {
  signals.async_wait([&](const boost::system::error_code& error, int number) {
    if (error) return;
    if (number == SIGHUP) {
      (void)program.reload();
      return wait_for_signals(signals, program, control);
    }
    log::info("signpost.stopping", {{"signal", number == SIGTERM ? "TERM" : "INT"}});
    control.stop();
  });
}

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

  asio::io_context control(1);
  asio::signal_set signals(control, SIGHUP, SIGTERM, SIGINT);
  Program program(control, std::move(checked->config), std::move(checked->statics));
  if (const auto started = program.start(); !started) {
    log::error("signpost.cannot_start", {{"reason", started.error().message}});
    return 1;
  }
  wait_for_signals(signals, program, control);
  const auto keep = asio::make_work_guard(control);
  control.run();
  program.stop();
  log::info("signpost.stopped");
  return 0;
}

}  // namespace signpost
