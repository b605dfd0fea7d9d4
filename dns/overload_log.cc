#include "dns/overload_log.h"

#include <chrono>
#include <numeric>
#include <utility>

#include "dns/base/log.h"

namespace signpost {
namespace {

constexpr auto kPause = std::chrono::seconds(1);
constexpr int kQuietLooks = 10;  // what comes and goes within seconds is one story

void tell(Trouble& trouble, std::uint64_t total, std::string_view begins, std::string_view ends) {
  const auto event = trouble.look(total);
  if (event == Trouble::Event::Begins) log::warning(begins, {{"queries", trouble.count()}});
  if (event == Trouble::Event::Ends) log::info(ends, {{"queries", trouble.count()}});
}

}  // namespace

Trouble::Event Trouble::look(std::uint64_t total) noexcept {
  const bool grew = total > last_;
  const auto before = std::exchange(last_, total);
  quiet_ = grew ? 0 : quiet_ + 1;
  if (!on_ && grew) {
    on_ = true;
    begun_at_ = before;
    return Event::Begins;
  }
  if (on_ && quiet_ >= kQuietLooks) {
    on_ = false;
    return Event::Ends;
  }
  return Event::None;
}

OverloadLog::OverloadLog(boost::asio::io_context& control, std::function<CounterTotals()> counters)
    : timer_(control), counters_(std::move(counters)) {
  wait();
}

void OverloadLog::wait() {
  timer_.expires_after(kPause);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // the log is gone
    const auto totals = counters_();
    tell(too_old_, totals.dropped[static_cast<std::size_t>(Drop::TooOld)], "overload.begins",
         "overload.ends");
    tell(limited_, std::accumulate(totals.limited.begin(), totals.limited.end(), std::uint64_t{0}),
         "rate_limit.begins", "rate_limit.ends");
    log::settle();
    wait();
  });
}

}  // namespace signpost
