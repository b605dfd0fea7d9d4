#include "dns/query_taps.h"

#include <chrono>
#include <utility>

#include "dns/version.h"

namespace signpost {
namespace {

constexpr std::chrono::seconds kLongestBatch{10};  // no worker looks at an older tap any more

tap::Options options_of(const config::Config& config, unsigned workers, const std::string& identity) {
  tap::Options options;
  options.query_log = {config.query_log.to, config.query_log.sample, config.log.format};
  options.dnstap.to = config.dnstap.to;
  options.dnstap.sample = config.dnstap.sample;
  options.dnstap.queries = config.dnstap.messages != config::DnstapMessages::Responses;
  options.dnstap.responses = config.dnstap.messages != config::DnstapMessages::Queries;
  options.dnstap.identity = identity;
  options.dnstap.version = std::string("signpost ") + kVersion;
  options.workers = workers;
  return options;
}

void add(admin::TapReport& report, const tap::Counts& counts) {
  report.written += counts.written;
  report.dropped += counts.dropped;
  report.lost += counts.lost;
}

}  // namespace

Tap* QueryTaps::follow(const config::Config& config, unsigned workers, const std::string& identity) {
  const auto options = options_of(config, workers, identity);
  if (now_ && now_->options() == options) return now_.get();
  const auto now = clock_.now();
  std::erase_if(retired_, [&](const Retired& old) {
    const bool over = now - old.since > kLongestBatch;
    if (over) {
      const std::lock_guard lock(mutex_);
      add(past_query_log_, old.taps->query_log_counts());
      add(past_dnstap_, old.taps->dnstap_counts());
    }
    return over;
  });
  if (now_) now_->end();
  const std::lock_guard lock(mutex_);
  if (now_) retired_.push_back({std::move(now_), now});
  if (options.is_on()) now_ = std::make_unique<tap::Taps>(options, clock_);
  return now_.get();
}

void QueryTaps::add_to(admin::ProgramReport& report) const {
  const std::lock_guard lock(mutex_);
  report.query_log = past_query_log_;
  report.dnstap = past_dnstap_;
  const auto add_all = [&](const tap::Taps& taps) {
    add(report.query_log, taps.query_log_counts());
    add(report.dnstap, taps.dnstap_counts());
  };
  for (const auto& old : retired_) add_all(*old.taps);
  if (now_) add_all(*now_);
}

}  // namespace signpost
