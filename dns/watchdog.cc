#include "dns/watchdog.h"

#include <algorithm>

#include "dns/notify.h"
#include "dns/program.h"

namespace signpost {

namespace {

/// So that a worker that was silent for two seconds feeds nothing, however patient the manager is
/// (operations.md 7.1).
constexpr std::chrono::seconds kPeriodMax{1};

}  // namespace

Watchdog::Watchdog(boost::asio::io_context& control, Program& program, const Notifier& manager)
    : program_(program), manager_(manager), timer_(control) {
  if (!manager.watchdog()) return;
  period_ = std::min<std::chrono::microseconds>(*manager.watchdog() / 3, kPeriodMax);
  manager_.alive();
  ask();
}

/// A worker answers within one batch; what is older than two questions is silence.
void Watchdog::ask() {
  program_.ask_workers();
  timer_.expires_after(period_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (system_clock().now() - program_.oldest_sign() < 2 * period_) manager_.alive();
    ask();
  });
}

}  // namespace signpost
